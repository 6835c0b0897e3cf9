// Funnels, and how far the best attempt came.
#include <fmt/format.h>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/conditions.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/sequences.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::ExprPtr;

namespace {

void report_no_steps(Context& context, Span span, std::string message) {
  context.report(Code::kE0411, span, std::move(message))
      .label("no steps in it")
      .help("`view then cart then order`");
}

/// The sequence behind `reached`, where its names are seen from.
struct Reaching {
  const ast::Expr* expr = nullptr;
  Scope scope;
};

/// A name leads to the declaration, and so on through signals that only say another's name.
Reaching reaching(Context& context, const Scope& scope, const ast::Expr& expr) {
  Reaching at{&expr, scope};
  for (size_t hops = 0; hops < context.names.of(NameKind::kSignal).size() + 2; ++hops) {
    while (const auto* group = at.expr->as<ast::Group>()) {
      if (group->inner.where != nullptr) return at;
      at.expr = group->inner.value.get();
    }
    const auto* name = at.expr->as<ast::NameRef>();
    if (name == nullptr || !name->path.is_bare()) return at;
    const Declared* declared =
        context.names.find(at.scope.file, Space::kOperands, name->path.parts[0].text);
    if (declared == nullptr) return at;
    const auto* funnel = declared->decl->as<ast::FunnelDecl>();
    const auto* decl = declared->decl->as<ast::SignalDecl>();
    if (funnel == nullptr && (decl == nullptr || decl->param || decl->signal.where != nullptr)) {
      return at;
    }
    at.expr = funnel != nullptr ? funnel->sequence.get() : decl->signal.value.get();
    at.scope = context.scope_of(declared->file);
  }
  return at;
}

class Depth {
 public:
  Depth(Context& context, const ReadSequence& sequence, const hir::Window& window, Span span)
      : context_(context), sequence_(sequence), window_(window), span_(span) {}

  uint32_t steps() const { return static_cast<uint32_t>(sequence_.steps.size()); }

  /// The first `count` steps happened.
  ExprPtr at_least(uint32_t count) {
    if (count == 0 || count > steps()) return context_.nodes.truth(count == 0, span_);
    if (count == 1) return happened(context_, first(), window_, span_);
    Signal prefix;
    prefix.span = sequence_.span;
    prefix.name = sequence_.name;
    prefix.derived = sequence_stream(context_, sequence_, count);
    context_.nodes.streams()[prefix.derived->index].name = name_of(count);
    return happened(context_, prefix, window_, span_);
  }

 private:
  /// With `by` an occurrence without the property is none.
  Signal first() {
    Signal one = sequence_.steps.front().signal;
    if (sequence_.key == nullptr || one.derived) return one;
    Nodes& nodes = context_.nodes;
    ExprPtr has = nodes.make(hir::Op::kExists, hir::Type::kTruth, span_, {sequence_.key});
    one.predicate = nodes.all_of({one.predicate, std::move(has)}, span_);
    return one;
  }

  std::string name_of(uint32_t count) const {
    const Span first = sequence_.steps.front().span;
    return context_.quote(cover(first, sequence_.steps[count - 1].span), sequence_.name);
  }

  Context& context_;
  const ReadSequence& sequence_;
  hir::Window window_;
  Span span_;
};

/// The comparison, by depths that are reached at least.
ExprPtr compared(Context& context, Depth& depth, ast::CompareOp op, uint32_t count, Span span) {
  Nodes& nodes = context.nodes;
  const auto below = [&](uint32_t steps) { return nodes.negate(depth.at_least(steps), span); };
  const auto equal = [&] {
    if (count == depth.steps()) return depth.at_least(count);
    if (count == 0) return below(1);
    std::vector<ExprPtr> both{depth.at_least(count), below(count + 1)};
    return nodes.all_of(std::move(both), span);
  };
  switch (op) {
    case ast::CompareOp::kGreaterEqual:
      return depth.at_least(count);
    case ast::CompareOp::kGreater:
      return depth.at_least(count + 1);
    case ast::CompareOp::kLess:
      return below(count);
    case ast::CompareOp::kLessEqual:
      return below(count + 1);
    case ast::CompareOp::kEqual:
      return equal();
    case ast::CompareOp::kNotEqual:
      return nodes.negate(equal(), span);
  }
  return nullptr;
}

void warn_certain(Context& context, ast::CompareOp op, uint32_t count, uint32_t steps, Span span) {
  const bool all = (op == ast::CompareOp::kGreaterEqual && count == 0) ||
                   (op == ast::CompareOp::kLessEqual && count == steps);
  const bool none = (op == ast::CompareOp::kLess && count == 0) ||
                    (op == ast::CompareOp::kGreater && count == steps);
  if (all || none) warn_constant(context, span, all, fmt::format("it has 0 to {} steps", steps));
}

bool check_reachable(Context& context, const WrittenSequence& written, Span span) {
  for (const ast::ThenStep& step : written.steps->steps) {
    const bool absent =
        step.kind == ast::ThenStep::Kind::kNo || step.kind == ast::ThenStep::Kind::kNoLater;
    if (!absent) continue;
    auto& found = context.report(Code::kE0411, span, "`reached` of a sequence with `then no`");
    found.label("a wait is no step that anybody reaches").also(step.span, "here");
    found.help("what must not come between two steps is `without`: `a then c without b`");
    return false;
  }
  return true;
}

/// `all within` behind the number of steps, where its parameters are those of this file.
std::optional<Duration> whole(Context& context, const Scope& scope, const ast::Reached& reached,
                              const WrittenSequence& written) {
  if (written.all_within != nullptr) {
    context.report(Code::kE0313, ast::span_of(*reached.all_within), "`all within` is said twice")
        .label("once is enough")
        .also(written.all_within->span, "and here");
    return std::nullopt;
  }
  return duration(context, scope, *reached.all_within);
}

}  // namespace

Signal funnel(Context& context, const Scope& scope, const ast::Expr& expr) {
  const Reaching found = reaching(context, scope, expr);
  if (found.expr->as<ast::Sequence>() != nullptr) return signal(context, scope, expr);
  // Errors of its names say more than that it is no sequence.
  const size_t before = context.diagnostics.error_count();
  if (is_signal(context, scope, expr)) signal(context, scope, expr);
  if (context.diagnostics.error_count() == before) {
    report_no_steps(context, expr.span, "a funnel that is no sequence");
  }
  Signal failed;
  failed.span = expr.span;
  return failed;
}

ExprPtr reached(Context& context, const Scope& scope, const ast::Reached& reached, Span span) {
  hir::Window window = {};
  if (reached.window) {
    const auto own = occurrence_window(context, scope, *reached.window);
    if (!own) return nullptr;
    window = *own;
  } else {
    window = default_window(scope);
  }
  const size_t before = context.diagnostics.error_count();
  const Reaching from = reaching(context, scope, *reached.sequence);
  WrittenSequence written = written_sequence(context, *from.expr);
  if (written.steps == nullptr) {
    if (is_signal(context, from.scope, *from.expr)) signal(context, from.scope, *from.expr);
    if (context.diagnostics.error_count() == before) {
      report_no_steps(context, reached.sequence->span, "`reached` of what is no sequence");
    }
    return nullptr;
  }
  // A name that leads back to itself is found where it is declared; here it would be read again.
  if (!check_reachable(context, written, reached.sequence->span)) return nullptr;
  if (reached.all_within) written.whole = whole(context, scope, reached, written);
  const auto sequence = read_sequence(context, from.scope, written);
  if (!sequence || context.diagnostics.error_count() > before) return nullptr;
  Depth depth(context, *sequence, window, span);
  const auto count =
      whole_number(context, scope, reached.steps, 0, depth.steps(), "the number of steps reached");
  if (!count) return nullptr;
  warn_certain(context, reached.compare.op, *count, depth.steps(), span);
  return compared(context, depth, reached.compare.op, *count, span);
}

}  // namespace segue::sema
