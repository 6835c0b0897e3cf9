#pragma once

#include <cstdint>
#include <span>

#include "runtime/image/limits.h"
#include "runtime/image/tables.h"
#include "runtime/image/view.h"

/// How the matches of a sequence are taken, instant by instant. Two questions are kept apart: which
/// runs of consecutive steps one instant's events can take (`possible_runs`, asked once an
/// instant), and which of them continue what came before (`take_steps`, asked again for every
/// window).
///
/// Rules: at most one match ends at an instant; the one that ends first is taken, and the next
/// starts strictly after the instant of its last step. A step comes at the instant of the step
/// before by another event, or later; a `later` step strictly later; with a longest gap, within it,
/// inclusive.
namespace segue::cells {

inline constexpr uint32_t kStepsMax = image::kSequenceStepsMax;
static_assert(kStepsMax * (kStepsMax + 1) / 2 < 63, "all runs and the absence fit one word");

/// A sequence's rows.
struct Sequence {
  const image::SequenceRow& row;
  std::span<const image::StepRow> steps;

  bool has_absence() const { return row.absence_stream != image::kNone; }
};
Sequence sequence_of(const image::View& view, uint32_t sequence);

/// What one event of the instant is to a sequence.
struct SequenceHit {
  uint32_t steps = 0;    // bit j: it can be step j
  bool absence = false;  // it is an occurrence of the absence stream
  uint32_t breakers = 0;  // bit j: it may not lie between step j - 1 and step j
  int64_t start_ms = 0;   // where it began: of a sequence's match, else its instant
};

/// What the events of one instant allow, as entries of `steps` cells keep it.
struct Possible {
  uint64_t runs = 0;   // bit run_bit(i, j): distinct events can be the steps i to j, all now;
                       // bit kAbsenceBit: the absence stream has an occurrence
  uint64_t clean = 0;  // bit i: so can i to the last, and no occurrence of the absence is left that
                       // would end the wait at once: the very event of the last step does not count

  bool absence() const { return (runs >> 63) != 0; }
  friend constexpr bool operator==(Possible, Possible) = default;
};
inline constexpr uint32_t kAbsenceBit = 63;

constexpr uint32_t run_bit(uint32_t i, uint32_t j) { return j * (j + 1) / 2 + i; }

/// The runs to step `j`, as a bit a first step.
constexpr uint64_t runs_to(uint64_t runs, uint32_t j) {
  return runs >> run_bit(0, j) & ((uint64_t{1} << (j + 1)) - 1);
}

/// The order of values where one is wanted: hi, then lo.
constexpr bool scalar_less(Scalar a, Scalar b) { return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo; }

/// Cost: the hits once, then at most steps^4.
Possible possible_runs(const Sequence& sequence, std::span<const SequenceHit> hits);

/// Where a match stands: the latest time of each step among the partial matches that reach it, or
/// `kLongAgo`.
///
/// PROOF: gaps have only upper limits, so of two partial matches that reach step j the one with the
/// later step j allows all that the other allows; where a match starts restricts nothing.
struct PartialMatch {
  int64_t latest_ms[kStepsMax];

  PartialMatch();
  void clear();
};

struct StepsTaken {
  bool matched = false;  // a match of all steps ends now; the next starts afresh
  bool clean = false;    // … and its wait is not over at once
};

/// Continues the partial matches of a plain sequence (gaps have upper limits alone) at `latest_ms`,
/// one word a step, by the instant `now_ms`. Of others: `attempts.h`.
StepsTaken take_steps(const Sequence& sequence, int64_t* latest_ms, int64_t now_ms,
                      Possible possible);

}  // namespace segue::cells
