#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "compiler/passes/passes.h"
#include "compiler/plan/build.h"
#include "runtime/image/limits.h"

namespace segue::passes {

namespace {

namespace b = plan::build;
using plan::Cell;
using plan::CellId;
using plan::CellKind;
using plan::Expr;
using plan::ExprPtr;
using plan::Op;
using plan::Window;

/// A `newest` cell beyond this would cost more an event (it is kept sorted by shifting) than a log.
constexpr uint32_t kNewestMax = 64;

/// Which k a comparison of a count needs, as "at least k occurrences" tests: `>= n` and `< n` need
/// n; `> n` and `<= n` need n + 1; `=` needs both. `negate` turns "at least" into its opposite.
struct AtLeast {
  double k = 0;
  bool negate = false;
};

AtLeast at_least_of(Op op, bool count_first, double n) {
  if (op == Op::kLess) {
    if (count_first) return {std::ceil(n), true};  // count < n
    return {std::floor(n) + 1, false};             // n < count
  }
  if (count_first) return {std::floor(n) + 1, true};  // count <= n
  return {std::ceil(n), false};                       // n <= count
}

class Fitting {
 public:
  explicit Fitting(plan::Plan& plan) : plan_(plan) {}

  void run() {
    const auto fit = [this](const ExprPtr& expr) { return smaller(expr); };
    // By index: fitting adds cells and streams while it walks.
    for (size_t i = 0; i < plan_.streams.size(); ++i) {
      const ExprPtr predicate = plan_.streams[i].predicate;  // its place may move meanwhile
      ExprPtr fitted = plan::rewrite(predicate, fit);
      plan_.streams[i].predicate = std::move(fitted);
    }
    for (size_t i = 0; i < plan_.cells.size(); ++i) {
      const ExprPtr value = plan_.cells[i].value;
      ExprPtr fitted = plan::rewrite(value, fit);
      plan_.cells[i].value = std::move(fitted);
    }
    for (plan::Node& node : plan_.nodes) {
      // Comparisons first, so that a count under one is still a read of a log.
      node.value = plan::rewrite(whole(node.value), fit);
    }
    for (Cell& cell : plan_.cells) {
      if (cell.kind == CellKind::kSequence) cell.k = form_of(cell);
    }
  }

 private:
  /// Tests and clamps of counts, outermost first: they need less than the count itself.
  ExprPtr whole(const ExprPtr& expr) {
    if (!expr) return expr;
    if (ExprPtr test = count_test(*expr)) return test;
    auto copy = std::make_shared<Expr>(*expr);
    for (ExprPtr& operand : copy->operands) operand = whole(operand);
    return copy;
  }

  const Cell& cell_of(const Expr& read) const { return plan_.cells[read.index]; }

  bool counts_log(const ExprPtr& expr) const {
    return expr->op == Op::kLogCount || expr->op == Op::kStepsCount || expr->op == Op::kLogDays;
  }

  ExprPtr count_test(const Expr& expr) {
    const bool compares =
        expr.op == Op::kLess || expr.op == Op::kLessEqual || expr.op == Op::kEqual;
    if (!compares && expr.op != Op::kMin) return nullptr;
    const bool first = counts_log(expr.operands[0]);
    const ExprPtr& count = expr.operands[first ? 0 : 1];
    const ExprPtr& bound = expr.operands[first ? 1 : 0];
    if (!counts_log(count) || bound->op != Op::kConstNumber) return nullptr;
    if (expr.op == Op::kMin) return clamped_count(*count, bound->number);
    if (expr.op == Op::kEqual) {
      const double n = bound->number;
      if (n != std::floor(n) || n < 0) return b::truth(false);
      if (n == 0) {
        ExprPtr any = at_least(*count, 1);
        return any ? b::op(Op::kNot, {any}) : nullptr;
      }
      ExprPtr reached = at_least(*count, n);
      ExprPtr passed = at_least(*count, n + 1);
      if (!reached || !passed) return nullptr;
      return b::op(Op::kAnd, {reached, b::op(Op::kNot, {passed})});
    }
    const AtLeast test = at_least_of(expr.op, first, bound->number);
    ExprPtr reached = at_least(*count, test.k);
    if (!reached) return nullptr;
    return test.negate ? b::op(Op::kNot, {reached}) : reached;
  }

  /// PROOF: of a window that ends now, at least k occurrences lie inside exactly if the k-th newest
  /// does. Of all time one bit is enough for k = 1, a counter for more.
  ExprPtr at_least(const Expr& count, double k) {
    if (k <= 0) return b::truth(true);
    const Window& window = count.window;
    if (window.cap != 0 && k > window.cap) return b::truth(false);
    if (count.op == Op::kLogDays) return newest_days(count, k);
    if (count.op == Op::kStepsCount) {
      if (window.cap != 0) return nullptr;
      if (window.kind != Window::Kind::kEver) return chained(count, k);
      return at_least_ever(derived_stream(cell_of(count).source), k);
    }
    if (window.kind == Window::Kind::kEver) return at_least_ever(cell_of(count).source, k);
    const bool ends_now = window.kind == Window::Kind::kRolling && window.to_ms == 0;
    if (!ends_now || k > kNewestMax) return nullptr;
    const auto n = static_cast<uint32_t>(k);
    return b::nth(Op::kNthWithin, newest(cell_of(count).source, n), n, window.from_ms);
  }

  /// PROOF: of a window that ends now, at least k days have an occurrence inside exactly if the
  /// k-th newest of the days has, and of a day the newest occurrence is the last to leave. Which
  /// days of the user's own zone those were is not kept. `sema::uncapped_count` says the same.
  ExprPtr newest_days(const Expr& count, double k) {
    const Window& window = count.window;
    const Cell& log = cell_of(count);
    const bool ends_now =
        window.kind == Window::Kind::kRolling && window.to_ms == 0 && window.from_ms != INT64_MAX;
    if (!ends_now || window.cap != 0 || window.counted != CalendarUnit::kDay || k > kNewestMax ||
        log.zone == image::kUserZone) {
      return nullptr;
    }
    const auto n = static_cast<uint32_t>(k);
    Cell newest{.kind = CellKind::kNewest, .source = log.source, .k = n, .zone = log.zone};
    return b::nth(Op::kNthWithin, add(std::move(newest)), n, window.from_ms);
  }

  /// PROOF: of a window that ends now, at least k matches, each after the end of the one before,
  /// lie inside exactly if one match of k copies in a row does, the first step of each copy later
  /// than the last of the copy before: taking whichever match ends first finds as many as any
  /// choice. A match lies inside if it starts there, and of all that have ended the one that starts
  /// latest is the last to leave. Its copies end at different instants since they are apart.
  ExprPtr chained(const Expr& count, double k) {
    const Window& window = count.window;
    const bool ends_now = window.kind == Window::Kind::kRolling && window.to_ms == 0;
    const uint32_t sequence = cell_of(count).source;
    if (!ends_now || !can_chain(plan_.sequences[sequence], k)) return nullptr;
    const uint32_t stream = chain(sequence, static_cast<uint32_t>(k));
    return b::nth(Op::kNthWithin, newest(stream, 1), 1, window.from_ms);
  }

  /// As `sema::chained_count` says, whose caps follow it.
  bool can_chain(const plan::Sequence& sequence, double k) const {
    if (sequence.has_absence || sequence.by != image::kNone) return false;
    if (sequence.all_within_ms != INT64_MAX &&
        (k > 1 || !plan_.streams[sequence.steps[0].stream.index].predicate)) {
      return false;
    }
    return k * static_cast<double>(sequence.steps.size()) <= image::kSequenceStepsMax;
  }

  /// The stream of the starts of `k` copies of a sequence in a row.
  uint32_t chain(uint32_t sequence, uint32_t k) {
    const auto [known, is_new] =
        chains_.try_emplace({sequence, k}, static_cast<uint32_t>(plan_.streams.size()));
    if (!is_new) return known->second;
    const plan::Sequence& one = plan_.sequences[sequence];
    plan::Sequence chain = one;
    chain.starts = true;
    for (uint32_t copy = 1; copy < k; ++copy) {
      const size_t first = chain.steps.size();
      chain.steps.insert(chain.steps.end(), one.steps.begin(), one.steps.end());
      chain.steps[first].later = true;
    }
    plan_.streams.push_back({one.name, nullptr});
    plan_.sequences.push_back(std::move(chain));
    add({.kind = CellKind::kSequence,
         .source = static_cast<uint32_t>(plan_.sequences.size() - 1),
         .feeds = known->second});
    return known->second;
  }

  ExprPtr at_least_ever(uint32_t stream, double k) {
    if (k == 1) return b::read(Op::kSeen, add({.kind = CellKind::kSeen, .source = stream}));
    return b::op(Op::kLessEqual, {b::number(k), total_count(stream)});
  }

  ExprPtr total_count(uint32_t stream) {
    return b::read(Op::kTotalCount, add({.kind = CellKind::kTotal, .source = stream}));
  }

  /// `max n times`: the count up to n is the number of the n newest that lie inside.
  ExprPtr clamped_count(const Expr& count, double n) {
    const bool ends_now = count.op == Op::kLogCount &&
                          count.window.kind == Window::Kind::kRolling && count.window.to_ms == 0;
    const bool whole_number = n == std::floor(n) && n >= 1 && n <= kNewestMax;
    if (!ends_now || !whole_number || (count.window.cap != 0 && n > count.window.cap))
      return nullptr;
    Window window = count.window;
    window.cap = 0;
    // The cell may come to keep more for another condition, so the clamp stays.
    const CellId cell = newest(cell_of(count).source, static_cast<uint32_t>(n));
    return b::op(Op::kMin, {b::read(Op::kNewestCount, cell, window), b::number(n)});
  }

  ExprPtr smaller(const ExprPtr& expr) {
    switch (expr->op) {
      case Op::kOldestTime:
        return time_read(*expr, CellKind::kOldest, Op::kOldestTime);
      case Op::kNewestTime:
        return time_read(*expr, CellKind::kNewest, Op::kNewestTime);
      case Op::kStepsFirst:
      case Op::kStepsLast:
        return steps_time(*expr);
      case Op::kLogDays:
      case Op::kLogStreak:
        return days_read(*expr);
      case Op::kMin:
        return distinct_read(*expr);
      case Op::kTimesDecayed:
        return decayed(*expr);
      case Op::kLogCount:
      case Op::kStepsCount:
      case Op::kLogSum:
      case Op::kLogAvg:
      case Op::kLogMin:
      case Op::kLogMax:
      case Op::kLogFirst:
      case Op::kLogLast:
        return expr->window.kind == Window::Kind::kEver ? ever_read(*expr) : nullptr;
      default:
        return nullptr;
    }
  }

  ExprPtr time_read(const Expr& read, CellKind kind, Op op) {
    if (cell_of(read).kind != CellKind::kLog) return nullptr;
    return b::read(op, add({.kind = kind,
                            .source = cell_of(read).source,
                            .k = kind == CellKind::kNewest ? 1u : 0u}));
  }

  ExprPtr steps_time(const Expr& read) {
    const bool first = read.op == Op::kStepsFirst;
    const uint32_t stream = derived_stream(cell_of(read).source);
    return b::read(first ? Op::kOldestTime : Op::kNewestTime,
                   add({.kind = first ? CellKind::kOldest : CellKind::kNewest,
                        .source = stream,
                        .k = first ? 0u : 1u}));
  }

  /// PROOF: of the last n local days only which of them had an occurrence is asked, so a bit a day
  /// is enough; one day more is kept for `full`, which leaves today out.
  ExprPtr days_read(const Expr& read) {
    const Window& window = read.window;
    const bool of_days = window.kind == Window::Kind::kCalendar &&
                         window.unit == CalendarUnit::kDay && window.counted == CalendarUnit::kDay;
    // Not in the user's zone: the bits are of days as they were, and the present one may go back.
    const Cell& log = cell_of(read);
    if (!of_days || window.cap != 0 || log.zone == image::kUserZone) return nullptr;
    const uint32_t k = window.periods + window.full;
    if (k > image::kDaysMax) return nullptr;
    Cell days{.kind = CellKind::kDays, .source = log.source, .k = k, .zone = log.zone};
    const Op op = read.op == Op::kLogStreak ? Op::kDaysStreak : Op::kDaysCount;
    return b::read(op, add(std::move(days)), window);
  }

  /// PROOF: a value lies inside a window that ends now exactly if its newest occurrence does, so
  /// one time a value is enough. Counted up to a cap, only so many values need be kept, those seen
  /// last: any that were dropped for them could only have made more than the cap.
  ExprPtr distinct_read(const Expr& clamp) {
    const ExprPtr& values = clamp.operands[0];
    const ExprPtr& cap = clamp.operands[1];
    if (values->op != Op::kLogDistinct || cap->op != Op::kConstNumber || cap->number < 1)
      return nullptr;
    const Window& window = values->window;
    const bool ends_now = window.kind == Window::Kind::kRolling && window.to_ms == 0;
    if ((!ends_now && window.kind != Window::Kind::kEver) || window.cap != 0) return nullptr;
    const Cell& log = cell_of(*values);
    Cell distinct{.kind = CellKind::kDistinct,
                  .source = log.source,
                  .value = log.value,
                  .cap = static_cast<uint32_t>(cap->number),
                  .horizon_ms = ends_now ? window.from_ms : INT64_MAX};
    return b::op(Op::kMin, {b::read(Op::kDistinctCount, add(std::move(distinct)), window), cap});
  }

  /// PROOF: over all of time nothing ever leaves, so a running total, extreme, first or last value
  /// is the answer. A cap says that only the newest count: then only `last` (the very newest) and
  /// the count (clamped) follow.
  ExprPtr ever_read(const Expr& read) {
    const Cell log = cell_of(read);
    const uint32_t cap = read.window.cap;
    switch (read.op) {
      case Op::kLogCount:
        return cap == 0 ? total_count(log.source)
                        : b::op(Op::kMin, {total_count(log.source), b::number(cap)});
      case Op::kStepsCount:
        return cap == 0 ? total_count(derived_stream(log.source)) : nullptr;
      case Op::kLogLast:
        return valued(Op::kValue, CellKind::kLatest, log);
      default:
        break;
    }
    if (cap != 0) return nullptr;
    switch (read.op) {
      case Op::kLogSum:
        return valued(Op::kTotalSum, CellKind::kTotal, log);
      case Op::kLogAvg:
        return valued(Op::kTotalAvg, CellKind::kTotal, log);
      case Op::kLogFirst:
        return valued(Op::kValue, CellKind::kEarliest, log);
      default:
        return extreme(read.op == Op::kLogMax, log);
    }
  }

  ExprPtr valued(Op op, CellKind kind, const Cell& log) {
    return b::read(op, add({.kind = kind, .source = log.source, .value = log.value}));
  }

  ExprPtr extreme(bool greatest, const Cell& log) {
    ExprPtr number = log.value->op == Op::kScalarOf
                         ? b::op(Op::kValueNumber, {log.value->operands[0]})
                         : b::op(Op::kScalarNumber, {log.value});
    return b::read(Op::kExtreme, add({.kind = CellKind::kExtreme,
                                      .source = log.source,
                                      .value = number,
                                      .k = greatest ? 1u : 0u}));
  }

  CellId newest(uint32_t stream, uint32_t k) {
    return add({.kind = CellKind::kNewest, .source = stream, .k = k});
  }

  /// PROOF: over all of time a sequence's matches are found online from the latest time of each
  /// step, since gaps have only upper limits: a later partial match can do whatever an earlier one
  /// can.
  uint32_t derived_stream(uint32_t sequence) {
    for (const Cell& cell : plan_.cells) {
      if (cell.kind == CellKind::kSequence && cell.source == sequence) return cell.feeds;
    }
    const auto stream = static_cast<uint32_t>(plan_.streams.size());
    plan_.streams.push_back({plan_.sequences[sequence].name, nullptr});
    add({.kind = CellKind::kSequence, .source = sequence, .feeds = stream});
    return stream;
  }

  /// The small form, a word a step, is enough where gaps have upper limits alone and nobody asks
  /// where a match began, as one that begins with it might. Where starts are told it is so if no
  /// gap has a lower limit: a word of the first step, two of each that is not the last.
  uint32_t form_of(const Cell& cell) const {
    const plan::Sequence& sequence = plan_.sequences[cell.source];
    const bool asked = std::any_of(
        plan_.sequences.begin(), plan_.sequences.end(),
        [&](const plan::Sequence& outer) { return outer.steps[0].stream.index == cell.feeds; });
    const auto steps = static_cast<uint32_t>(sequence.steps.size());
    if (sequence.starts) {
      const bool newest = std::all_of(sequence.steps.begin(), sequence.steps.end(),
                                      [](const auto& step) { return step.after_ms == 0; });
      return newest ? 2 * steps - 2 : 0;
    }
    return plan::is_plain(sequence) && !asked ? steps : 0;
  }

  /// PROOF: a count that decays is folded instant by instant, so its value at the last one is all
  /// that matters; of so many newest ones, their times.
  ExprPtr decayed(const Expr& read) {
    const Cell& log = cell_of(read);
    if (log.kind != CellKind::kLog) return nullptr;
    if (read.count == 0) {
      return b::read(
          Op::kDecayed,
          add({.kind = CellKind::kDecayed, .source = log.source, .horizon_ms = read.time_ms}));
    }
    if (read.count > kNewestMax) return nullptr;
    return b::nth(Op::kTimesDecayed, newest(log.source, read.count), read.count, read.time_ms);
  }

  CellId add(Cell cell) {
    plan_.cells.push_back(std::move(cell));
    return {static_cast<uint32_t>(plan_.cells.size() - 1)};
  }

  plan::Plan& plan_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> chains_;  // by sequence and copies: the stream
};

}  // namespace

// before                                                      after
//   cell c0 = log s0 horizon 172800000                          cell c1 = newest s0 k 3
//   node n0 = (less-equal (number 3)                            node n0 = (nth-within c1 3
//   172800000)
//                         (log-count c0 rolling 172800000 0))
void fit_cells(plan::Plan& plan) { Fitting(plan).run(); }

}  // namespace segue::passes
