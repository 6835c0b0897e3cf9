#include "bench/workload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace segue::bench {
namespace {

WorkloadOptions small() {
  WorkloadOptions options;
  options.events = 20'000;
  options.users = 1'000;
  return options;
}

std::vector<Call> calls_of(const WorkloadOptions& options) {
  std::vector<Call> calls;
  Workload workload(options);
  for (Call call; workload.next(call);) calls.push_back(call);
  return calls;
}

TEST(Workload, IsMadeFromTheSeedAlone) {
  EXPECT_EQ(lines_of(small()), lines_of(small()));
  WorkloadOptions other = small();
  other.seed = 2;
  EXPECT_NE(lines_of(small()), lines_of(other));
}

TEST(Workload, HasEveryKindInOrderOfTime) {
  const std::vector<Call> calls = calls_of(small());
  ASSERT_EQ(calls.size(), 20'000U);
  std::set<CallKind> kinds;
  for (size_t i = 0; i < calls.size(); ++i) {
    kinds.insert(calls[i].kind);
    EXPECT_LT(calls[i].user, 1'000U);
    if (i > 0) {
      EXPECT_GE(calls[i].at_ms, calls[i - 1].at_ms);
    }
  }
  EXPECT_EQ(kinds.size(), kCallKinds);
  const double days = static_cast<double>(calls.back().at_ms - calls[0].at_ms) / 86'400'000;
  EXPECT_NEAR(days, 60, 2);
}

TEST(Workload, HasTiesOfOneUserAndCopies) {
  const std::vector<Call> calls = calls_of(small());
  int ties = 0;
  int copies = 0;
  for (size_t i = 1; i < calls.size(); ++i) {
    const bool tie = calls[i].at_ms == calls[i - 1].at_ms && calls[i].user == calls[i - 1].user;
    const bool copy = calls[i].message == calls[i - 1].message;
    ties += tie && !copy ? 1 : 0;
    copies += copy ? 1 : 0;
  }
  EXPECT_GT(ties, 50);
  EXPECT_GT(copies, 5);
}

TEST(Workload, SkewMakesFewUsersMostOfTheStream) {
  const auto share_of_a_tenth = [](double skew) {
    WorkloadOptions options = small();
    options.skew = skew;
    std::map<uint32_t, int> counts;
    for (const Call& call : calls_of(options)) ++counts[call.user];
    std::vector<int> sorted;
    for (const auto& [user, count] : counts) sorted.push_back(-count);
    std::sort(sorted.begin(), sorted.end());
    int sum = 0;
    for (size_t i = 0; i < std::min<size_t>(100, sorted.size()); ++i) sum -= sorted[i];
    return sum / 20'000.0;
  };
  EXPECT_LT(share_of_a_tenth(0), 0.25);
  EXPECT_GT(share_of_a_tenth(1), 0.5);
}

TEST(Workload, LinesAreCallsInTheSegmentShape) {
  const Call call{1'748'736'000'123, 7, CallKind::kOnboardingSkipped, 1, 0xab};
  std::string line;
  append_line(call, {}, line);
  EXPECT_EQ(line, R"({"type":"track","messageId":"msg_00000000000000ab","userId":"user_7",)"
                  R"("timestamp":"2025-06-01T00:00:00.123Z","event":"Onboarding Step Skipped",)"
                  R"("properties":{"step":2}})"
                  "\n");
}

}  // namespace
}  // namespace segue::bench
