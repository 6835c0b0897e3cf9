#include "compiler/sema/growth.h"

#include <fmt/format.h>

#include <unordered_set>

#include "compiler/sema/limits.h"
#include "compiler/sema/print.h"

namespace segue::sema {

using hir::Aggregate;
using hir::Expr;
using hir::Op;

namespace {

/// Up to here a log of each occurrence is what people expect to pay.
constexpr Duration kShortWindow{30 * kDayMs};
/// A count that is compared with no more keeps as many times instead.
constexpr double kSmallCount = 64;

struct Kept {
  std::string_view what;
  std::string_view law;
};

bool is_long(const hir::Window& window) {
  return window.kind == hir::Window::Kind::kRolling && window.from > kShortWindow;
}

/// What an aggregate keeps of each occurrence; empty if it keeps a few words whatever happens.
std::optional<Kept> kept_by(const Expr& e) {
  if (e.op == Op::kCount && is_long(e.window)) {
    return Kept{"keeps the time of each, 8 bytes",
                "a count that is compared with no small number needs them all"};
  }
  if (e.op != Op::kAggregate) return std::nullopt;
  switch (e.aggregate) {
    case Aggregate::kDistinct:
      if (!is_long(e.window) && e.window.kind != hir::Window::Kind::kEver) return std::nullopt;
      return Kept{"keeps each different value and its time, 24 bytes",
                  "different values can only be told apart when they are kept"};
    case Aggregate::kLast:
      return std::nullopt;
    case Aggregate::kSum:
    case Aggregate::kAvg:
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kPercentile:
    case Aggregate::kMostCommon:
    case Aggregate::kFirst:
      break;
  }
  if (!is_long(e.window)) return std::nullopt;
  return Kept{"keeps time and value of each, 24 bytes",
              "what leaves a sliding window must be known to be taken out"};
}

class Growth {
 public:
  Growth(Context& context, const std::string& rule) : context_(context), rule_(rule) {}

  void visit(const Expr& e) {
    if (!seen_.insert(&e).second) return;
    if (const auto kept = kept_by(e)) report(e, *kept);
    const Expr* small = small_count(e);
    for (const hir::ExprPtr& child : e.children) {
      if (child.get() != small) visit(*child);
    }
  }

 private:
  /// The child that is a count compared with, or clamped to, a small number.
  static const Expr* small_count(const Expr& e) {
    const bool compares = e.op == Op::kEqual || e.op == Op::kLess || e.op == Op::kLessEqual;
    if (!compares && e.op != Op::kMin) return nullptr;
    for (int side = 0; side < 2; ++side) {
      const Expr& count = *e.children[side];
      const Expr& number = *e.children[1 - side];
      if (number.op != Op::kLiteral) continue;
      // `>= n`, `< n` and a clamp look at the n newest; `> n`, `<= n` and `= n` at one more.
      const bool count_first = side == 0;
      const bool one_more = e.op == Op::kEqual || (e.op == Op::kLess && !count_first) ||
                            (e.op == Op::kLessEqual && count_first);
      const bool small = number.literal.number + (one_more ? 1 : 0) <= kSmallCount;
      if (count.op == Op::kCount && small) return &count;
    }
    return nullptr;
  }

  void report(const Expr& e, const Kept& kept) {
    const hir::Stream& stream = context_.rules.streams[e.stream.index];
    const bool ever = e.window.kind == hir::Window::Kind::kEver;
    const std::string span = ever ? "all time" : duration_text(e.window.from);
    context_
        .report(Code::kW0512, e.span,
                fmt::format("state of `{}` grows with every `{}` of {}", rule_, stream.name, span))
        .label(std::string(kept.what))
        .note(fmt::format("{}; the cap is the newest {} a user", kept.law, kWindowCap))
        .help(ever ? "a window bounds it: `within 30d`" : "a shorter window keeps less");
  }

  Context& context_;
  const std::string& rule_;
  std::unordered_set<const Expr*> seen_;
};

}  // namespace

void warn_growth(Context& context) {
  for (const hir::Score& score : context.rules.scores) {
    if (score.value != nullptr) Growth(context, score.name).visit(*score.value);
  }
  for (const hir::Segment& segment : context.rules.segments) {
    if (segment.when != nullptr) Growth(context, segment.name).visit(*segment.when);
  }
}

}  // namespace segue::sema
