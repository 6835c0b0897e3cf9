#include "runtime/cells/steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "runtime/cells/matching.h"
#include "runtime/cells/sequence.h"
#include "runtime/cells/test_cell.h"

/// Sequences against a slow reference that tries every choice of events, straight from the rules.
namespace segue::cells {
namespace {

using image::CellKind;
using image::SequenceRow;
using image::StepRow;
using image::WindowRow;

/// Event: when, which steps it can be (a bit each), whether it is an occurrence of the absence.
struct TestEvent {
  int64_t at_ms;
  SequenceHit hit;
};

struct Rules {
  std::vector<StepRow> steps;
  SequenceRow row;

  bool has_absence() const { return row.absence_stream != image::kNone; }
};

/// All matches of a set of events.
class Reference {
 public:
  Reference(const Rules& rules, std::vector<TestEvent> events)
      : rules_(rules), events_(std::move(events)) {}

  /// Where matches end, the waits counted in, whether or not they are over.
  std::vector<int64_t> ends() {
    std::vector<int64_t> ends;
    after_ = kLongAgo.ms;
    for (const TestEvent& event : events_) {
      const int64_t at = event.at_ms;
      if (at <= after_) continue;
      found_ = survived_ = false;
      last_at_ = at;
      std::vector<size_t> chosen;
      choose(chosen);
      if (!found_) continue;
      if (survived_) ends.push_back(at + (rules_.has_absence() ? rules_.row.absence_ms : 0));
      after_ = at;
    }
    return ends;
  }

 private:
  /// Extends the choice of events in every way; notes whether one ends at `last_at_`.
  void choose(std::vector<size_t>& chosen) {
    const size_t step = chosen.size();
    if (step == rules_.steps.size()) {
      if (events_[chosen.back()].at_ms != last_at_) return;
      found_ = true;
      survived_ = survived_ || survives(chosen.back());
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
    const int64_t gap = event.at_ms - events_[chosen.back()].at_ms;
    const int64_t least = rules_.steps[step].later != 0 ? 1 : 0;
    return gap >= least && gap <= rules_.steps[step].within_ms;
  }

  bool survives(size_t last) const {
    if (!rules_.has_absence()) return true;
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
  int64_t after_ = 0;
  int64_t last_at_ = 0;
  bool found_ = false;
  bool survived_ = false;
};

Rules any_rules(std::mt19937& random) {
  Rules rules;
  const bool absence = random() % 2 == 0;
  const size_t steps = (absence ? 1 : 2) + random() % 3;
  for (size_t i = 0; i < steps; ++i) {
    StepRow step;
    step.later = random() % 4 == 0 ? 1 : 0;
    if (random() % 3 != 0) step.within_ms = static_cast<int64_t>(random() % 8);
    rules.steps.push_back(step);
  }
  rules.row.steps = {0, static_cast<uint32_t>(steps)};
  if (absence) {
    rules.row.absence_stream = 0;
    rules.row.absence_later = random() % 3 == 0 ? 1 : 0;
    rules.row.absence_ms = static_cast<int64_t>(random() % 7);
  }
  return rules;
}

/// Few instants and many events at each, so that boundaries and shared instants are common.
std::vector<TestEvent> any_events(std::mt19937& random, const Rules& rules) {
  std::vector<TestEvent> events;
  int64_t now = 1;
  const size_t count = 2 + random() % 8;
  for (size_t i = 0; i < count; ++i) {
    if (random() % 3 != 0) now += static_cast<int64_t>(random() % 5);
    TestEvent event{now, {}};
    for (size_t step = 0; step < rules.steps.size(); ++step) {
      if (random() % 2 == 0) event.hit.steps |= 1u << step;
    }
    event.hit.absence = rules.has_absence() && random() % 4 == 0;
    if (event.hit.steps != 0 || event.hit.absence) events.push_back(event);
  }
  return events;
}

/// A `steps` and a `sequence` cell of the same rules.
TestCells cells_of(const Rules& rules, int64_t horizon_ms = INT64_MAX, uint32_t cap = 0) {
  image::CellRow steps = cell_of(CellKind::kSteps);
  steps.source = 0;
  steps.horizon_ms = horizon_ms;
  steps.cap = cap;
  image::CellRow sequence = cell_of(CellKind::kSequence, rules.row.steps.count);
  sequence.source = 0;
  sequence.horizon_ms = 0;
  TestCells cells({steps, sequence});
  cells.tables.sequences = {rules.row};
  cells.tables.steps = rules.steps;
  cells.refresh();
  return cells;
}

std::map<int64_t, std::vector<SequenceHit>> by_instant(const std::vector<TestEvent>& events) {
  std::map<int64_t, std::vector<SequenceHit>> hits;
  for (const TestEvent& event : events) hits[event.at_ms].push_back(event.hit);
  return hits;
}

std::vector<TestEvent> inside(const std::vector<TestEvent>& events, const WindowRow& window,
                              int64_t now) {
  std::vector<TestEvent> kept;
  std::vector<int64_t> instants;
  for (const TestEvent& event : events) {
    const int64_t at = event.at_ms;
    bool in = at <= now;
    if (window.kind == WindowRow::Kind::kRolling) {
      in = now - window.from_ms < at && at <= now - window.to_ms;
    } else if (window.kind == WindowRow::Kind::kAbsolute) {
      in = in && window.from_ms <= at && at < window.to_ms;
    }
    if (!in) continue;
    kept.push_back(event);
    if (instants.empty() || instants.back() != at) instants.push_back(at);
  }
  if (window.cap != 0 && instants.size() > window.cap) {
    const int64_t first = instants[instants.size() - window.cap];
    std::erase_if(kept, [&](const TestEvent& event) { return event.at_ms < first; });
  }
  return kept;
}

std::vector<int64_t> ends_inside(const Rules& rules, const std::vector<TestEvent>& events,
                                 const WindowRow& window, int64_t now) {
  std::vector<int64_t> ends = Reference(rules, inside(events, window, now)).ends();
  std::erase_if(ends, [&](int64_t end) {
    if (window.kind == WindowRow::Kind::kRolling) return end > now - window.to_ms;
    return end > now || (window.kind == WindowRow::Kind::kAbsolute && end >= window.to_ms);
  });
  return ends;
}

std::vector<WindowRow> windows(std::mt19937& random) {
  const auto some = [&](int64_t least, int64_t most) {
    return least + static_cast<int64_t>(random() % static_cast<uint64_t>(most - least + 1));
  };
  const uint32_t cap = random() % 3 == 0 ? 1 + random() % 4 : 0;
  return {{.cap = cap},
          rolling(some(1, 20), 0, cap),
          rolling(some(6, 20), some(1, 5), cap),
          absolute(some(1, 8), some(9, 25), cap),
          absolute(some(1, 8), INT64_MAX, cap)};
}

TEST(Steps, AnswersLikeEveryChoiceOfEventsAndIsNeverLate) {
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    std::mt19937 random(seed);
    const Rules rules = any_rules(random);
    TestCells cells = cells_of(rules);
    std::vector<TestEvent> past;
    for (const auto& [at, hits] : by_instant(any_events(random, rules))) {
      for (const SequenceHit& hit : hits) past.push_back({at, hit});
      steps_push(cells[0], at, possible_runs(sequence_of(cells.view(), 0), hits));
      for (const WindowRow& window : windows(random)) {
        for (int64_t t = at; t < at + 22; ++t) {
          const std::vector<int64_t> ends = ends_inside(rules, past, window, t);
          const StepsAnswer answer = steps_read(cells[0], window, t);
          ASSERT_EQ(answer.count, ends.size()) << "seed " << seed << " at " << t;
          ASSERT_EQ(answer.first_ms, ends.empty() ? kLongAgo.ms : ends.front());
          ASSERT_EQ(answer.last_ms, ends.empty() ? kLongAgo.ms : ends.back());
          const StepsAnswer count = steps_count(cells[0], window, t, false);
          ASSERT_EQ(count.count, answer.count) << "seed " << seed << " at " << t;
          ASSERT_EQ(count.deadline_ms, answer.deadline_ms) << "seed " << seed << " at " << t;
        }
        expect_never_late(
            [&](int64_t t) {
              const StepsAnswer answer = steps_read(cells[0], window, t);
              return Answer{
                  static_cast<double>(answer.count) + static_cast<double>(answer.last_ms) * 64,
                  answer.deadline_ms};
            },
            at, at + 30);
      }
    }
  }
}

/// Counts that follow links, shortened on the way, are those of matching afresh; where windows and
/// instants only move on, as in a life.
TEST(Steps, CountsByLinksAreThoseOfMatchingAfresh) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const Rules rules = any_rules(random);
    TestCells cells = cells_of(rules, 60, seed % 3 == 0 ? 9 : 0);
    int64_t now = 1;
    for (int turn = 0; turn < 200; ++turn) {
      now += static_cast<int64_t>(random() % (turn % 40 == 0 ? 80 : 4)) + 1;
      std::vector<SequenceHit> hits;
      for (size_t i = 0; i <= random() % 3; ++i) {
        SequenceHit hit;
        hit.steps = random() % (1u << rules.steps.size());
        hit.absence = rules.has_absence() && random() % 6 == 0;
        if (hit.steps != 0 || hit.absence) hits.push_back(hit);
      }
      if (hits.empty()) continue;
      steps_push(cells[0], now, possible_runs(sequence_of(cells.view(), 0), hits));
      for (int64_t length = 1; length <= 60; length += 1 + static_cast<int64_t>(random() % 20)) {
        const WindowRow window = rolling(length, 0, seed % 3 == 0 ? 9 : 0);
        const int64_t t = now + static_cast<int64_t>(random() % 3 == 0 ? random() % 6 : 0);
        const StepsAnswer afresh = steps_read(cells[0], window, t);
        const StepsAnswer linked = steps_count(cells[0], window, t, random() % 2 == 0);
        ASSERT_EQ(linked.count, afresh.count) << "seed " << seed << " turn " << turn;
        ASSERT_EQ(linked.deadline_ms, afresh.deadline_ms) << "seed " << seed << " turn " << turn;
        now = t;
      }
    }
  }
}

/// The same of a run so long that it is a ring, several times round.
TEST(Steps, CountsByLinksGoOnWhereARingBeginsAnew) {
  std::mt19937 random(9);
  for (const bool absence : {false, true}) {
    Rules rules;
    rules.steps.resize(2);
    rules.steps[1].within_ms = 9;
    rules.row.steps = {0, 2};
    if (absence) {
      rules.row.absence_stream = 0;
      rules.row.absence_ms = 30;
    }
    constexpr uint32_t kCap = 12'000;
    TestCells cells = cells_of(rules, 60'000, kCap);
    int64_t now = 1;
    for (int turn = 0; turn < 70'000; ++turn) {
      now += static_cast<int64_t>(random() % 5) + 1;
      const SequenceHit hit{.steps = 1u << random() % 2, .absence = absence && random() % 9 == 0};
      steps_push(cells[0], now, possible_runs(sequence_of(cells.view(), 0), {&hit, 1}));
      if (turn < 60'000 && random() % 4 != 0) continue;
      const WindowRow window = rolling(60'000, 0, kCap);
      const StepsAnswer linked = steps_count(cells[0], window, now, true);
      if (turn % 1'999 != 0 && turn % kCap > 3) continue;
      const StepsAnswer afresh = steps_read(cells[0], window, now);
      ASSERT_EQ(linked.count, afresh.count) << turn;
      ASSERT_EQ(linked.deadline_ms, afresh.deadline_ms) << turn;
    }
  }
}

TEST(Sequence, MatchesAsTheyComeAreThoseOfEver) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    std::mt19937 random(seed);
    const Rules rules = any_rules(random);
    TestCells cells = cells_of(rules);
    const std::vector<TestEvent> events = any_events(random, rules);
    const auto hits = by_instant(events);
    std::vector<int64_t> ends;
    for (int64_t t = 1; t < 80; ++t) {
      const auto now = hits.find(t);
      const int64_t due = sequence_deadline(cells[1]);
      ASSERT_GE(due, t) << "a wait is over and was not taken";
      if (now == hits.end() && due != t) continue;
      const Possible possible =
          now == hits.end() ? Possible{} : possible_runs(sequence_of(cells.view(), 0), now->second);
      if (sequence_advance(cells[1], t, possible)) ends.push_back(t);
    }
    ASSERT_EQ(ends, Reference(rules, events).ends()) << "seed " << seed;
  }
}

TEST(Steps, AHorizonOrACapOfTheCellChangesNoAnswerItAllows) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const Rules rules = any_rules(random);
    TestCells all = cells_of(rules);
    TestCells some = cells_of(rules, 15, 4);
    for (const auto& [at, hits] : by_instant(any_events(random, rules))) {
      const Possible possible = possible_runs(sequence_of(all.view(), 0), hits);
      steps_push(all[0], at, possible);
      steps_push(some[0], at, possible);
      const WindowRow window = rolling(1 + random() % 15, 0, 4);
      for (int64_t t = at; t < at + 16; ++t) {
        ASSERT_EQ(steps_read(some[0], window, t).count, steps_read(all[0], window, t).count);
      }
    }
  }
}

/// Rules of `steps` with one gap for all but the first.
Rules rules_of(uint32_t steps, int64_t within_ms) {
  Rules rules;
  rules.steps.resize(steps);
  for (uint32_t i = 1; i < steps; ++i) rules.steps[i].within_ms = within_ms;
  rules.row.steps = {0, steps};
  return rules;
}

uint32_t count_of(const Rules& rules, const std::vector<TestEvent>& events, int64_t now,
                  const WindowRow& window = {}) {
  TestCells cells = cells_of(rules);
  for (const auto& [at, hits] : by_instant(events)) {
    steps_push(cells[0], at, possible_runs(sequence_of(cells.view(), 0), hits));
  }
  return steps_read(cells[0], window, now).count;
}

TEST(Steps, AGapIsInclusive) {
  const Rules rules = rules_of(2, 100);
  EXPECT_EQ(count_of(rules, {{1000, {1}}, {1099, {2}}}, 2000), 1u);
  EXPECT_EQ(count_of(rules, {{1000, {1}}, {1100, {2}}}, 2000), 1u);
  EXPECT_EQ(count_of(rules, {{1000, {1}}, {1101, {2}}}, 2000), 0u);
}

TEST(Steps, AnInstantHasNoOrderButAnEventIsOneStep) {
  EXPECT_EQ(count_of(rules_of(2, 100), {{1000, {2}}, {1000, {1}}}, 1000), 1u);
  EXPECT_EQ(count_of(rules_of(2, 100), {{1000, {3}}}, 1000), 0u) << "one event, two steps";
  EXPECT_EQ(count_of(rules_of(2, 100), {{1000, {3}}, {1000, {3}}}, 1000), 1u);
  Rules later = rules_of(2, 100);
  later.steps[1].later = 1;
  EXPECT_EQ(count_of(later, {{1000, {3}}, {1000, {3}}}, 1000), 0u);
  EXPECT_EQ(count_of(later, {{1000, {3}}, {1001, {3}}}, 1001), 1u);
}

TEST(Steps, ViewsAtZeroToThreeMatchDifferentlyInsideAWindow) {
  const Rules rules = rules_of(2, 100);
  const std::vector<TestEvent> views = {{0, {3}}, {1, {3}}, {2, {3}}, {3, {3}}};
  EXPECT_EQ(count_of(rules, views, 3), 2u) << "0-1 and 2-3";
  EXPECT_EQ(count_of(rules, views, 3, absolute(1, INT64_MAX)), 1u) << "1-2, then 3 is alone";
}

TEST(Steps, TheAbsenceEndsInclusiveAndNotByTheVeryEvent) {
  Rules rules = rules_of(1, 0);
  rules.row.absence_stream = 0;
  rules.row.absence_ms = 100;
  EXPECT_EQ(count_of(rules, {{1000, {1}}}, 1099), 0u);
  EXPECT_EQ(count_of(rules, {{1000, {1}}}, 1100), 1u);
  EXPECT_EQ(count_of(rules, {{1000, {1}}, {1100, {0, true}}}, 1100), 0u);
  EXPECT_EQ(count_of(rules, {{1000, {1}}, {1101, {0, true}}}, 1101), 1u);
  EXPECT_EQ(count_of(rules, {{1000, {1}}, {1000, {0, true}}}, 1100), 0u);
  EXPECT_EQ(count_of(rules, {{1000, {1, true}}}, 1100), 1u) << "the very event";
  EXPECT_EQ(count_of(rules, {{1000, {1, true}}, {1000, {1, true}}}, 1100), 0u);
  EXPECT_EQ(count_of(rules, {{1000, {1, true}}, {1000, {1}}}, 1100), 1u) << "some choice";
  rules.row.absence_later = 1;
  EXPECT_EQ(count_of(rules, {{1000, {1}}, {1000, {0, true}}}, 1100), 1u);
}

TEST(Matching, TenStepsAtOneInstant) {
  const Rules rules = rules_of(kStepsMax, 100);
  TestCells cells = cells_of(rules);
  const Sequence sequence = sequence_of(cells.view(), 0);
  std::vector<SequenceHit> hits(9, {0x3FF, false});
  EXPECT_EQ(possible_runs(sequence, hits).runs >> run_bit(0, 9) & 1, 0u) << "nine events";
  hits.resize(1000, {0x3FF, false});
  const Possible all = possible_runs(sequence, hits);
  EXPECT_EQ(all.runs, (uint64_t{1} << 55) - 1);
  EXPECT_EQ(all.clean, 0x3FFu);
}

}  // namespace
}  // namespace segue::cells
