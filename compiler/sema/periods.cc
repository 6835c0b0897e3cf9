#include "compiler/sema/periods.h"

#include <fmt/format.h>

#include <cmath>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "runtime/base/text.h"

namespace segue::sema {

using ast::CompareOp;
using hir::Expr;
using hir::ExprPtr;
using hir::Op;

namespace {

/// At least `number` of `parts`: none of them for 0, never for more than there are.
ExprPtr at_least(Context& context, const std::vector<ExprPtr>& parts, double number, Span span) {
  if (number <= 0) return context.nodes.truth(true, span);
  if (number > static_cast<double>(parts.size())) return context.nodes.truth(false, span);
  Expr expr;
  expr.op = Op::kAtLeast;
  expr.span = span;
  expr.number = static_cast<uint32_t>(std::ceil(number));
  expr.children = parts;
  return context.nodes.make(std::move(expr));
}

/// `op number` of the periods: by what it is to reach a number.
ExprPtr counted(Context& context, const std::vector<ExprPtr>& parts, const ast::Compare& compare,
                double number, Span span) {
  Nodes& nodes = context.nodes;
  const double next = std::floor(number) + 1;
  const auto reaches = [&](double n) { return at_least(context, parts, n, span); };
  switch (compare.op) {
    case CompareOp::kGreaterEqual:
      return reaches(number);
    case CompareOp::kGreater:
      return reaches(next);
    case CompareOp::kLess:
      return nodes.negate(reaches(number), span);
    case CompareOp::kLessEqual:
      return nodes.negate(reaches(next), span);
    case CompareOp::kEqual:
    case CompareOp::kNotEqual:
      break;
  }
  ExprPtr equal = number == std::floor(number)
                      ? nodes.all_of({reaches(number), nodes.negate(reaches(next), span)}, span)
                      : nodes.truth(false, span);
  return compare.op == CompareOp::kEqual ? equal : nodes.negate(std::move(equal), span);
}

}  // namespace

ExprPtr in_periods(Context& context, const Scope& scope, const ast::Periods& periods,
                   const InWindow& ask, Span span) {
  if (scope.in_filter()) {
    report_in_filter(context, periods.span, "a window");
    return nullptr;
  }
  const auto count =
      whole_number(context, scope, periods.count, 1, kPeriodsMax, "the number of periods");
  const auto length = duration(context, scope, periods.length);
  std::optional<Constant> wanted;
  if (periods.at_least) wanted = number(context, scope, *periods.at_least);
  if (!count || !length || (periods.at_least && !wanted)) return nullptr;
  if (length->ms > kDurationMax.ms / *count) {
    context.report(Code::kE0501, periods.span, "periods that reach back too far")
        .label(fmt::format("at most {} together", duration_text(kDurationMax)));
    return nullptr;
  }
  std::vector<ExprPtr> parts;
  for (uint32_t i = 1; i <= *count; ++i) {
    WindowUse use;
    use.window.kind = hir::Window::Kind::kRolling;
    use.window.from = {length->ms * i};
    use.window.to = {length->ms * (i - 1)};
    const uint32_t outer = context.repeated;
    if (i > 1) ++context.repeated;  // what is found was said of the first
    parts.push_back(ask(use));
    context.repeated = outer;
    if (parts.back() == nullptr) return nullptr;
    if (use.used) continue;
    report_unused_window(context, periods.span);
    return nullptr;
  }
  if (!wanted) return context.nodes.all_of(std::move(parts), span);
  return counted(context, parts, periods.compare, wanted->literal.number, span);
}

void report_periods(Context& context, const ast::Periods& periods) {
  context.report(Code::kE0407, periods.span, "periods behind a value")
      .label("a condition is true or false in each; a value is one of each")
      .help("behind a whole condition: `login >= 2 in each of the last 3 periods of 3d`");
}

}  // namespace segue::sema
