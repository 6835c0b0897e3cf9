#include "compiler/sema/comparisons.h"

#include <fmt/format.h>

#include <numeric>

#include "compiler/sema/anchors.h"
#include "compiler/sema/functions.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/ops.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using ast::CompareOp;
using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

CompareOp flipped(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual:
      return CompareOp::kEqual;
    case CompareOp::kNotEqual:
      return CompareOp::kNotEqual;
    case CompareOp::kLess:
      return CompareOp::kGreater;
    case CompareOp::kLessEqual:
      return CompareOp::kGreaterEqual;
    case CompareOp::kGreater:
      return CompareOp::kLess;
    case CompareOp::kGreaterEqual:
      return CompareOp::kLessEqual;
  }
  return op;
}

bool is_equality(CompareOp op) { return op == CompareOp::kEqual || op == CompareOp::kNotEqual; }

bool has_order(Type type) {
  return type == Type::kNumber || type == Type::kDuration || type == Type::kInstant ||
         type == Type::kAny;
}

ExprPtr build(Context& context, const Comparing& how, ExprPtr left, ExprPtr right) {
  Nodes& nodes = context.nodes;
  const auto ordered = [&](Op op, ExprPtr low, ExprPtr high) {
    return nodes.make(op, Type::kTruth, how.span, {std::move(low), std::move(high)});
  };
  switch (how.op) {
    case CompareOp::kEqual:
    case CompareOp::kNotEqual: {
      Expr equal;
      equal.op = Op::kEqual;
      equal.span = how.span;
      equal.ignoring_case = how.ignoring_case;
      equal.children = {std::move(left), std::move(right)};
      ExprPtr made = nodes.make(std::move(equal));
      return how.op == CompareOp::kEqual ? made : nodes.negate(std::move(made), how.span);
    }
    case CompareOp::kLess:
      return ordered(Op::kLess, std::move(left), std::move(right));
    case CompareOp::kLessEqual:
      return ordered(Op::kLessEqual, std::move(left), std::move(right));
    case CompareOp::kGreater:
      return ordered(Op::kLess, std::move(right), std::move(left));
    case CompareOp::kGreaterEqual:
      return ordered(Op::kLessEqual, std::move(right), std::move(left));
  }
  return nullptr;
}

/// A date is its whole day: after it is from the next day on, up to it is before the next day.
ExprPtr compare_day(Context& context, const Scope& scope, const Comparing& how, ExprPtr value,
                    const Operand& day) {
  Nodes& nodes = context.nodes;
  if (by_user_zone(context, scope)) {
    // Days of a user's own zone are compared as days: the rule's has no instant of its own.
    return build(context, how, day_number(context, value, how.span),
                 nodes.number(day.day->number, day.span));
  }
  const auto begin = [&] { return nodes.instant(day_begin(scope, *day.day), day.span); };
  const auto end = [&] { return nodes.instant(day_end(scope, *day.day), day.span); };
  const auto ordered = [&](Op op, ExprPtr low, ExprPtr high) {
    return nodes.make(op, Type::kTruth, how.span, {std::move(low), std::move(high)});
  };
  switch (how.op) {
    case CompareOp::kEqual:
    case CompareOp::kNotEqual: {
      ExprPtr inside = nodes.all_of(
          {ordered(Op::kLessEqual, begin(), value), ordered(Op::kLess, value, end())}, how.span);
      if (how.op == CompareOp::kEqual) return inside;
      return nodes.negate(std::move(inside), how.span);
    }
    case CompareOp::kLess:
      return ordered(Op::kLess, std::move(value), begin());
    case CompareOp::kLessEqual:
      return ordered(Op::kLess, std::move(value), end());
    case CompareOp::kGreater:
      return ordered(Op::kLessEqual, end(), std::move(value));
    case CompareOp::kGreaterEqual:
      return ordered(Op::kLessEqual, begin(), std::move(value));
  }
  return nullptr;
}

void report_no_order(Context& context, const Comparing& how, const Operand& left,
                     const Operand& right) {
  context
      .report(Code::kE0304, how.op_span,
              fmt::format("`{}` between {} and {}", ast::spelling(how.op), noun(left.type()),
                          noun(right.type())))
      .label("only numbers, durations and instants have an order")
      .also(left.span, bare(noun(left.type())))
      .also(right.span, bare(noun(right.type())));
}

/// A list equals nothing: said once, and false.
ExprPtr list_equals(Context& context, const Comparing& how, const Operand& left,
                    const Operand& right) {
  const Operand& list = left.type() == Type::kList ? left : right;
  const Operand& other = left.type() == Type::kList ? right : left;
  const std::string name = context.quote(list.span, "the list");
  context.report(Code::kW0303, how.span, "a list is compared with one value")
      .label(fmt::format("{} true", how.op == CompareOp::kEqual ? "never" : "always"))
      .help(fmt::format("`{} has {}`", name, context.quote(other.span, "x")));
  return context.nodes.truth(how.op == CompareOp::kNotEqual, how.span);
}

bool is_list(const Operand& operand) { return !operand.day && operand.type() == Type::kList; }

bool is_weekday(const Operand& side) {
  return side.expr != nullptr && side.expr->op == Op::kWeekday;
}

/// A day of the week is a number in HIR and a name in rules.
ExprPtr compare_weekday(Context& context, const Comparing& how, const Operand& left,
                        const Operand& right) {
  const auto number = [&](const Operand& side) -> ExprPtr {
    if (is_weekday(side)) return side.expr;
    const bool text =
        side.expr != nullptr && side.expr->op == Op::kLiteral && side.type() == Type::kText;
    const int day = text && !how.ignoring_case ? weekday_number(side.expr->literal.text) : 0;
    if (day > 0) return context.nodes.number(day, side.span);
    context.report(Code::kE0316, side.span, "no day of the week")
        .label(R"("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")");
    return nullptr;
  };
  if (!is_equality(how.op)) {
    context
        .report(Code::kE0316, how.op_span,
                fmt::format("`{}` between days of the week", ast::spelling(how.op)))
        .label("they have no order")
        .help(R"(`weekday in ("saturday", "sunday")`)");
    return nullptr;
  }
  ExprPtr first = number(left);
  ExprPtr second = number(right);
  return build(context, how, std::move(first), std::move(second));
}

bool is_worked_out_truth(const Operand& side) {
  return side.expr != nullptr && hir::is_condition(side.expr->op);
}

/// A condition as a value is put together from conditions: it is never missing.
ExprPtr compare_condition(Context& context, const Comparing& how, const ExprPtr& condition,
                          const ExprPtr& other) {
  Nodes& nodes = context.nodes;
  const auto equals = [&](bool value) {
    ExprPtr literal = nodes.truth(value, how.span);
    return nodes.make(Op::kEqual, Type::kTruth, how.span, {other, std::move(literal)});
  };
  ExprPtr absent = nodes.negate(condition, how.span);
  ExprPtr equal;
  if (other->op == Op::kLiteral) {
    equal = other->literal.truth ? condition : absent;
  } else {
    const bool known = hir::is_condition(other->op);
    ExprPtr both = nodes.all_of({condition, known ? other : equals(true)}, how.span);
    ExprPtr none =
        nodes.all_of({absent, known ? nodes.negate(other, how.span) : equals(false)}, how.span);
    equal = nodes.any_of({std::move(both), std::move(none)}, how.span);
  }
  return how.op == CompareOp::kEqual ? equal : nodes.negate(std::move(equal), how.span);
}

/// Both sides times what makes each whole.
void multiply_out(Context& context, Operand& left, Operand& right) {
  const int64_t both = std::lcm(left.divisor, right.divisor);
  left = scaled(context, left, both / left.divisor);
  right = scaled(context, right, both / right.divisor);
  left.divisor = right.divisor = 1;
}

ExprPtr compare_instants(Context& context, const Scope& scope, const Comparing& how,
                         const Operand& left, const Operand& right) {
  const auto fits = [](const Operand& side) {
    return side.type() == Type::kInstant || side.type() == Type::kAny;
  };
  if (!fits(left) || !fits(right)) {
    report_mismatch(context, how.op_span, left, right);
    return nullptr;
  }
  if (right.day && left.day) {
    // Two dates never change: the day on the left counts from its beginning.
    ExprPtr begin = day_instant(context, scope, *left.day, left.span);
    return compare_day(context, scope, how, std::move(begin), right);
  }
  if (right.day) {
    return compare_day(context, scope, how, to_instant(context, scope, left.expr), right);
  }
  if (left.day) {
    Comparing turned = how;
    turned.op = flipped(how.op);
    return compare_day(context, scope, turned, to_instant(context, scope, right.expr), left);
  }
  return build(context, how, to_instant(context, scope, left.expr),
               to_instant(context, scope, right.expr));
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

void report_mismatch(Context& context, Span op, const Operand& left, const Operand& right) {
  const auto word = [](const Operand& side) { return side.day ? "a date" : noun(side.type()); };
  auto& found = context.report(Code::kE0304, op,
                               fmt::format("comparing {} with {}", word(left), word(right)));
  found.also(left.span, bare(word(left))).also(right.span, bare(word(right)));
  const bool number =
      right.expr != nullptr && right.expr->op == Op::kLiteral && right.type() == Type::kNumber;
  if (left.type() == Type::kDuration && number) {
    found.help(fmt::format("give the number a unit: `{}d`", right.expr->literal.text));
  }
  const auto* text =
      right.expr != nullptr && right.expr->op == Op::kLiteral && right.type() == Type::kText
          ? &right.expr->literal.text
          : nullptr;
  if (left.type() == Type::kNumber && text != nullptr && is_number(*text)) {
    found.help(fmt::format("a number has no quotes: `{}`", *text));
  }
  if (left.type() == Type::kInstant && (number || text != nullptr)) {
    found.help("a date is written `2025-06-01`, an instant `2025-06-01T17:00Z`, or `5d ago`");
  }
  if (left.type() == Type::kNumber && !right.day && right.type() == Type::kDuration) {
    found.help("a window says how far back to count: `>= 3 within 7d`");
  }
  if (left.type() == Type::kAny && !right.day && right.type() == Type::kDuration) {
    const std::string name = context.quote(left.span, "it");
    found.note("a value off the wire is never a duration; it may be a date");
    found.help(fmt::format("`time since {} >= {}`", name, context.quote(right.span, "7d")));
  }
}

void warn_constant(Context& context, Span span, bool always, std::string why) {
  context.report(Code::kW0302, span, always ? "this is always true" : "this is never true")
      .label(std::move(why));
}

ExprPtr compare(Context& context, const Scope& scope, const Comparing& how, const Operand& left,
                const Operand& right) {
  if (!left.ok() || !right.ok()) return nullptr;
  if (left.divisor != 1 || right.divisor != 1) {
    Operand first = left;
    Operand second = right;
    multiply_out(context, first, second);
    return compare(context, scope, how, first, second);
  }
  if (is_weekday(left) || is_weekday(right)) return compare_weekday(context, how, left, right);
  const Type a = left.type();
  const Type b = right.type();
  if (how.ignoring_case) {
    const auto text = [](Type type) { return type == Type::kText || type == Type::kAny; };
    if (!text(a) || !text(b) || !is_equality(how.op)) {
      context.report(Code::kE0304, how.span, "`ignoring case` where no texts are compared")
          .label("only a text has a case");
      return nullptr;
    }
  }
  if (a == Type::kInstant || b == Type::kInstant) {
    return compare_instants(context, scope, how, left, right);
  }
  if (is_equality(how.op) && (is_list(left) || is_list(right))) {
    return list_equals(context, how, left, right);
  }
  const bool wire_duration =
      (a == Type::kAny && b == Type::kDuration) || (a == Type::kDuration && b == Type::kAny);
  if (wire_duration || (a != b && a != Type::kAny && b != Type::kAny)) {
    report_mismatch(context, how.op_span, left, right);
    return nullptr;
  }
  if (!is_equality(how.op) && (!has_order(a) || !has_order(b))) {
    report_no_order(context, how, left, right);
    return nullptr;
  }
  if (is_worked_out_truth(left)) return compare_condition(context, how, left.expr, right.expr);
  if (is_worked_out_truth(right)) return compare_condition(context, how, right.expr, left.expr);
  if (!check_count_bounds(context, how, left, right)) return nullptr;
  const bool exact = is_equality(how.op) && !how.ignoring_case;
  if (exact && right.expr->op == Op::kLiteral) {
    warn_outside_limit(context, scope, left, right.expr->literal, right.span);
  }
  return build(context, how, left.expr, right.expr);
}

ExprPtr in_range(Context& context, const Scope& scope, const Operand& value,
                 const ast::Range& range, Span span) {
  const Constant first = signed_constant(context, scope, range.low, range.low_negated);
  const Constant last = signed_constant(context, scope, range.high, range.high_negated);
  const Operand low = operand_of(context, first, first.span);
  const Operand high = operand_of(context, last, last.span);
  const bool known = !first.failed && !last.failed && same_type(first, last);
  if (known && order_of(first, last) > 0) {
    warn_constant(context, range.span, false, "the range ends before it begins");
  }
  Comparing at_least{CompareOp::kGreaterEqual, range.span, span, false};
  Comparing at_most{CompareOp::kLessEqual, range.span, span, false};
  ExprPtr above = compare(context, scope, at_least, value, low);
  if (above == nullptr) return nullptr;  // the other end would only repeat what was said
  ExprPtr below = compare(context, scope, at_most, value, high);
  return context.nodes.all_of({std::move(above), std::move(below)}, span);
}

}  // namespace segue::sema
