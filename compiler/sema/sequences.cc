#include <fmt/format.h>

#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/unsupported.h"

namespace segue::sema {

namespace {

/// The stream of a step. A step is one event; a sequence inside a sequence is not supported yet.
std::optional<hir::StreamId> step_stream(Context& context, const Scope& scope,
                                         const ast::Expr& expr) {
  const Signal step = signal(context, scope, expr);
  if (step.sequence) {
    unsupported_sequence(context, expr.span, "a sequence as a step of another");
    return std::nullopt;
  }
  if (!step.ok()) return std::nullopt;
  return stream_of(context, step);
}

/// Reports every form of the sequence that is not built yet.
bool supported(Context& context, const ast::Sequence& sequence) {
  const size_t before = context.diagnostics.error_count();
  for (const ast::SequenceSuffix& suffix : sequence.suffixes) {
    unsupported_sequence(
        context, suffix.span,
        suffix.kind == ast::SequenceSuffix::Kind::kBy ? "`by` behind a sequence" : "`all within`");
  }
  if (sequence.has_among) {
    unsupported_sequence(context, sequence.first->span, "`among` behind a sequence");
  }
  for (size_t i = 0; i < sequence.steps.size(); ++i) {
    const ast::ThenStep& step = sequence.steps[i];
    const bool absent =
        step.kind == ast::ThenStep::Kind::kNo || step.kind == ast::ThenStep::Kind::kNoLater;
    if (step.kind == ast::ThenStep::Kind::kNext) {
      unsupported_sequence(context, step.span, "`then next`");
    }
    if (step.after) unsupported_sequence(context, step.span, "`after` behind a step");
    if (step.without) unsupported_sequence(context, step.span, "`without` behind a step");
    if (absent && i + 1 < sequence.steps.size()) {
      unsupported_sequence(context, step.span, "`then no` before another step");
    }
  }
  return context.diagnostics.error_count() == before;
}

bool add_step(Context& context, const Scope& scope, const ast::ThenStep& step,
              hir::Stream& stream) {
  const auto id = step_stream(context, scope, *step.step);
  std::optional<Duration> within;
  if (step.within) {
    // The same instant is a gap of nothing, and allowed; strictly later never is.
    const bool zero_allowed = step.kind == ast::ThenStep::Kind::kThen;
    within = duration(context, scope, *step.within, zero_allowed);
    if (!within) return false;
  }
  const bool later =
      step.kind == ast::ThenStep::Kind::kLater || step.kind == ast::ThenStep::Kind::kNoLater;
  const bool absent =
      step.kind == ast::ThenStep::Kind::kNo || step.kind == ast::ThenStep::Kind::kNoLater;
  if (!absent) {
    if (id) stream.steps.push_back({.stream = *id, .later = later, .within = within});
    return id.has_value();
  }
  if (!within) {
    context.report(Code::kE0404, step.span, "`then no` without an end of its wait")
        .label("never over")
        .help(fmt::format("say how long: `{} within 3d`", context.quote(step.span, "then no x")));
    return false;
  }
  if (id) stream.absence = hir::Stream::Absence{*id, later, *within};
  return id.has_value();
}

}  // namespace

Signal sequence(Context& context, const Scope& scope, const ast::Sequence& sequence, Span span) {
  Signal result;
  result.span = span;
  result.name = context.quote(span, "a sequence");
  if (!supported(context, sequence)) return result;
  if (sequence.steps.size() + 1 > kStepsMax) {
    context
        .report(Code::kE0501, span,
                fmt::format("a sequence of {} steps", sequence.steps.size() + 1))
        .label(fmt::format("the limit is {}", kStepsMax));
    return result;
  }
  Scope inside = scope;
  inside.window = nullptr;
  hir::Stream stream;
  stream.kind = hir::Stream::Kind::kSequence;
  stream.name = result.name;
  stream.span = span;
  const auto first = step_stream(context, inside, *sequence.first);
  bool ok = first.has_value();
  if (first) stream.steps.push_back({.stream = *first});
  for (const ast::ThenStep& step : sequence.steps) {
    ok = add_step(context, inside, step, stream) && ok;
  }
  if (ok) result.sequence = context.nodes.add(std::move(stream));
  return result;
}

}  // namespace segue::sema
