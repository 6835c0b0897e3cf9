#include "compiler/sema/points.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"

namespace segue::sema {

namespace {

size_t decimals_of(const std::string& digits) {
  const size_t dot = digits.find('.');
  return dot == std::string::npos ? 0 : digits.size() - dot - 1;
}

/// The digits with the point moved right by `decimals`; empty beyond the limit.
std::optional<int64_t> shifted(const std::string& digits, size_t decimals) {
  const bool negative = digits.starts_with('-');
  int64_t value = 0;
  size_t after = 0;
  bool fraction = false;
  const auto push = [&](int digit) {
    value = value * 10 + digit;
    return value <= kPointUnitsMax;
  };
  for (const char c : digits) {
    if (c == '-') continue;
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (fraction) ++after;
    if (!push(c - '0')) return std::nullopt;
  }
  for (; after < decimals; ++after) {
    if (!push(0)) return std::nullopt;
  }
  return negative ? -value : value;
}

}  // namespace

std::optional<Points> points_of(Context& context, const Scope& scope, const ast::ScoreDecl& decl) {
  Points points;
  std::vector<Constant> written;
  bool ok = true;
  for (const ast::ScoreTerm& term : decl.terms) {
    const std::optional<Constant> value = number(context, scope, term.points);
    if (!value) {
      ok = false;
      continue;
    }
    const size_t decimals = decimals_of(value->literal.text);
    if (decimals > kPointDecimalsMax) {
      context.report(Code::kE0501, value->span, fmt::format("points with {} decimals", decimals))
          .label(fmt::format("the limit is {}", kPointDecimalsMax));
      ok = false;
    }
    points.decimals = std::max(points.decimals, static_cast<uint32_t>(decimals));
    written.push_back(*value);
  }
  if (!ok) return std::nullopt;
  for (uint32_t i = 0; i < points.decimals; ++i) points.one *= 10;
  for (size_t i = 0; i < written.size(); ++i) {
    const auto units = shifted(written[i].literal.text, points.decimals);
    if (!units) {
      context
          .report(Code::kE0501, written[i].span,
                  fmt::format("{} points, counted in steps of 1/{}", written[i].literal.text,
                              points.one))
          .label(fmt::format("at most {} steps", kPointUnitsMax))
          .help("fewer decimals in the other terms make larger points possible");
      return std::nullopt;
    }
    points.units.push_back(decl.terms[i].negative ? -*units : *units);
  }
  return points;
}

}  // namespace segue::sema
