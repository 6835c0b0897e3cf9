#include "runtime/cells/attempts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "runtime/cells/sequence.h"
#include "runtime/cells/starts.h"
#include "runtime/cells/steps.h"
#include "runtime/cells/test_cell.h"

/// Sequences with all their parts against a slow reference that tries every choice of events.
namespace segue::cells {
namespace {

using image::CellKind;

struct TestEvent {
  int64_t at_ms;
  SequenceHit hit;
  uint32_t key = 0;
};

struct Rules {
  std::vector<image::StepRow> steps;
  image::SequenceRow row;
};

Scalar key_of(uint32_t key) { return {key, 0}; }

/// The matches among the events of one key, straight from the rules.
class Reference {
 public:
  Reference(const Rules& rules, std::vector<TestEvent> events)
      : rules_(rules), events_(std::move(events)) {}

  std::vector<Ended> ends() {
    std::vector<Ended> ends;
    for (const TestEvent& event : events_) {
      if (event.at_ms <= after_) continue;
      last_at_ = event.at_ms;
      found_ = false;
      start_ = kLongAgo.ms;
      std::vector<size_t> chosen;
      choose(chosen);
      if (!found_) continue;
      if (start_ != kLongAgo.ms) {
        ends.push_back({key_of(event.key), start_, last_at_ + rules_.row.absence_ms});
      }
      if (rules_.row.starts == 0) after_ = last_at_;
    }
    return ends;
  }

 private:
  void choose(std::vector<size_t>& chosen) {
    const size_t step = chosen.size();
    if (step == rules_.steps.size()) {
      const TestEvent& last = events_[chosen.back()];
      const int64_t start = events_[chosen.front()].hit.start_ms;
      const int64_t length = last_at_ + rules_.row.absence_ms - start;
      if (last.at_ms != last_at_ || length > rules_.row.all_within_ms) return;
      found_ = true;
      if (survives(chosen.back())) start_ = std::max(start_, start);
      return;
    }
    for (size_t i = 0; i < events_.size(); ++i) {
      if (!fits(chosen, step, i)) continue;
      chosen.push_back(i);
      choose(chosen);
      chosen.pop_back();
    }
  }

  bool fits(const std::vector<size_t>& chosen, size_t step, size_t i) const {
    const TestEvent& event = events_[i];
    if ((event.hit.steps >> step & 1) == 0) return false;
    if (event.at_ms <= after_ || event.at_ms > last_at_) return false;
    if (std::find(chosen.begin(), chosen.end(), i) != chosen.end()) return false;
    if (step == 0) return true;
    const image::StepRow& row = rules_.steps[step];
    const int64_t before = events_[chosen.back()].at_ms;
    const int64_t gap = event.at_ms - before;
    const int64_t least = std::max<int64_t>(row.after_ms, row.later != 0 ? 1 : 0);
    if (gap < least || gap > row.within_ms) return false;
    return std::none_of(events_.begin(), events_.end(), [&](const TestEvent& other) {
      return (other.hit.breakers >> step & 1) != 0 && other.at_ms > before &&
             other.at_ms < event.at_ms;
    });
  }

  bool survives(size_t last) const {
    if (rules_.row.absence_stream == image::kNone) return true;
    for (size_t i = 0; i < events_.size(); ++i) {
      if (!events_[i].hit.absence || i == last) continue;
      const int64_t gap = events_[i].at_ms - last_at_;
      const int64_t least = rules_.row.absence_later != 0 ? 1 : 0;
      if (gap >= least && gap <= rules_.row.absence_ms) return false;
    }
    return true;
  }

  const Rules& rules_;
  std::vector<TestEvent> events_;
  int64_t after_ = kLongAgo.ms;
  int64_t last_at_ = 0;
  int64_t start_ = 0;
  bool found_ = false;
};

Rules any_rules(std::mt19937& random) {
  Rules rules;
  const bool absence = random() % 3 == 0;
  const size_t steps = (absence ? 1 : 2) + random() % 3;
  for (size_t i = 0; i < steps; ++i) {
    image::StepRow step;
    step.later = random() % 4 == 0 ? 1 : 0;
    if (random() % 2 == 0) step.after_ms = static_cast<int64_t>(random() % 5);
    if (random() % 3 != 0) step.within_ms = step.after_ms + static_cast<int64_t>(random() % 6);
    rules.steps.push_back(step);
  }
  rules.row.steps = {0, static_cast<uint32_t>(steps)};
  if (absence) {
    rules.row.absence_stream = 0;
    rules.row.absence_later = random() % 3 == 0 ? 1 : 0;
    rules.row.absence_ms = static_cast<int64_t>(random() % 7);
  }
  if (random() % 2 == 0) rules.row.all_within_ms = static_cast<int64_t>(random() % 14);
  if (random() % 2 == 0) rules.row.by = 0;
  return rules;
}

std::vector<TestEvent> any_events(std::mt19937& random, const Rules& rules) {
  std::vector<TestEvent> events;
  int64_t now = 1;
  const size_t count = 2 + random() % 9;
  for (size_t i = 0; i < count; ++i) {
    if (random() % 4 != 0) now += static_cast<int64_t>(random() % 5);
    TestEvent event{
        now, {}, rules.row.by == image::kNone ? 0 : static_cast<uint32_t>(random() % 2)};
    for (size_t step = 0; step < rules.steps.size(); ++step) {
      if (random() % 2 == 0) event.hit.steps |= 1u << step;
      if (random() % 6 == 0) event.hit.breakers |= 1u << step;
    }
    event.hit.start_ms = now;
    event.hit.absence = rules.row.absence_stream != image::kNone && random() % 4 == 0;
    events.push_back(event);
  }
  return events;
}

TestCells cells_of(const Rules& rules) {
  image::CellRow steps = cell_of(CellKind::kSteps, 1);
  steps.source = 0;
  image::CellRow sequence = cell_of(CellKind::kSequence, 0);
  sequence.source = 0;
  TestCells cells({steps, sequence});
  cells.tables.sequences = {rules.row};
  cells.tables.steps = rules.steps;
  cells.refresh();
  return cells;
}

std::vector<Ended> expected_ends(const Rules& rules, const std::vector<TestEvent>& events) {
  std::vector<Ended> all;
  for (uint32_t key = 0; key < 2; ++key) {
    std::vector<TestEvent> own;
    std::copy_if(events.begin(), events.end(), std::back_inserter(own),
                 [&](const TestEvent& event) { return event.key == key; });
    for (const Ended& end : Reference(rules, own).ends()) all.push_back(end);
  }
  std::sort(all.begin(), all.end(), [](const Ended& a, const Ended& b) {
    return a.at_ms != b.at_ms ? a.at_ms < b.at_ms : scalar_less(a.key, b.key);
  });
  return all;
}

/// Moments by instant, those of an instant in the order of their keys.
std::map<int64_t, std::vector<Moment>> moments_of(const Sequence& sequence,
                                                  const std::vector<TestEvent>& events) {
  std::map<std::pair<int64_t, uint32_t>, std::vector<SequenceHit>> hits;
  for (const TestEvent& event : events) hits[{event.at_ms, event.key}].push_back(event.hit);
  std::map<int64_t, std::vector<Moment>> moments;
  for (const auto& [place, here] : hits) {
    Moment moment;
    moment.at_ms = moment.start_ms = place.first;
    moment.key = key_of(place.second);
    for (const SequenceHit& hit : here) moment.breakers |= hit.breakers;
    moment.possible = possible_runs(sequence, here);
    moments[place.first].push_back(moment);
  }
  return moments;
}

TEST(Attempts, MatchesAsTheyComeAreThoseOfEveryChoice) {
  for (uint32_t seed = 0; seed < 6000; ++seed) {
    std::mt19937 random(seed);
    const Rules rules = any_rules(random);
    TestCells cells = cells_of(rules);
    const std::vector<TestEvent> events = any_events(random, rules);
    const auto moments = moments_of(sequence_of(cells.view(), 0), events);
    std::vector<Ended> ended;
    for (int64_t t = 1; t < 80; ++t) {
      const auto now = moments.find(t);
      ASSERT_GE(sequence_deadline(cells[1]), t) << "a wait is over and was not taken";
      if (now == moments.end()) {
        sequence_advance(cells[1], t, std::span<const Moment>(), ended);
        continue;
      }
      for (const Moment& moment : now->second) steps_push(cells[0], moment);
      sequence_advance(cells[1], t, now->second, ended);
    }
    const std::vector<Ended> expected = expected_ends(rules, events);
    ASSERT_EQ(ended.size(), expected.size()) << "seed " << seed;
    for (size_t i = 0; i < ended.size(); ++i) {
      ASSERT_EQ(ended[i].at_ms, expected[i].at_ms) << "seed " << seed;
      ASSERT_EQ(ended[i].start_ms, expected[i].start_ms) << "seed " << seed;
      ASSERT_EQ(ended[i].key, expected[i].key) << "seed " << seed;
    }
    const StepsAnswer answer = steps_read(cells[0], {}, 1000);
    ASSERT_EQ(answer.count, expected.size()) << "seed " << seed;
  }
}

/// Without shortest gaps the newest of each step, a `starts` cell, tells the same.
void expect_newest_kept(const TestCells& cells,
                        const std::map<int64_t, std::vector<Moment>>& moments,
                        const std::vector<Ended>& expected) {
  const Sequence sequence = sequence_of(cells.view(), 0);
  for (const image::StepRow& step : sequence.steps) {
    if (step.after_ms != 0) return;
  }
  const auto steps = static_cast<uint32_t>(sequence.steps.size());
  const image::CellRow row = cell_of(CellKind::kSequence, 2 * steps - 2);
  std::vector<std::byte> state(SequenceCell::fixed_bytes(row));
  SequenceCell::init(row, state.data());
  std::vector<Ended> ended;
  for (const auto& [at_ms, here] : moments) {
    const int64_t start_ms = starts_advance(state.data() + kSequenceLatestAt, sequence, at_ms,
                                            here[0].possible, here[0].breakers);
    if (start_ms != kLongAgo.ms) ended.push_back({{}, start_ms, at_ms});
  }
  ASSERT_EQ(ended.size(), expected.size());
  for (size_t i = 0; i < ended.size(); ++i) {
    ASSERT_EQ(ended[i].at_ms, expected[i].at_ms);
    ASSERT_EQ(ended[i].start_ms, expected[i].start_ms);
  }
}

/// Where starts are told: at each instant at which a match ends, the latest start of any, whatever
/// matches there were before.
TEST(Attempts, TheLatestStartsAreThoseOfEveryChoice) {
  uint32_t told = 0;
  for (uint32_t seed = 0; seed < 6000; ++seed) {
    std::mt19937 random(seed);
    Rules rules = any_rules(random);
    if (rules.row.absence_stream != image::kNone) continue;
    rules.row.by = image::kNone;
    rules.row.starts = 1;
    TestCells cells = cells_of(rules);
    std::vector<TestEvent> events = any_events(random, rules);
    const auto moments = moments_of(sequence_of(cells.view(), 0), events);
    std::vector<Ended> ended;
    for (const auto& [at_ms, here] : moments) sequence_advance(cells[1], at_ms, here, ended);
    expect_newest_kept(cells, moments, ended);
    std::vector<Ended> expected = Reference(rules, events).ends();
    const auto same = [](const Ended& a, const Ended& b) { return a.at_ms == b.at_ms; };
    expected.erase(std::unique(expected.begin(), expected.end(), same), expected.end());
    ASSERT_EQ(ended.size(), expected.size()) << "seed " << seed;
    for (size_t i = 0; i < ended.size(); ++i) {
      ASSERT_EQ(ended[i].at_ms, expected[i].at_ms) << "seed " << seed;
      ASSERT_EQ(ended[i].start_ms, expected[i].start_ms) << "seed " << seed;
      ASSERT_GE(ended[i].start_ms, ended[i == 0 ? 0 : i - 1].start_ms) << "seed " << seed;
    }
    told += static_cast<uint32_t>(ended.size());
  }
  EXPECT_GT(told, 1000u);
}

TEST(Attempts, OfTooManyValuesTheOneLongestUntouchedGoes) {
  Rules rules;
  rules.steps.resize(2);
  rules.row.steps = {0, 2};
  rules.row.by = 0;
  TestCells cells = cells_of(rules);
  const Sequence sequence = sequence_of(cells.view(), 0);
  Attempts attempts(sequence);
  const auto take = [&](int64_t at, uint32_t key, uint32_t steps) {
    Moment moment;
    moment.at_ms = moment.start_ms = at;
    moment.key = key_of(key);
    const SequenceHit hit{.steps = steps};
    moment.possible = possible_runs(sequence, {&hit, 1});
    attempts.take(moment);
    attempts.end_instant(at);
  };
  for (uint32_t key = 0; key < image::kSequenceKeysMax; ++key) take(key, key, 1);
  take(10'000, 0, 1);  // touched anew
  take(10'001, 9999, 1);
  take(10'002, 1, 2);
  EXPECT_TRUE(attempts.ended().empty()) << "value 1 was the oldest";
  take(10'003, 0, 2);
  take(10'004, 2, 2);
  EXPECT_EQ(attempts.ended().size(), 2u);
}

TEST(Attempts, AsManyWaitForTheShortestGapAsTheLimitSays) {
  Rules rules;
  rules.steps.resize(2);
  rules.steps[1].after_ms = 10'000;
  rules.row.steps = {0, 2};
  TestCells cells = cells_of(rules);
  const Sequence sequence = sequence_of(cells.view(), 0);
  Attempts attempts(sequence);
  for (int64_t at = 0; at < 2 * int64_t{image::kSequenceWaitingMax}; ++at) {
    Moment moment;
    moment.at_ms = moment.start_ms = at;
    const SequenceHit hit{.steps = 1};
    moment.possible = possible_runs(sequence, {&hit, 1});
    attempts.take(moment);
  }
  EXPECT_EQ(attempts.all().size(), image::kSequenceWaitingMax);
  EXPECT_EQ(attempts.all().front().at_ms, int64_t{image::kSequenceWaitingMax});
}

}  // namespace
}  // namespace segue::cells
