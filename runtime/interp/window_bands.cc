#include "runtime/interp/window_bands.h"

#include <algorithm>
#include <cmath>

#include "runtime/cells/bytes.h"
#include "runtime/cells/days.h"
#include "runtime/cells/log.h"
#include "runtime/interp/arithmetic.h"

namespace segue::interp {
namespace {

using image::Op;

/// A log of no more is looked at whole: whether its sums only fall.
constexpr uint32_t kFewEntries = 128;
/// Entries that are looked at for the one whose leaving turns a sum's test.
constexpr uint32_t kLooksAhead = 32;

bool compare(const WindowTest& test, double number) {
  const double left = test.constant_first ? test.number : number;
  const double right = test.constant_first ? number : test.number;
  const bool truth = test.op == Op::kLess        ? left < right
                     : test.op == Op::kLessEqual ? left <= right
                                                 : left == right;
  return truth != test.negated;
}

bool compare(const WindowTest& test, Decimal sum) {
  const bool truth = test.op == Op::kSumLess        ? sum_less(sum, test.sum)
                     : test.op == Op::kSumLessEqual ? sum_less_equal(sum, test.sum)
                                                    : sum_equal(sum, test.sum);
  return truth != test.negated;
}

/// The first entry inside the window, where that of a shorter one is `first`: in steps that double,
/// since few lie between.
uint32_t begin_of(const cells::Entries& entries, uint32_t first, const image::WindowRow& window,
                  int64_t now_ms) {
  if (window.from_ms == kForever.ms) return 0;
  const auto inside = [&](uint32_t i) { return entries.time_of(i) > now_ms - window.from_ms; };
  uint32_t step = 1;
  while (step <= first && inside(first - step)) {
    first -= step;
    step *= 2;
  }
  uint32_t outside = step > first ? 0 : first - step + 1;  // all before it are
  while (outside < first) {
    const uint32_t middle = outside + (first - outside) / 2;
    if (inside(middle)) {
      first = middle;
    } else {
      outside = middle + 1;
    }
  }
  return first;
}

/// The last of the entries [begin, count) that has to leave before `turns` is true of what is left,
/// which it asks by the first of these; `count` if there is none. Looks at a few of them, so it may
/// be an earlier one.
template <class Turns>
uint32_t last_before_turn(uint32_t begin, uint32_t count, const Turns& turns) {
  uint32_t last = begin;
  const uint32_t end = std::min(count, begin + kLooksAhead);
  while (last < end && !turns(last + 1)) ++last;
  return last;
}

/// The truth of one test of a log of X.
struct SumTest {
  bool truth;
  uint32_t last;  // the entry whose leaving may turn it; the number of all if none does
};

/// Of the entries from `begin` on.
SumTest test_sum(const cells::Entries& entries, const cells::SumsFrom& sums, const WindowTest& test,
                 uint32_t begin) {
  const auto holds = [&](uint32_t from) {
    if (test.holds != 0) return (test.holds >> sums.order(from, test.raised) & 1) != 0;
    return compare(test, cells::sum_between(entries, from, entries.count).sum);
  };
  const bool truth = holds(begin);
  return {truth, last_before_turn(begin, entries.count,
                                  [&](uint32_t from) { return holds(from) != truth; })};
}

/// The tests that only ask whether a sum comes to so much, where sums only fall. `units`: the sum
/// of each entry with those behind it.
///
/// PROOF: the sum of a window comes to so much if and only if the last entry with which it does,
/// whatever the window, is inside; and it does so until that entry leaves. The more is asked for,
/// the older that entry is.
uint64_t test_reached(Frame& frame, const cells::Entries& entries, const uint64_t* units,
                      const Reaches& reaches) {
  uint64_t bits = reaches.otherwise;
  uint32_t kept = entries.count;  // the last of these is that entry
  for (const Reach& reach : reaches.tests) {
    while (kept != 0 && units[kept - 1] < reach.units) --kept;
    if (kept == 0) break;
    const int64_t time_ms = entries.time_of(kept - 1);
    const bool capped = reach.cap != 0 && entries.count - kept >= reach.cap;
    if (capped || time_ms <= frame.now_ms - reach.from_ms) continue;
    bits ^= uint64_t{1} << reach.test;
    note_deadline(frame, cells::later_by(time_ms, reach.from_ms));
  }
  return bits;
}

}  // namespace

void WindowTest::find_holds(bool of_days) {
  const auto bits = [&](uint32_t less, uint32_t equal, uint32_t greater) {
    holds = (less | equal << 1 | greater << 2) ^ (negated ? 7 : 0);
  };
  if (!of_days) {
    if (!cells::SumsFrom::fits(sum)) return;  // by comparison
    raised = cells::SumsFrom::raised(sum);
    bits(op == Op::kSumEqual ? 0 : 1, op == Op::kSumLess ? 0 : 1, 0);
    if (op == Op::kSumEqual || sum.hi != 0 || sum.lo >= cells::SumsFrom::kUnitsMax) return;
    reaches = op == Op::kSumLess ? sum.lo : sum.lo + 1;
    return;
  }
  // Of n days as good as of the next whole number, or the one behind it.
  if ((op != Op::kLess && op != Op::kLessEqual) || !exists(number)) return;
  const bool from_it = (op == Op::kLess) != constant_first;
  const double first = from_it ? std::ceil(number) : std::floor(number) + 1;
  days = static_cast<uint32_t>(std::clamp(first, 0.0, 1e6));
  bits(constant_first ? 0 : 1, 0, constant_first ? 1 : 0);
}

uint64_t test_days(Frame& frame, const image::CellRow& row, std::span<const WindowTest> tests) {
  cells::DaysRead read({frame.blob, *frame.view, row}, frame.now_ms);
  uint64_t bits = 0;
  for (size_t i = 0; i < tests.size(); ++i) {
    const WindowTest& test = tests[i];
    const image::WindowRow& window = frame.view->windows[test.window];
    bool truth = false;
    if (test.days != WindowTest::kAnyDays) {
      truth = (test.holds >> (read.at_least(window, test.days) ? 2 : 0) & 1) != 0;
    } else {
      truth = read.test(window,
                        [&](uint32_t days) { return compare(test, static_cast<double>(days)); });
    }
    bits |= uint64_t{truth} << i;
  }
  note_deadline(frame, read.deadline_ms());
  return bits;
}

std::vector<Reach> reaches_of(const image::View& view, std::span<const WindowTest> tests) {
  std::vector<Reach> reaches;
  for (uint32_t i = 0; i < tests.size(); ++i) {
    if (tests[i].reaches == 0) return {};
    const image::WindowRow& window = view.windows[tests[i].window];
    reaches.push_back({tests[i].reaches, window.from_ms, window.cap, i});
  }
  std::sort(reaches.begin(), reaches.end(),
            [](const Reach& a, const Reach& b) { return a.units < b.units; });
  return reaches;
}

uint64_t test_sums(Frame& frame, uint32_t cell, std::span<const WindowTest> tests,
                   const Reaches& reaches) {
  const image::View& view = *frame.view;
  const cells::Entries entries = cells::entries_of({frame.blob, view, view.cells[cell]});
  uint64_t bits = 0;
  if (entries.count == 0) {
    if (!reaches.tests.empty()) return reaches.otherwise;
    for (size_t i = 0; i < tests.size(); ++i) bits |= uint64_t{compare(tests[i], Decimal{})} << i;
    return bits;
  }
  const cells::SumsFrom sums(entries);
  if (!reaches.tests.empty() && entries.count <= kFewEntries) {
    uint64_t units[kFewEntries];
    if (sums.units_from(entries.count, units)) {
      return test_reached(frame, entries, units, reaches);
    }
  }
  uint32_t first = entries.count;  // inside
  for (size_t i = 0; i < tests.size(); ++i) {
    const image::WindowRow& window = view.windows[tests[i].window];
    first = begin_of(entries, first, window, frame.now_ms);
    const bool capped = window.cap != 0 && entries.count - first > window.cap;
    const uint32_t begin = capped ? entries.count - window.cap : first;
    const SumTest test = test_sum(entries, sums, tests[i], begin);
    bits |= uint64_t{test.truth} << i;
    if (test.last == entries.count) continue;
    note_deadline(frame, cells::later_by(entries.time_of(test.last), window.from_ms));
  }
  return bits;
}

}  // namespace segue::interp
