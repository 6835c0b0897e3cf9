#include "runtime/engine/workers.h"

#include <gtest/gtest.h>

#include <vector>

namespace segue {
namespace {

TEST(Workers, EachPartOnceAJob) {
  for (const uint32_t parts : {1u, 2u, 7u}) {
    Workers workers(parts);
    std::vector<uint32_t> done(parts);
    for (uint32_t job = 1; job <= 1000; ++job) {
      workers.run([&](uint32_t part) { ++done[part]; });
      for (const uint32_t count : done) ASSERT_EQ(count, job);
    }
  }
}

TEST(Workers, MayHaveNothingToDo) { const Workers workers(4); }

}  // namespace
}  // namespace segue
