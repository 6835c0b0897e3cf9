#include "runtime/engine/change.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace segue {
namespace {

std::string id(std::string_view user, std::string_view segment, int64_t ms, bool entered) {
  const ChangeId digits = change_id(user, segment, {ms}, entered);
  return {digits.data(), digits.size()};
}

TEST(ChangeId, IsWhatItWasBefore) {
  EXPECT_EQ(id("ann", "high_intent", 1748779500000, true), "ed4441362cd1d1d3cb17bf48");
}

TEST(ChangeId, TellsEveryPartApart) {
  const std::set<std::string> ids = {id("ann", "hot", 5, true),  id("ann", "hot", 5, false),
                                     id("ann", "hot", 6, true),  id("ann", "cold", 5, true),
                                     id("anne", "hot", 5, true), id("an", "nhot", 5, true),
                                     id("", "annhot", 5, true),  id("annhot", "", 5, true)};
  EXPECT_EQ(ids.size(), 8u);
}

}  // namespace
}  // namespace segue
