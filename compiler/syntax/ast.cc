#include "compiler/syntax/ast.h"

#include "compiler/syntax/decode.h"

namespace segue::ast {

namespace {

constexpr std::string_view kExprNames[] = {
#define SEGUE_EXPR(type, name) name,
#include "compiler/syntax/expr_kinds.def"
#undef SEGUE_EXPR
};

// kind() is the index of the variant: the .def and the variant must list the same order.
#define SEGUE_EXPR(type, name) \
  static_assert(               \
      std::is_same_v<          \
          std::variant_alternative_t<static_cast<size_t>(ExprKind::k##type), Expr::Node>, type>);
#include "compiler/syntax/expr_kinds.def"
#undef SEGUE_EXPR
static_assert(std::size(kExprNames) == std::variant_size_v<Expr::Node>);

template <class Variant>
Span span_of_any(const Variant& variant) {
  return std::visit([](const auto& one) { return one.span; }, variant);
}

}  // namespace

std::string Path::dotted() const {
  std::string out;
  for (const Name& part : parts) {
    if (!out.empty()) out += ".";
    out += part.text;
  }
  return out;
}

int64_t Date::days() const { return days_from_civil(year, month, day); }

Span span_of(const Scalar& scalar) { return span_of_any(scalar); }
Span span_of(const NumberArg& number) { return span_of_any(number); }
Span span_of(const DurationArg& duration) { return span_of_any(duration); }

std::string_view spelling(ExprKind kind) { return kExprNames[static_cast<size_t>(kind)]; }

std::string_view spelling(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual:
      return "=";
    case CompareOp::kNotEqual:
      return "!=";
    case CompareOp::kLess:
      return "<";
    case CompareOp::kLessEqual:
      return "<=";
    case CompareOp::kGreater:
      return ">";
    case CompareOp::kGreaterEqual:
      return ">=";
  }
  return {};
}

std::string_view spelling(CalendarUnit unit) {
  switch (unit) {
    case CalendarUnit::kDay:
      return "day";
    case CalendarUnit::kWeek:
      return "week";
    case CalendarUnit::kMonth:
      return "month";
    case CalendarUnit::kQuarter:
      return "quarter";
    case CalendarUnit::kYear:
      return "year";
  }
  return {};
}

std::string_view spelling(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd:
      return "+";
    case ArithmeticOp::kSubtract:
      return "-";
    case ArithmeticOp::kMultiply:
      return "*";
    case ArithmeticOp::kDivide:
      return "/";
  }
  return {};
}

}  // namespace segue::ast
