#include "compiler/syntax/spell.h"

namespace segue {

namespace {

std::string padded(int value, size_t width) {
  const std::string digits = std::to_string(value);
  return std::string(digits.size() < width ? width - digits.size() : 0, '0') + digits;
}

}  // namespace

std::string quote(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (byte >= 0x20) {
          out.push_back(c);
        } else {
          out += "\\u00";
          out.push_back(kHex[byte >> 4]);
          out.push_back(kHex[byte & 15]);
        }
    }
  }
  return out + "\"";
}

std::string spell(const ast::Name& name) { return name.quoted ? quote(name.text) : name.text; }

std::string spell(const ast::Path& path) {
  std::string out;
  for (const ast::Name& part : path.parts) {
    if (!out.empty()) out += ".";
    out += spell(part);
  }
  return out;
}

std::string spell(const ast::Text& text) { return quote(text.value); }
std::string spell(const ast::Param& param) { return "$" + param.name; }
std::string spell(const ast::Number& number) {
  return number.percent ? number.decimal + " percent" : number.decimal;
}
std::string spell(const ast::Truth& truth) { return truth.value ? "true" : "false"; }

std::string spell(const ast::Date& date) {
  return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

std::string spell(const ast::Instant& instant) { return instant.written; }
std::string spell(const ast::Duration& duration) { return duration.written; }

std::string spell(const ast::Moment& moment) {
  switch (moment.kind) {
    case ast::Moment::Kind::kNow:
      return "now";
    case ast::Moment::Kind::kDate:
      return spell(moment.date);
    case ast::Moment::Kind::kInstant:
      return spell(moment.instant);
    case ast::Moment::Kind::kAgo:
      return spell(moment.distance) + " ago";
    case ast::Moment::Kind::kFromNow:
      return spell(moment.distance) + " from now";
  }
  return {};
}

std::string spell(const ast::Range& range) {
  return (range.low_negated ? "-" : "") + spell(range.low) + ".." +
         (range.high_negated ? "-" : "") + spell(range.high);
}

std::string spell(const ast::Scalars& scalars) {
  std::string out = "(";
  for (const ast::Scalar& item : scalars.items) {
    if (out.size() > 1) out += ", ";
    out += spell(item);
  }
  return out + ")";
}

std::string spell(const ast::Unit& unit) { return std::string(ast::spelling(unit.unit)); }

}  // namespace segue
