#include "compiler/sema/growth.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unordered_set>

#include "compiler/sema/caps.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/ops.h"
#include "runtime/base/text.h"

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
  if (window.kind != hir::Window::Kind::kRolling) return false;
  // `before 7d ago` keeps what is younger, and adds up what is older.
  return (window.from == kForever ? window.to : window.from) > kShortWindow;
}

/// The same for what keeps the values of a window, whichever it is.
bool keeps_long(const hir::Window& window) {
  return window.kind == hir::Window::Kind::kEver || is_long(window);
}

/// What an aggregate keeps of each occurrence; empty if it keeps a few words whatever happens.
std::optional<Kept> kept_by(const Expr& e) {
  if (e.op == Op::kCount && is_long(e.window)) {
    return Kept{"keeps the time of each, 8 bytes",
                "a count that is compared with no small number needs them all"};
  }
  if (e.op == Op::kDecayed && e.cap > kSmallCount) {
    return Kept{"keeps the time of each, 8 bytes",
                "one that is pushed out by newer ones must be known to be taken out"};
  }
  if (e.op != Op::kAggregate) return std::nullopt;
  switch (e.aggregate) {
    case Aggregate::kDistinct:
      if (!keeps_long(e.window)) return std::nullopt;
      return Kept{"keeps each different value and its time, 24 bytes",
                  "different values can only be told apart when they are kept"};
    case Aggregate::kPercentile:
    case Aggregate::kMostCommon:
      if (!keeps_long(e.window)) return std::nullopt;
      return Kept{"keeps time and value of each, 24 bytes",
                  "a rank or a most common value needs all values"};
    case Aggregate::kLast:
      return std::nullopt;
    case Aggregate::kSum:
    case Aggregate::kAvg:
    case Aggregate::kMin:
    case Aggregate::kMax:
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
    if (hir::names_stream(e.op)) visit_stream(e.stream, e.span);
    const Expr* small = small_count(e);
    for (const hir::ExprPtr& child : e.children) {
      if (child.get() == small) {
        visit_stream(child->stream, child->span);
      } else {
        visit(*child);
      }
    }
  }

 private:
  /// The child that is a count compared with, or clamped to, a small number.
  const Expr* small_count(const Expr& e) const {
    if (const Expr* count = uncapped_count(context_.rules.streams, e)) return count;
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

  /// Where a growing stream is shown: of a library's where it is read.
  Span place(const hir::Stream& stream, Span read) const {
    return context_.diagnostics.is_quiet(stream.span.file) ? read : stream.span;
  }

  void visit_stream(hir::StreamId id, Span read_at) {
    if (!streams_seen_.insert(id.index).second) return;
    const hir::Stream& stream = context_.rules.streams[id.index];
    for (const hir::StreamId read : hir::streams_of(stream)) visit_stream(read, read_at);
    if (stream.by) visit_key(stream, place(stream, read_at));
    for (const hir::Stream::Step& step : stream.steps) {
      if (!step.after || *step.after <= kShortWindow) continue;
      const std::string& name = context_.rules.streams[stream.steps.front().stream.index].name;
      context_
          .report(Code::kW0512, place(stream, read_at),
                  fmt::format("state of `{}` grows with every `{}` of {}", rule_, name,
                              duration_text(*step.after)))
          .label("keeps the time of each that waits, 8 bytes")
          .note(fmt::format("which of them is old enough shows only later; the cap is the newest "
                            "{} a user",
                            kSequenceWaitingMax))
          .help("a shorter `after` keeps less");
      return;
    }
  }

  /// Values of `by` are forgotten when their gaps are over.
  void visit_key(const hir::Stream& stream, Span span) {
    Duration longest = stream.all_within.value_or(Duration{0});
    bool bounded = stream.all_within.has_value();
    if (!bounded) {
      bounded = true;
      for (size_t i = 1; i < stream.steps.size(); ++i) {
        bounded = bounded && stream.steps[i].within.has_value();
        if (bounded) longest.ms += stream.steps[i].within->ms;
      }
    }
    if (bounded && longest <= kShortWindow) return;
    const auto& path = context_.rules.schema.slots[stream.by->index].path;
    context_
        .report(Code::kW0512, span,
                fmt::format("state of `{}` grows with every `{}` of {}", rule_,
                            fmt::join(path, "."), bounded ? duration_text(longest) : "all time"))
        .label("keeps the steps of each value, 24 bytes and more")
        .note(fmt::format("a value is forgotten when its gaps are over; the cap is the newest {} "
                          "values a user",
                          kSequenceKeysMax))
        .help(bounded ? "a shorter gap keeps less"
                      : "a gap bounds it: `within 7d`, `all within 7d`");
  }

  void report(const Expr& e, const Kept& kept) {
    const hir::Stream& stream = context_.rules.streams[e.stream.index];
    const bool ever = e.op == Op::kDecayed || e.window.kind == hir::Window::Kind::kEver;
    const std::string span =
        ever ? "all time" : duration_text(e.window.from == kForever ? e.window.to : e.window.from);
    context_
        .report(Code::kW0512, e.span,
                fmt::format("state of `{}` grows with every `{}` of {}", rule_, stream.name, span))
        .label(std::string(kept.what))
        .note(fmt::format("{}; the cap is the newest {} a user", kept.law,
                          e.op == Op::kDecayed ? e.cap : kWindowCap))
        .help(e.op == Op::kDecayed ? "fewer times, or all of them, keep less"
              : ever               ? "a window bounds it: `within 30d`"
                                   : "a shorter window keeps less");
  }

  Context& context_;
  const std::string& rule_;
  std::unordered_set<const Expr*> seen_;
  std::unordered_set<uint32_t> streams_seen_;
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
