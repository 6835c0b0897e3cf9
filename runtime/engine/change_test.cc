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

Change change_of(Cause cause) {
  return {.at = {1748779500000}, .user = "ann", .entered = true, .cause = cause};
}

std::string id(const Change& change, uint64_t deploy_mark) {
  const ChangeId digits = change_id(change, "high_intent", deploy_mark);
  return {digits.data(), digits.size()};
}

TEST(ChangeId, OfADeployHoldsWhichItWas) {
  const Change change = change_of(Cause::kDeploy);
  const uint64_t to_b = next_deploy_mark(0, 0xB);
  const uint64_t back_to_a = next_deploy_mark(to_b, 0xA);
  const uint64_t to_b_again = next_deploy_mark(back_to_a, 0xB);
  const std::set<std::string> ids = {id(change_of(Cause::kEvent), to_b), id(change, to_b),
                                     id(change, back_to_a), id(change, to_b_again)};
  EXPECT_EQ(ids.size(), 4u);
  EXPECT_EQ(id(change, to_b), "0a238372560c652f9165ecc1");
}

TEST(ChangeId, OfAnyOtherCauseHangsOnNoDeploy) {
  for (const Cause cause :
       {Cause::kEvent, Cause::kTime, Cause::kTrait, Cause::kMerge, Cause::kDelete}) {
    EXPECT_EQ(id(change_of(cause), next_deploy_mark(0, 7)), "ed4441362cd1d1d3cb17bf48");
  }
}

}  // namespace
}  // namespace segue
