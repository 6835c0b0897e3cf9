#include "runtime/cells/matching.h"

#include <algorithm>

#include "runtime/base/instant.h"

namespace segue::cells {
namespace {

constexpr uint32_t kNoEvent = UINT32_MAX;

/// The events that can be each step. As many as there are steps are enough: whatever the other
/// steps take, one is left.
class Candidates {
 public:
  Candidates(uint32_t steps, std::span<const SequenceHit> hits) {
    for (uint32_t event = 0; event < hits.size(); ++event) {
      for (uint32_t step = 0; step < steps; ++step) {
        if ((hits[event].steps >> step & 1) == 0 || counts_[step] == kStepsMax) continue;
        events_[step][counts_[step]++] = event;
      }
    }
  }

  std::span<const uint32_t> of(uint32_t step) const { return {events_[step], counts_[step]}; }

 private:
  uint32_t events_[kStepsMax][kStepsMax];
  uint32_t counts_[kStepsMax] = {};
};

/// Gives steps distinct events, one step after the other, by augmenting paths (Kuhn).
class Assignment {
 public:
  Assignment(const Candidates& candidates, uint32_t excluded)
      : candidates_(candidates), excluded_(excluded) {
    std::fill(std::begin(event_of_), std::end(event_of_), kNoEvent);
  }

  bool add(uint32_t step) {
    visited_ = 0;
    return find_event(step);
  }

 private:
  bool find_event(uint32_t step) {
    visited_ |= 1u << step;
    for (const uint32_t event : candidates_.of(step)) {
      if (event == excluded_) continue;
      const uint32_t holder = holder_of(event);
      const bool taken = holder < kStepsMax;
      if (taken && (visited_ >> holder & 1) != 0) continue;
      if (taken && !find_event(holder)) continue;
      event_of_[step] = event;
      return true;
    }
    return false;
  }

  uint32_t holder_of(uint32_t event) const {
    uint32_t step = 0;
    while (step < kStepsMax && event_of_[step] != event) ++step;
    return step;
  }

  const Candidates& candidates_;
  uint32_t excluded_;
  uint32_t event_of_[kStepsMax];
  uint32_t visited_ = 0;
};

/// Whether a step is never at the instant of the step before.
bool comes_later(const image::StepRow& step) { return step.later != 0 || step.after_ms > 0; }

/// The runs that begin with step `i`, without event `excluded`, as far as step `last`.
uint64_t runs_from(const Sequence& sequence, const Candidates& candidates, uint32_t i,
                   uint32_t last, uint32_t excluded) {
  Assignment assignment(candidates, excluded);
  uint64_t runs = 0;
  for (uint32_t j = i; j <= last; ++j) {
    if (j > i && comes_later(sequence.steps[j])) break;
    if (!assignment.add(j)) break;
    runs |= uint64_t{1} << run_bit(i, j);
  }
  return runs;
}

/// The runs to the last step whose last event is `event`, the absence's only one.
uint64_t clean_runs(const Sequence& sequence, const Candidates& candidates, uint32_t event) {
  const auto last = static_cast<uint32_t>(sequence.steps.size() - 1);
  uint64_t clean = uint64_t{1} << last;
  if (last == 0 || comes_later(sequence.steps[last])) return clean;
  for (uint32_t i = 0; i < last; ++i) {
    const uint64_t runs = runs_from(sequence, candidates, i, last - 1, event);
    clean |= (runs >> run_bit(i, last - 1) & 1) << i;
  }
  return clean;
}

/// One event alone: the runs of one step that it can be.
Possible possible_of_one(uint32_t steps, SequenceHit hit) {
  Possible possible;
  for (uint32_t j = 0; j < steps; ++j) {
    possible.runs |= uint64_t{hit.steps >> j & 1} << run_bit(j, j);
  }
  possible.runs |= uint64_t{hit.absence} << kAbsenceBit;
  possible.clean = uint64_t{hit.steps >> (steps - 1) & 1} << (steps - 1);
  return possible;
}

}  // namespace

Sequence sequence_of(const image::View& view, uint32_t sequence) {
  const image::SequenceRow& row = view.sequences[sequence];
  return {row, view.steps.subspan(row.steps.first, row.steps.count)};
}

Possible possible_runs(const Sequence& sequence, std::span<const SequenceHit> hits) {
  const auto steps = static_cast<uint32_t>(sequence.steps.size());
  if (hits.size() == 1) return possible_of_one(steps, hits[0]);
  const uint32_t last = steps - 1;
  const Candidates candidates(steps, hits);
  Possible possible;
  for (uint32_t i = 0; i < steps; ++i) {
    possible.runs |= runs_from(sequence, candidates, i, last, kNoEvent);
  }
  const auto is_absence = [](const SequenceHit& hit) { return hit.absence; };
  const auto absences = std::count_if(hits.begin(), hits.end(), is_absence);
  if (absences == 0 || sequence.row.absence_later != 0) {
    possible.clean = runs_to(possible.runs, last);
  } else if (absences == 1) {
    const auto own = std::find_if(hits.begin(), hits.end(), is_absence);
    if ((own->steps >> last & 1) != 0) {
      possible.clean = clean_runs(sequence, candidates, static_cast<uint32_t>(own - hits.begin()));
    }
  }
  possible.runs |= uint64_t{absences != 0} << kAbsenceBit;
  return possible;
}

PartialMatch::PartialMatch() { clear(); }

void PartialMatch::clear() { std::fill(std::begin(latest_ms), std::end(latest_ms), kLongAgo.ms); }

StepsTaken take_steps(const Sequence& sequence, int64_t* latest_ms, int64_t now_ms,
                      Possible possible) {
  const auto steps = static_cast<uint32_t>(sequence.steps.size());
  uint64_t starts = 1;  // bit i: step i may be taken now, as the first of a run
  for (uint32_t i = 1; i < steps; ++i) {
    const int64_t before = latest_ms[i - 1];
    const bool reached = before != kLongAgo.ms && now_ms - before <= sequence.steps[i].within_ms &&
                         (now_ms > before || sequence.steps[i].later == 0);
    starts |= uint64_t{reached} << i;
  }
  for (uint32_t j = 0; j < steps; ++j) {
    if ((runs_to(possible.runs, j) & starts) != 0) latest_ms[j] = now_ms;
  }
  const uint64_t matches = runs_to(possible.runs, steps - 1) & starts;
  if (matches == 0) return {};
  std::fill(latest_ms, latest_ms + steps, kLongAgo.ms);
  return {true, (matches & possible.clean) != 0};
}

}  // namespace segue::cells
