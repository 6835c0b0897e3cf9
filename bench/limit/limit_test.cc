// The hand-written program against Segue's naive evaluator is `bench/reach answers`; here its
// parts.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/limit/as_of.h"
#include "bench/limit/lines.h"
#include "bench/limit/stream.h"
#include "bench/workload.h"

namespace segue::limit {
namespace {

std::string lines_with_room(const bench::WorkloadOptions& options) {
  std::string lines = bench::lines_of(options);
  const size_t size = lines.size();
  lines.append(kPadding, '\0');
  lines.resize(size);
  return lines;
}

bench::WorkloadOptions small() {
  bench::WorkloadOptions options;
  options.events = 30'000;
  options.users = 2'000;
  return options;
}

bool same(const Event& a, const Event& b) {
  return a.at_ms == b.at_ms && a.hash == b.hash && a.op == b.op && a.user_id() == b.user_id() &&
         a.tie_text() == b.tie_text();
}

TEST(Lines, GuessingAndSimdjsonReadTheSame) {
  for (const bool message_ids : {true, false}) {
    bench::WorkloadOptions options = small();
    options.message_ids = message_ids;
    const std::string lines = lines_with_room(options);
    std::vector<Event> guessed;
    std::vector<Event> walked;
    GuessedLines guesser;
    EXPECT_EQ(guesser.decode(lines, guessed), 0U);
    EXPECT_EQ(SimdjsonLines().decode(lines, walked), 0U);
    EXPECT_TRUE(std::equal(guessed.begin(), guessed.end(), walked.begin(), walked.end(), same));
    EXPECT_LT(guesser.guessed_wrong(), 1'500U);
  }
}

TEST(Lines, WhatIsLaidOutOtherwiseIsRead) {
  const std::string usual =
      R"({"type":"track","messageId":"m1","userId":"ann","timestamp":"2025-06-01T10:00:00.000Z",)"
      R"("event":"Signed In","properties":{}})"
      "\n";
  std::string lines = usual;
  lines += R"({"userId":"ann","event":"Signed In","timestamp":"2025-06-01T10:00:01.000Z"})"
           "\n";
  lines +=
      R"({"type":"track","messageId":"m3","userId":"ann","timestamp":"2025-06-01T12:00:02+02:00",)"
      R"("event":"Demo Replayed","properties":{"a":{"b":1}}})"
      "\n";
  lines += "{}\n" + usual;
  lines += std::string(kPadding, '\0');
  std::vector<Event> events;
  GuessedLines guesser;
  EXPECT_EQ(guesser.decode(std::string_view(lines).substr(0, lines.size() - kPadding), events), 1U);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[1].at_ms, events[0].at_ms + 1000);
  EXPECT_EQ(events[2].at_ms, events[0].at_ms + 2000);
  EXPECT_EQ(events[2].op, Op::kDemo);
  EXPECT_TRUE(same(events[3], events[0]));
}

/// Users in each segment when the stream has ended, by its changes.
std::vector<std::vector<std::string>> members_by_changes(Stream& stream) {
  std::vector<Change> changes = stream.changes();
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.at_ms < b.at_ms; });
  std::vector<std::vector<std::string>> members(kSegments);
  std::vector<uint32_t> in(stream.users());
  for (const Change& change : changes)
    in[change.row] ^= 1U << static_cast<uint32_t>(change.segment);
  for (uint32_t row = 0; row < in.size(); ++row) {
    for (uint32_t segment = 0; segment < kSegments; ++segment) {
      if ((in[row] >> segment & 1) != 0) members[segment].emplace_back(stream.user(row));
    }
  }
  for (auto& ids : members) std::sort(ids.begin(), ids.end());
  return members;
}

TEST(Limit, AStreamEndsWhereTheBatchIs) {
  const std::string lines = lines_with_room(small());
  std::vector<Event> events;
  SimdjsonLines().decode(lines, events);
  Stream stream;
  for (size_t at = 0; at < events.size(); at += 777) {
    stream.push(std::span(events).subspan(at, std::min<size_t>(777, events.size() - at)));
  }
  stream.finish();
  EXPECT_EQ(stream.events(), events.size());

  const Grouped grouped = group(events);
  Members members;
  members_as_of(grouped, events.back().at_ms, 0, static_cast<uint32_t>(grouped.ids.size()),
                members);
  const auto by_changes = members_by_changes(stream);
  for (uint32_t segment = 0; segment < kSegments; ++segment) {
    std::vector<std::string> ids;
    for (const uint32_t user : members.users[segment]) ids.push_back(grouped.ids[user]);
    std::sort(ids.begin(), ids.end());
    EXPECT_FALSE(ids.empty()) << "segment " << segment;
    EXPECT_EQ(ids, by_changes[segment]) << "segment " << segment;
  }
}

}  // namespace
}  // namespace segue::limit
