// What follows an operand and makes it a predicate.
#include "compiler/syntax/antlr/builder.h"

namespace segue {

using ast::ExprPtr;
using ast::make_expr;

ExprPtr AstBuilder::tail(P::TailContext* tree, ExprPtr value) {
  const Span all = cover(value->span, span(tree));
  if (tree->sequenceTail() != nullptr) return sequence(tree->sequenceTail(), std::move(value));
  if (tree->IN() != nullptr) return in_set(tree, std::move(value), all);
  if (tree->IS() != nullptr) return is(tree, std::move(value), all);
  if (tree->HAS() != nullptr) return has(tree, std::move(value), all);
  if (tree->WAS() != nullptr) return was(tree, std::move(value), all);
  if (tree->ON() != nullptr) return on_days(tree, std::move(value), all);
  if (tree->EXISTS() != nullptr) return make_expr(ast::Exists{std::move(value)}, all);
  if (tree->STREAK() != nullptr) {
    return make_expr(ast::Streak{std::move(value), compare(tree->compare()),
                                 number(tree->number(0)), unit(tree->UNIT())},
                     all);
  }
  if (tree->REACHED() != nullptr) {
    ast::Reached out;
    out.sequence = std::move(value);
    out.postfix = true;
    out.compare = compare(tree->compare());
    out.steps = number(tree->number(0));
    out.window = optional_window(tree->window());
    return make_expr(std::move(out), all);
  }
  if (tree->compare() != nullptr) {
    ast::Comparison out;
    out.left = std::move(value);
    out.right = sum(tree->sum());
    out.compare = compare(tree->compare());
    out.ignoring_case = tree->ignoring() != nullptr;
    out.window = optional_window(tree->window());
    out.periods = optional_periods(tree->periods());
    return make_expr(std::move(out), all);
  }
  if (tree->sum() != nullptr) return text_test(tree, std::move(value), all);
  ast::Windowed out;
  out.value = std::move(value);
  out.window = optional_window(tree->window());
  out.periods = optional_periods(tree->periods());
  return make_expr(std::move(out), all);
}

ExprPtr AstBuilder::in_set(P::TailContext* tree, ExprPtr value, Span all) {
  ast::InSet out;
  out.value = std::move(value);
  out.negated = tree->NOT() != nullptr;
  if (tree->range() != nullptr) {
    out.set = range(tree->range());
  } else if (tree->scalars() != nullptr) {
    out.set = scalars(tree->scalars());
  } else {
    out.set = path(tree->ownPath());
  }
  out.ignoring_case = tree->ignoring() != nullptr;
  out.window = optional_window(tree->window());
  out.periods = optional_periods(tree->periods());
  return make_expr(std::move(out), all);
}

void AstBuilder::calendar_day(P::CalendarDayContext* tree, ast::Is& out) {
  using Kind = ast::Is::Kind;
  if (tree->number() != nullptr) {
    out.kind = tree->AGO() != nullptr ? Kind::kAgo : Kind::kFromNow;
    out.count = number(tree->number());
  } else if (tree->TODAY() != nullptr) {
    out.kind = Kind::kToday;
  } else if (tree->YESTERDAY() != nullptr) {
    out.kind = Kind::kYesterday;
  } else if (tree->TOMORROW() != nullptr) {
    out.kind = Kind::kTomorrow;
  } else {
    out.kind = tree->THIS() != nullptr   ? Kind::kThis
               : tree->LAST() != nullptr ? Kind::kLast
                                         : Kind::kNext;
  }
  if (tree->UNIT() != nullptr) out.unit = unit(tree->UNIT());
}

ExprPtr AstBuilder::is(P::TailContext* tree, ExprPtr value, Span all) {
  ast::Is out;
  out.value = std::move(value);
  out.negated = tree->NOT() != nullptr;
  if (tree->calendarDay() != nullptr) {
    calendar_day(tree->calendarDay(), out);
  } else if (tree->ownName() != nullptr) {
    out.kind = ast::Is::Kind::kBand;
    out.band = name(tree->ownName());
  }
  return make_expr(std::move(out), all);
}

ExprPtr AstBuilder::has(P::TailContext* tree, ExprPtr value, Span all) {
  using Kind = ast::Has::Kind;
  ast::Has out;
  out.value = std::move(value);
  out.ignoring_case = tree->ignoring() != nullptr;
  if (tree->sum() != nullptr) {
    out.item = sum(tree->sum());
  } else {
    out.kind = tree->ANY() != nullptr   ? Kind::kAny
               : tree->ALL() != nullptr ? Kind::kAll
                                        : Kind::kNone;
    if (tree->scalars() != nullptr) {
      out.items = scalars(tree->scalars());
    } else {
      out.items = path(tree->ownPath());
    }
  }
  return make_expr(std::move(out), all);
}

ExprPtr AstBuilder::text_test(P::TailContext* tree, ExprPtr value, Span all) {
  using Kind = ast::TextTest::Kind;
  ast::TextTest out;
  out.kind = tree->CONTAINS() != nullptr ? Kind::kContains
             : tree->STARTS() != nullptr ? Kind::kStartsWith
             : tree->ENDS() != nullptr   ? Kind::kEndsWith
                                         : Kind::kMatches;
  out.value = std::move(value);
  out.text = sum(tree->sum());
  out.ignoring_case = tree->ignoring() != nullptr;
  return make_expr(std::move(out), all);
}

ExprPtr AstBuilder::was(P::TailContext* tree, ExprPtr value, Span all) {
  ast::Was out;
  out.value = std::move(value);
  out.negated = tree->NOT() != nullptr;
  out.filter = filtered(tree->group()->filtered());
  out.window = optional_window(tree->window());
  return make_expr(std::move(out), all);
}

ExprPtr AstBuilder::on_days(P::TailContext* tree, ExprPtr value, Span all) {
  const std::vector<P::NumberContext*> numbers = tree->number();
  ast::OnDays out;
  out.value = std::move(value);
  out.compare = compare(tree->compare());
  out.days = number(numbers[0]);
  if (numbers.size() > 1) out.of_last = number(numbers[1]);
  out.full = tree->FULL() != nullptr;
  out.unit = unit(tree->UNIT());
  out.window = optional_window(tree->window());
  return make_expr(std::move(out), all);
}

}  // namespace segue
