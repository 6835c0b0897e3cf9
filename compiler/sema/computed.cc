#include "compiler/sema/computed.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "compiler/sema/conditions.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/ops.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/signals.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

const ast::Expr& bared(const ast::Expr& expr) {
  const ast::Expr* inner = &expr;
  while (const auto* group = inner->as<ast::Group>()) {
    if (group->inner.where != nullptr) break;
    inner = group->inner.value.get();
  }
  return *inner;
}

/// A signal with or without a window: a number where a value is needed, else that it happened.
bool is_count(const Context& context, const Scope& scope, const ast::Expr& expr) {
  if (const auto* windowed = expr.as<ast::Windowed>()) {
    return windowed->periods == nullptr && is_signal(context, scope, *windowed->value);
  }
  return is_signal(context, scope, expr);
}

/// What is true or false, whatever stands round it.
bool is_condition(const Context& context, const Scope& scope, const ast::Expr& expr) {
  switch (expr.kind()) {
    case ast::ExprKind::kUnless:
    case ast::ExprKind::kAnd:
    case ast::ExprKind::kNot:
    case ast::ExprKind::kHeld:
    case ast::ExprKind::kNever:
    case ast::ExprKind::kNo:
    case ast::ExprKind::kMember:
    case ast::ExprKind::kQuantified:
    case ast::ExprKind::kReached:
    case ast::ExprKind::kComparison:
    case ast::ExprKind::kInSet:
    case ast::ExprKind::kIs:
    case ast::ExprKind::kExists:
    case ast::ExprKind::kHas:
    case ast::ExprKind::kTextTest:
    case ast::ExprKind::kWas:
    case ast::ExprKind::kOnDays:
    case ast::ExprKind::kStreak:
      return true;
    case ast::ExprKind::kOr:
      return !is_signal(context, scope, expr);
    case ast::ExprKind::kWindowed: {
      const auto& windowed = *expr.as<ast::Windowed>();
      return !is_signal(context, scope, *windowed.value) &&
             windowed.value->as<ast::Call>() == nullptr;
    }
    default:
      return false;
  }
}

Operand worked_out(Context& context, const Scope& scope, const ast::Expr& expr, bool as_condition) {
  const ast::Expr& inner = bared(expr);
  if (as_condition || is_condition(context, scope, inner)) {
    return {condition(context, scope, inner), std::nullopt, expr.span};
  }
  return operand(context, scope, inner);
}

/// Each trait is worked out once, or twice if it is a signal, which reads as two things.
const TraitMemo& memo_of(Context& context, const Declared& declared, bool as_condition) {
  const auto [entry, added] = context.computed.try_emplace({declared.decl, as_condition});
  TraitMemo& memo = entry->second;
  if (!added && !memo.pending) {
    context.deepest_chain = std::max(context.deepest_chain, memo.chain);
    return memo;
  }
  for (const Declared* open : context.open_signals) {
    if (open->decl != declared.decl) continue;
    report_cycle(context, declared);
    memo.pending = false;
    return memo;
  }
  if (chain_too_long(context, declared, context.open_signals.size() + 1)) {
    memo.pending = false;
    return memo;
  }
  const uint32_t outer = std::exchange(context.deepest_chain, 0);
  std::vector<ExprPtr>* anchors = std::exchange(context.anchors, &memo.anchors);
  context.open_signals.push_back(&declared);
  const Scope scope = context.scope_of(declared.file);
  const ast::Expr& expr = *declared.decl->as<ast::TraitDecl>()->computed;
  Operand value = worked_out(context, scope, expr, as_condition);
  context.open_signals.pop_back();
  context.anchors = anchors;
  memo.chain = context.deepest_chain + 1;
  if (value.ok() && chain_too_long(context, declared, memo.chain)) value = {};
  context.deepest_chain = std::max(outer, memo.chain);
  memo.value = std::move(value);
  memo.pending = false;
  return memo;
}

struct Reads {
  bool history = false;
  bool time = false;
};

void find_reads(const Expr& expr, Reads& reads, std::unordered_set<const Expr*>& seen) {
  if (!seen.insert(&expr).second) return;
  switch (expr.op) {
    case Op::kKnownSince:
    case Op::kMember:
    case Op::kUserIn:
    case Op::kScore:
    case Op::kHeld:
    case Op::kLatched:
      reads.history = true;
      break;
    case Op::kNow:
    case Op::kInPeriod:
    case Op::kAnniversary:
      reads.time = true;
      break;
    default:
      reads.history = reads.history || hir::names_stream(expr.op);
  }
  for (const ExprPtr& child : expr.children) find_reads(*child, reads, seen);
}

/// A filter can hold what is known at the event, not what was counted up to it.
bool fits_in(Context& context, const Scope& scope, const Declared& declared, const Expr& expr,
             Span span) {
  if (!scope.in_filter()) return true;
  Reads reads;
  std::unordered_set<const Expr*> seen;
  find_reads(expr, reads, seen);
  if (reads.history) {
    context
        .report(Code::kE0406, span,
                fmt::format("`{}` inside a filter, a trait that is computed from the history",
                            declared.name->text))
        .label("a filter looks at one event, not at the history")
        .also(declared.name->span, "computed here")
        .help("in a condition beside the filter it can be asked: `(x where …) and …`");
    return false;
  }
  return !reads.time || !report_in_item(context, scope, span);
}

/// The value as it is read at `span`, with the anchors that its reader needs too.
Operand read(Context& context, const Scope& scope, const Declared& declared, const TraitMemo& memo,
             Span span) {
  Operand value = memo.value;
  value.span = span;
  if (!value.ok()) return value;
  if (value.expr != nullptr && !fits_in(context, scope, declared, *value.expr, span)) {
    return {nullptr, std::nullopt, span};
  }
  if (context.anchors != nullptr) {
    context.anchors->insert(context.anchors->end(), memo.anchors.begin(), memo.anchors.end());
  }
  return value;
}

}  // namespace

Operand computed_trait(Context& context, const Scope& scope, const Declared& declared, Span span) {
  return read(context, scope, declared, memo_of(context, declared, false), span);
}

ExprPtr computed_condition(Context& context, const Scope& scope, const Declared& declared,
                           Span span) {
  const ast::Expr& expr = bared(*declared.decl->as<ast::TraitDecl>()->computed);
  const bool counts = is_count(context, context.scope_of(declared.file), expr);
  const Operand value = read(context, scope, declared, memo_of(context, declared, counts), span);
  return condition_of(context, value, span);
}

const Declared* find_computed(const Context& context, const Scope& scope, const ast::Path& path) {
  const std::vector<ast::Name>& parts = path.parts;
  const bool prefixed = parts.size() == 2 && !parts[0].quoted && parts[0].text == "traits";
  if (parts.size() != 1 && !prefixed) return nullptr;
  if (scope.in_filter() && !prefixed) return nullptr;
  if (!prefixed && parts[0].quoted) return nullptr;
  const Declared* declared = find_trait(context, scope, parts.back());
  const bool computed =
      declared != nullptr && declared->decl->as<ast::TraitDecl>()->computed != nullptr;
  return computed ? declared : nullptr;
}

}  // namespace segue::sema
