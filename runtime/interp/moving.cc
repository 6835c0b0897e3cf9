#include "runtime/interp/moving.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "runtime/base/decay.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/eval.h"
#include "runtime/interp/machine.h"

namespace segue::interp {

using image::Op;
using image::OpRow;

namespace {

/// Nothing is left of any double after so many half-lives.
constexpr int64_t kHalfLivesMax = 2200;
/// Evaluations for one deadline; then it is where the proof has come to.
constexpr uint32_t kStepsMax = 1u << 14;
/// By how much a factor may be off from falling steadily: more than the library's error.
constexpr double kSlack = 1e-14;

/// How much doubles that decay alike may be off when they are added up, by their size.
constexpr double kSumSlack = 1e-14;

/// `base + factor * 2^-(time since the begin of the interval / half-life)`, and the size of what
/// was added up; without a half-life it stands still.
struct Affine {
  bool known = false;
  double base = 0;
  double factor = 0;
  double size = 0;
  int64_t half_life_ms = 0;
};

/// Where a number lies over an interval of time; a missing one is a NaN throughout.
struct Bounds {
  double low = 0;
  double high = 0;
  bool known = true;
  Affine affine;

  static Bounds point(double number) {
    return {number, number, true, {exists(number), number, 0, std::fabs(number), 0}};
  }
  static Bounds unknown() { return {0, 0, false, {}}; }
  bool missing() const { return known && !exists(low); }
};

Bounds hull(std::initializer_list<double> numbers) {
  Bounds bounds{std::min(numbers), std::max(numbers), true, {}};
  for (const double number : numbers) bounds.known = bounds.known && exists(number);
  return bounds;
}

Bounds combine(Op op, const Bounds& a, const Bounds& b) {
  if (!a.known || !b.known) return Bounds::unknown();
  if (a.missing() || b.missing()) return Bounds::point(kMissingNumber);
  switch (op) {
    case Op::kAdd:
      return {a.low + b.low, a.high + b.high, true, {}};
    case Op::kSubtract:
      return {a.low - b.high, a.high - b.low, true, {}};
    case Op::kMultiply:
      return hull({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
    case Op::kDivide:
      if (b.low == 0 && b.high == 0) return Bounds::point(kMissingNumber);
      if (b.low <= 0 && b.high >= 0) return Bounds::unknown();
      return hull({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high});
    case Op::kMin:
      return {std::min(a.low, b.low), std::min(a.high, b.high), true, {}};
    default:  // kMax
      return {std::max(a.low, b.low), std::max(a.high, b.high), true, {}};
  }
}

Affine combine(Op op, const Affine& a, const Affine& b) {
  const bool one_stands = a.half_life_ms == 0 || b.half_life_ms == 0;
  if (!a.known || !b.known) return {};
  if (!one_stands && a.half_life_ms != b.half_life_ms) return {};
  const int64_t half_life_ms = std::max(a.half_life_ms, b.half_life_ms);
  const double size = a.size + b.size;
  switch (op) {
    case Op::kAdd:
      return {true, a.base + b.base, a.factor + b.factor, size, half_life_ms};
    case Op::kSubtract:
      return {true, a.base - b.base, a.factor - b.factor, size, half_life_ms};
    case Op::kMultiply: {
      if (!one_stands) return {};
      const Affine& by = a.half_life_ms == 0 ? a : b;
      const Affine& of = a.half_life_ms == 0 ? b : a;
      return {true, by.base * of.base, by.base * of.factor, std::fabs(by.base) * of.size,
              half_life_ms};
    }
    case Op::kDivide:
      if (b.half_life_ms != 0 || b.base == 0) return {};
      return {true, a.base / b.base, a.factor / b.base, a.size / std::fabs(b.base), half_life_ms};
    default:
      return {};
  }
}

/// Sums of what decays alike cannot part: `x - x` is nothing over a whole interval, which bounds of
/// the operands do not see.
void tighten(Bounds& bounds, int64_t length_ms) {
  const Affine& affine = bounds.affine;
  if (!affine.known || affine.half_life_ms == 0 || !bounds.known || bounds.missing()) return;
  const double begin = affine.base + affine.factor;
  const double left = half_life_factor(Duration{length_ms}, Duration{affine.half_life_ms});
  const double end = affine.base + affine.factor * left;
  const double slack = kSumSlack * affine.size;
  bounds.low = std::max(bounds.low, std::min(begin, end) - slack);
  bounds.high = std::min(bounds.high, std::max(begin, end) + slack);
}

Bounds rounded(const Bounds& a) { return {std::round(a.low), std::round(a.high), a.known, {}}; }

Bounds absolute(const Bounds& a) {
  const double low = std::fabs(a.low);
  const double high = std::fabs(a.high);
  const bool has_zero = a.low < 0 && a.high > 0;
  return {has_zero ? 0 : std::min(low, high), std::max(low, high), a.known, {}};
}

enum class Proof { kTrue, kFalse, kNone };

Proof compare(Op op, const Bounds& a, const Bounds& b) {
  if (!a.known || !b.known) return Proof::kNone;
  if (a.missing() || b.missing()) return Proof::kFalse;
  const auto when = [](bool yes, bool no) {
    return yes ? Proof::kTrue : no ? Proof::kFalse : Proof::kNone;
  };
  switch (op) {
    case Op::kLess:
      return when(a.high < b.low, a.low >= b.high);
    case Op::kLessEqual:
      return when(a.high <= b.low, a.low > b.high);
    default:  // kEqual
      return when(a.low == a.high && b.low == b.high && a.low == b.low,
                  a.high < b.low || b.high < a.low);
  }
}

/// The operands of a comparison over intervals of time: what decays between its values at both
/// ends, arithmetic by the bounds of its operands, all else as it is now.
class Operands {
 public:
  Operands(Frame& frame, std::span<const OpRow> code) : frame_(frame), code_(code) {
    Machine machine(frame);
    for (const OpRow& row : code) {
      step(machine, row);
      const Entry now = machine.pop();
      now_.push_back(now);
      machine.push(now);
      if (decays(row.op)) {
        half_life_ms_ = std::max(half_life_ms_, half_life_of(*frame.view, row));
      }
    }
  }

  int64_t half_life_ms() const { return half_life_ms_; }

  Proof compare_over(Op op, int64_t begin_ms, int64_t end_ms) {
    depth_ = 0;
    for (size_t i = 0; i < code_.size(); ++i) push(i, begin_ms, end_ms);
    return compare(op, stack_[0].bounds, stack_[1].bounds);
  }

 private:
  struct Part {
    Entry now;
    Bounds bounds;
    bool moves = false;
  };

  void push(size_t i, int64_t begin_ms, int64_t end_ms) {
    const OpRow& row = code_[i];
    const int pops = image::op_info(row.op).pops;
    const uint32_t count = pops < 0 ? row.a : static_cast<uint32_t>(pops);
    depth_ -= count;
    const Part* operands = &stack_[depth_];
    Part part{now_[i], Bounds::point(now_[i].number()), false};
    if (decays(row.op)) {
      part.moves = true;
      const int64_t half_life_ms = half_life_of(*frame_.view, row);
      const Decaying number = decaying_of(frame_, row);
      part.bounds = falling(value_at(number, begin_ms, half_life_ms),
                            value_at(number, end_ms, half_life_ms), begin_ms == end_ms);
      part.bounds.affine.half_life_ms = half_life_ms;
    } else if (std::any_of(operands, operands + count, [](const Part& p) { return p.moves; })) {
      part.moves = image::op_info(row.op).result == image::Type::N;
      part.bounds = bounds_of(row, operands, count, begin_ms == end_ms);
      if (count == 2 && begin_ms != end_ms) {
        part.bounds.affine = combine(row.op, operands[0].bounds.affine, operands[1].bounds.affine);
        tighten(part.bounds, end_ms - begin_ms);
      }
    }
    stack_[depth_++] = part;
  }

  static Bounds falling(double first, double last, bool at_once) {
    if (at_once) return Bounds::point(first);
    return {last * (1 - kSlack), first * (1 + kSlack), true, {true, 0, first, std::fabs(first), 0}};
  }

  /// Truths of what decays have deadlines of their own, so they stand still here.
  Bounds bounds_of(const OpRow& row, const Part* operands, uint32_t count, bool at_once) {
    switch (row.op) {
      case Op::kSelect:
        return operands[operands[0].now.truth() ? 1 : 2].bounds;
      case Op::kAdd:
      case Op::kSubtract:
      case Op::kMultiply:
      case Op::kDivide:
      case Op::kMin:
      case Op::kMax:
        return combine(row.op, operands[0].bounds, operands[1].bounds);
      case Op::kRound:
        return rounded(operands[0].bounds);
      case Op::kAbs:
        return absolute(operands[0].bounds);
      default:
        break;
    }
    if (image::op_info(row.op).result != image::Type::N) return {};
    return at_once ? exact(row, operands, count) : Bounds::unknown();
  }

  /// Any other op at one instant.
  Bounds exact(const OpRow& row, const Part* operands, uint32_t count) {
    std::vector<Entry> entries;
    for (uint32_t i = 0; i < count; ++i) {
      if (!operands[i].bounds.known) return Bounds::unknown();
      entries.push_back(operands[i].moves ? Entry::of(operands[i].bounds.low) : operands[i].now);
    }
    return Bounds::point(run_op(frame_, row, entries).number());
  }

  Frame& frame_;
  std::span<const OpRow> code_;
  std::vector<Entry> now_;  // what each op leaves now
  int64_t half_life_ms_ = 0;
  uint32_t depth_ = 0;
  std::array<Part, image::kStackDepthMax> stack_;
};

}  // namespace

bool decays(Op op) { return op == Op::kDecayed || op == Op::kTimesDecayed; }

int64_t half_life_of(const image::View& view, const OpRow& row) {
  return row.op == Op::kDecayed ? view.cells[row.a].horizon_ms : view.nths[row.b].bound_ms;
}

double value_at(const Decaying& number, int64_t now_ms, int64_t half_life_ms) {
  if (number.value == 0) return 0;
  return number.value * half_life_factor({now_ms - number.at_ms}, {half_life_ms});
}

void note_turn(Frame& frame, const OpRow& row) {
  // SAFETY: verified: the operands are the `b` ops before this one, in the same table.
  Operands operands(frame, {&row - row.b, row.b});
  const int64_t now_ms = frame.now_ms;
  const Proof now = operands.compare_over(row.op, now_ms, now_ms);
  const int64_t still_ms = now_ms + operands.half_life_ms() * kHalfLivesMax;
  const int64_t end_ms = std::min(frame.next_ms == kNever.ms ? kNever.ms : frame.next_ms - 1,
                                  std::max(still_ms, now_ms + 1));
  // Halves still to be looked at, the earliest on top.
  std::vector<std::pair<int64_t, int64_t>> open{{now_ms + 1, end_ms}};
  for (uint32_t steps = 0; !open.empty(); ++steps) {
    const auto [begin, end] = open.back();
    open.pop_back();
    if (begin > end) continue;
    if (steps == kStepsMax) return note_deadline(frame, begin);
    if (operands.compare_over(row.op, begin, end) == now) continue;
    if (begin == end) return note_deadline(frame, begin);
    const int64_t middle = begin + (end - begin) / 2;
    open.emplace_back(middle + 1, end);
    open.emplace_back(begin, middle);
  }
}

}  // namespace segue::interp
