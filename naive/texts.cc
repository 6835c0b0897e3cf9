#include "naive/texts.h"

#include <re2/re2.h>

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/base/text.h"

namespace segue::naive {
namespace {

using hir::Expr;
using hir::Op;
using Kind = Datum::Kind;

bool relation(const Expr& expr, const Datum& text, const Datum& part) {
  if (text.kind != Kind::kText || part.kind != Kind::kText) return false;
  if (expr.ignoring_case) {
    if (expr.op == Op::kContains) return contains_ignoring_case(text.text, part.text);
    if (expr.op == Op::kStartsWith) return starts_with_ignoring_case(text.text, part.text);
    return ends_with_ignoring_case(text.text, part.text);
  }
  if (expr.op == Op::kContains) return text.text.find(part.text) != std::string_view::npos;
  if (expr.op == Op::kStartsWith) return text.text.starts_with(part.text);
  return text.text.ends_with(part.text);
}

/// Texts are UTF-8: each code point has one byte that continues none.
Datum length(const Datum& value) {
  if (value.list != nullptr) return of_number(static_cast<double>(value.list->items.size()));
  if (value.kind != Kind::kText) return {};
  return of_number(
      static_cast<double>(std::count_if(value.text.begin(), value.text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      })));
}

Datum number_of(const Datum& value) {
  if (value.kind == Kind::kNumber) return value;
  if (value.kind != Kind::kText || !decimal_from_text(value.text)) return {};
  return of_value(number_from_text(value.text));
}

}  // namespace

Texts::Texts() = default;
Texts::~Texts() = default;

bool Texts::matches(const Expr& expr, const Datum& text) {
  if (text.kind != Kind::kText) return false;
  std::unique_ptr<re2::RE2>& compiled = expressions_[&expr];
  if (compiled == nullptr) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!expr.ignoring_case);
    compiled = std::make_unique<re2::RE2>(expr.literal.text, options);
    SEGUE_CHECK(compiled->ok(), "the checker lets no broken expression through");
  }
  return re2::RE2::FullMatch(re2::StringPiece(text.text.data(), text.text.size()), *compiled);
}

Datum Texts::apply(const Expr& expr, std::span<const Datum> c) {
  SEGUE_CHECK(c[0].moving == nullptr, "a number that moves with the clock has no text");
  switch (expr.op) {
    case Op::kMatches:
      return of_truth(matches(expr, c[0]));
    case Op::kTextOf:
      if (c[0].kind == Kind::kText) return c[0];
      if (c[0].kind == Kind::kTruth) return of_text(c[0].truth ? "true" : "false");
      if (c[0].kind == Kind::kNumber) return of_text(keep(shortest_text(c[0].number)));
      return {};
    case Op::kNumberOf:
      return number_of(c[0]);
    case Op::kLower: {
      if (c[0].kind != Kind::kText) return {};
      Datum lower = of_text(keep(lower_case(c[0].text)));
      lower.came = c[0].came;
      return lower;
    }
    case Op::kLength:
      return length(c[0]);
    default:
      return of_truth(relation(expr, c[0], c[1]));
  }
}

}  // namespace segue::naive
