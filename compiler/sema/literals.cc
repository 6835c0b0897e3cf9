#include "compiler/sema/literals.h"

#include <fmt/format.h>

#include <cmath>

#include "compiler/sema/limits.h"
#include "runtime/base/text.h"

namespace segue::sema {

using hir::Literal;
using hir::Type;

namespace {

Constant failed_at(Span span) {
  Constant constant;
  constant.span = span;
  constant.failed = true;
  return constant;
}

Constant constant_of(Literal literal, Span span) {
  Constant constant;
  constant.literal = std::move(literal);
  constant.span = span;
  return constant;
}

}  // namespace

Constant text_constant(Context& context, const std::string& text, Span span) {
  if (text.size() > kTextBytesMax) {
    context
        .report(Code::kE0501, span,
                fmt::format("a text of {} bytes; the limit is {}", text.size(), kTextBytesMax))
        .label("too long");
    return failed_at(span);
  }
  Literal literal;
  literal.type = Type::kText;
  literal.text = text;
  return constant_of(std::move(literal), span);
}

Constant number_constant(const ast::Number& number) {
  Literal literal;
  literal.type = Type::kNumber;
  literal.number = number.value;
  literal.text = number.decimal;
  return constant_of(std::move(literal), number.span);
}

Constant constant(Context& context, const Scope& scope, const ast::Scalar& scalar) {
  const Span span = ast::span_of(scalar);
  if (const auto* text = std::get_if<ast::Text>(&scalar)) {
    return text_constant(context, text->value, span);
  }
  if (const auto* number = std::get_if<ast::Number>(&scalar)) return number_constant(*number);
  if (const auto* param = std::get_if<ast::Param>(&scalar)) return constant(context, scope, *param);
  Literal literal;
  if (const auto* truth = std::get_if<ast::Truth>(&scalar)) {
    literal.truth = truth->value;
  } else if (const auto* length = std::get_if<ast::Duration>(&scalar)) {
    literal.type = Type::kDuration;
    literal.duration = {length->ms};
    literal.text = length->written;
  } else if (const auto* written = std::get_if<ast::Instant>(&scalar)) {
    literal.type = Type::kInstant;
    literal.instant = instant(scope, *written);
    literal.text = written->written;
  } else if (const auto* date = std::get_if<ast::Date>(&scalar)) {
    literal.type = Type::kInstant;
    literal.text = fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day);
    Constant day = constant_of(std::move(literal), span);
    day.day = LocalDay{static_cast<int32_t>(date->days())};
    return day;
  }
  return constant_of(std::move(literal), span);
}

Constant constant(Context& context, const Scope& scope, const ast::Param& param) {
  if (scope.argument != nullptr && scope.argument->name == param.name) {
    Constant value = scope.argument->value;
    value.span = param.span;
    return value;
  }
  const Declared* declared = context.names.find(scope.file, Space::kParams, param.name);
  if (declared == nullptr && context.left_out(scope.file)) return failed_at(param.span);
  if (declared == nullptr) {
    auto& found = context.report(Code::kE0206, param.span,
                                 fmt::format("unknown parameter `${}`", param.name));
    found.label("not declared");
    std::vector<std::string> near = context.names.near(scope.file, Space::kParams, param.name);
    for (std::string& name : near) name.insert(0, 1, '$');
    if (near.empty()) found.help(fmt::format("declare it: `param {} = 3`", param.name));
    found.suggest(near);
    return failed_at(param.span);
  }
  // A file's parameters are worked out before anything that could name them; one that failed is
  // silent here.
  Constant value = declared->index < context.params.size() ? context.params[declared->index]
                                                           : failed_at(param.span);
  value.span = param.span;
  return value;
}

Constant signed_constant(Context& context, const Scope& scope, const ast::Scalar& scalar,
                         bool negated) {
  Constant value = constant(context, scope, scalar);
  if (!negated || value.failed) return value;
  if (value.literal.type != Type::kNumber) {
    context.report(Code::kE0309, value.span, fmt::format("minus {}", noun(value)))
        .label("only numbers have a sign here");
    return failed_at(value.span);
  }
  negate_number(value.literal);
  return value;
}

void negate_number(Literal& literal) {
  literal.number = -literal.number;
  std::string& digits = literal.text;
  digits = digits.starts_with('-') ? digits.substr(1) : "-" + digits;
}

bool same_type(const Constant& a, const Constant& b) {
  return a.literal.type == b.literal.type && a.day.has_value() == b.day.has_value();
}

int order_of(const Constant& a, const Constant& b) {
  const auto sign = [](const auto& left, const auto& right) {
    return left < right ? -1 : right < left ? 1 : 0;
  };
  if (a.day && b.day) return sign(a.day->number, b.day->number);
  switch (a.literal.type) {
    case Type::kNumber:
      return sign(a.literal.number, b.literal.number);
    case Type::kDuration:
      return sign(a.literal.duration.ms, b.literal.duration.ms);
    case Type::kInstant:
      return sign(a.literal.instant.ms, b.literal.instant.ms);
    default:
      return sign(a.literal.text, b.literal.text);
  }
}

std::string written(const Constant& constant) {
  if (constant.literal.type == Type::kTruth) return constant.literal.truth ? "true" : "false";
  if (constant.literal.type == Type::kText) return "\"" + constant.literal.text + "\"";
  return constant.literal.text;
}

std::string_view noun(Type type) {
  switch (type) {
    case Type::kTruth:
      return "a truth";
    case Type::kNumber:
      return "a number";
    case Type::kText:
      return "a text";
    case Type::kInstant:
      return "an instant";
    case Type::kDuration:
      return "a duration";
    case Type::kList:
      return "a list";
    case Type::kRecord:
      return "a record";
    case Type::kAny:
      return "a value";
  }
  return "a value";
}

std::string_view noun(const Constant& constant) {
  return constant.day ? "a date" : noun(constant.literal.type);
}

std::string bare(std::string_view noun) { return std::string(noun.substr(noun.find(' ') + 1)); }

std::optional<Duration> duration(Context& context, const Scope& scope,
                                 const ast::DurationArg& argument, bool zero_allowed) {
  const Span span = ast::span_of(argument);
  Duration length;
  if (const auto* written = std::get_if<ast::Duration>(&argument)) {
    length = {written->ms};
  } else {
    const Constant value = constant(context, scope, std::get<ast::Param>(argument));
    if (value.failed) return std::nullopt;
    if (value.literal.type != Type::kDuration) {
      context.report(Code::kE0309, span, fmt::format("{} where a duration is needed", noun(value)))
          .label("not a duration")
          .help("a duration has a unit: `7d`, `48h`, `30m`");
      return std::nullopt;
    }
    length = value.literal.duration;
  }
  if (length.ms < 0 || (length.ms == 0 && !zero_allowed)) {
    context.report(Code::kE0403, span, "a duration of nothing")
        .label("must be longer than 0")
        .help("the shortest is `1ms`");
    return std::nullopt;
  }
  return length;
}

std::optional<Constant> number(Context& context, const Scope& scope,
                               const ast::NumberArg& argument) {
  if (const auto* written = std::get_if<ast::Number>(&argument)) return number_constant(*written);
  Constant value = constant(context, scope, std::get<ast::Param>(argument));
  if (value.failed) return std::nullopt;
  if (value.literal.type == Type::kNumber) return value;
  context.report(Code::kE0309, value.span, fmt::format("{} where a number is needed", noun(value)))
      .label("not a number");
  return std::nullopt;
}

std::optional<uint32_t> whole_number(Context& context, const Scope& scope,
                                     const ast::NumberArg& argument, uint32_t low, uint32_t high,
                                     std::string_view what) {
  const std::optional<Constant> value = number(context, scope, argument);
  if (!value) return std::nullopt;
  const double given = value->literal.number;
  if (given >= low && given <= high && given == std::floor(given)) {
    return static_cast<uint32_t>(given);
  }
  context.report(Code::kE0309, value->span, fmt::format("{} is {}", what, value->literal.text))
      .label(fmt::format("must be a whole number in {}..{}", low, high));
  return std::nullopt;
}

Instant instant(const Scope& scope, const ast::Instant& written) {
  if (written.has_offset) return {written.ms};
  return instant_of_local(written.ms, scope.zone->view());
}

Instant day_begin(const Scope& scope, LocalDay day) { return scope.zone->view().start_of(day); }

Instant day_end(const Scope& scope, LocalDay day) {
  return scope.zone->view().start_of({day.number + 1});
}

Operand operand_of(Context& context, const Constant& constant, Span span) {
  if (constant.failed) return {nullptr, std::nullopt, span};
  if (constant.day) return {nullptr, constant.day, span};
  return {context.nodes.literal(constant.literal, span), std::nullopt, span};
}

}  // namespace segue::sema
