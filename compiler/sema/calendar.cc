// Dates on the calendar: the day, week, … that one falls in, as of T.
#include <fmt/format.h>

#include "compiler/sema/conditions.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/ops.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;

namespace {

struct Period {
  CalendarUnit unit = CalendarUnit::kDay;
  int32_t shift = 0;
  bool yearly = false;
};

ExprPtr in_period(Context& context, const Scope& scope, const ExprPtr& value, const Period& period,
                  Span span) {
  Expr expr;
  expr.op = Op::kInPeriod;
  expr.span = span;
  expr.unit = period.unit;
  expr.shift = period.shift;
  expr.yearly = period.yearly;
  expr.zone = zone_of(context, scope);
  expr.children = {value};
  return context.nodes.make(std::move(expr));
}

/// Empty if it was reported.
std::optional<Period> period_of(Context& context, const Scope& scope, const ast::Is& is) {
  using Kind = ast::Is::Kind;
  switch (is.kind) {
    case Kind::kYesterday:
      return Period{CalendarUnit::kDay, -1};
    case Kind::kTomorrow:
      return Period{CalendarUnit::kDay, 1};
    case Kind::kThis:
      return Period{unit_of(is.unit.unit), 0};
    case Kind::kLast:
      return Period{unit_of(is.unit.unit), -1};
    case Kind::kNext:
      return Period{unit_of(is.unit.unit), 1};
    case Kind::kAgo:
    case Kind::kFromNow: {
      const auto count =
          whole_number(context, scope, *is.count, 0, kDaysMax,
                       fmt::format("the distance in {}s", ast::spelling(is.unit.unit)));
      if (!count) return std::nullopt;
      const auto distance = static_cast<int32_t>(*count);
      return Period{unit_of(is.unit.unit), is.kind == Kind::kAgo ? -distance : distance};
    }
    default:
      return Period{};
  }
}

/// `anniversary(d)` in such a test is asked of d itself, so that the turn of the year is no gap.
const ast::Expr* anniversary_of(const ast::Expr& value) {
  const auto* call = value.as<ast::Call>();
  if (call == nullptr || call->callee.text != "anniversary") return nullptr;
  if (call->arguments.size() != 1 || call->arguments[0].where != nullptr) return nullptr;
  return call->arguments[0].value.get();
}

}  // namespace

ExprPtr is_in_period(Context& context, const Scope& scope, const ast::Is& is, Span span) {
  if (report_in_item(context, scope, span)) return nullptr;
  auto period = period_of(context, scope, is);
  const ast::Expr* yearly = anniversary_of(*is.value);
  const ast::Expr& of = yearly != nullptr ? *yearly : *is.value;
  const ExprPtr value = instant_operand(context, scope, operand(context, scope, of));
  if (!period || value == nullptr) return nullptr;
  period->yearly = yearly != nullptr;
  ExprPtr made = in_period(context, scope, value, *period, span);
  return is.negated ? context.nodes.negate(std::move(made), span) : made;
}

ExprPtr in_last_periods(Context& context, const Scope& scope, const ExprPtr& value,
                        const ast::Window& window) {
  if (report_in_item(context, scope, window.span)) return nullptr;
  const auto periods = periods_of(context, scope, window);
  if (!periods || value == nullptr) return nullptr;
  if (periods->count > kPeriodsMax) {
    context
        .report(Code::kE0501, window.span,
                fmt::format("a date in one of {} {}s", periods->count, hir::name_of(periods->unit)))
        .label(fmt::format("the limit is {}", kPeriodsMax))
        .help("`within 400d` is by elapsed time and has no such limit");
    return nullptr;
  }
  std::vector<ExprPtr> parts;
  const int32_t newest = periods->full ? -1 : 0;
  for (uint32_t i = 0; i < periods->count; ++i) {
    const Period period{periods->unit, newest - static_cast<int32_t>(i)};
    parts.push_back(in_period(context, scope, value, period, window.span));
  }
  return context.nodes.any_of(std::move(parts), window.span);
}

}  // namespace segue::sema
