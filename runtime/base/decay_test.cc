#include "runtime/base/decay.h"

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(Decay, HalvesEachHalfLife) {
  const Duration day{86'400'000};
  EXPECT_EQ(half_life_factor({}, day), 1.0);
  EXPECT_EQ(half_life_factor(day, day), 0.5);
  EXPECT_EQ(half_life_factor({3 * day.ms}, day), 0.125);
}

TEST(Decay, NeverGrows) {
  for (const int64_t half_life : {1LL, 1000LL, 86'400'000LL, 3'153'600'000'000LL}) {
    double before = 1;
    for (int64_t elapsed = 0; elapsed < 100'000; ++elapsed) {
      const double factor = half_life_factor({elapsed}, {half_life});
      ASSERT_LE(factor, before);
      before = factor;
    }
  }
}

}  // namespace
}  // namespace segue
