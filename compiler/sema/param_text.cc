// Parameters from outside: text in, text out.
#include <re2/re2.h>

#include "compiler/sema/check.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/syntax/decode.h"

namespace segue {

std::string param_text(const hir::Literal& value) {
  if (value.type == hir::Type::kTruth) return value.truth ? "true" : "false";
  return value.text;
}

namespace sema {

namespace {

/// The decoders take what the lexer let through, so the shapes are the lexer's.
bool has_shape(const std::string& value, const char* shape) {
  return value.size() <= 64 && re2::RE2::FullMatch(value, shape);
}

bool read_number(const std::string& value, hir::Literal& literal) {
  if (!has_shape(value, R"(-?[0-9][0-9_]*(\.[0-9]+)?%?)")) return false;
  const bool negative = value.starts_with('-');
  const auto number = decode_number(std::string_view(value).substr(negative ? 1 : 0), negative);
  if (!number) return false;
  literal.number = number->value;
  literal.text = number->decimal;
  return true;
}

bool read_duration(const std::string& value, hir::Literal& literal) {
  if (!has_shape(value, "([0-9]+(ms|s|m|h|d|w))+")) return false;
  const auto ms = decode_duration(value);
  if (ms) literal.duration = {*ms};
  return ms.has_value();
}

std::optional<LocalDay> read_day(const std::string& value) {
  std::string why;
  if (!has_shape(value, "[0-9]{4}-[0-9]{2}-[0-9]{2}")) return std::nullopt;
  const auto date = decode_date(value, why);
  if (!date) return std::nullopt;
  return LocalDay{static_cast<int32_t>(days_from_civil(date->year, date->month, date->day))};
}

bool read_instant(const Scope& scope, const std::string& value, hir::Literal& literal) {
  constexpr const char* kShape =
      R"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)"
      R"((Z|[+-][0-9]{2}:[0-9]{2})?)";
  std::string why;
  if (!has_shape(value, kShape)) return false;
  const auto decoded = decode_instant(value, why);
  if (!decoded) return false;
  ast::Instant written;
  written.ms = decoded->ms;
  written.has_offset = decoded->has_offset;
  literal.instant = instant(scope, written);
  return true;
}

}  // namespace

Constant parse_param(const Scope& scope, const std::string& value, const Constant& like) {
  Constant result;
  hir::Literal& literal = result.literal;
  literal.type = like.literal.type;
  literal.text = value;
  bool ok = false;
  switch (like.literal.type) {
    case hir::Type::kTruth:
      ok = value == "true" || value == "false";
      literal.truth = value == "true";
      literal.text.clear();
      break;
    case hir::Type::kNumber:
      ok = read_number(value, literal);
      break;
    case hir::Type::kDuration:
      ok = read_duration(value, literal);
      break;
    case hir::Type::kInstant:
      if (like.day) result.day = read_day(value);
      ok = like.day ? result.day.has_value() : read_instant(scope, value, literal);
      break;
    case hir::Type::kText:
      ok = value.size() <= kTextBytesMax;
      break;
    default:
      break;
  }
  result.failed = !ok;
  return result;
}

}  // namespace sema
}  // namespace segue
