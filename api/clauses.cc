#include "api/clauses.h"

#include <fmt/format.h>
#include <algorithm>

#include "api/findings_state.h"
#include "api/rule_words.h"
#include "api/runtime/time_points.h"
#include "compiler/sema/print.h"
#include "runtime/base/text.h"

namespace segue {
namespace {

using hir::Expr;
using hir::Op;

/// Segments inside segments are opened this deep.
constexpr int kDepthMax = 8;

std::string connective(const Expr& expr) {
  switch (expr.op) {
    case Op::kAnd:
      return "all of";
    case Op::kOr:
      return "any of";
    case Op::kNot:
      return "not";
    case Op::kAtLeast:
      return fmt::format("at least {} of", expr.number);
    default:
      return "";
  }
}

/// `remembered, stay at least 10m, cooldown 1d`
std::string remembered(const Expr& latch) {
  std::string text = "remembered";
  if (latch.duration.ms != 0) text += ", stay at least " + duration_text(latch.duration);
  if (latch.cooldown.ms != 0) text += ", cooldown " + duration_text(latch.cooldown);
  return text;
}

}  // namespace

Clauses::Clauses(const hir::Rules& rules, const SourceManager& sources, const naive::Past& past,
                 naive::Evaluator& evaluator, Figures& figures, Instant at)
    : rules_(rules),
      sources_(sources),
      past_(past),
      evaluator_(evaluator),
      figures_(figures),
      at_(at) {}

Clause Clauses::of(const Expr& expr) {
  Clause clause;
  clause.at = range_of(sources_, expr.span);
  clause.holds = evaluator_.of(expr).at(at_).holds();
  set_span(expr, clause.since, clause.until);

  if (expr.op == Op::kLatched) {
    clause.text = remembered(expr);
    clause.connective = true;
    ++depth_;
    for (const char* what : {"to enter: ", "to leave: "}) {
      clause.parts.push_back(of(*expr.children[clause.parts.size()]));
      clause.parts.back().text.insert(0, what);
    }
    --depth_;
    return clause;
  }
  const bool branch = branches(expr);
  clause.text = branch ? connective(expr) : "";
  clause.connective = !clause.text.empty();
  if (expr.op == Op::kMember) clause.text = "in " + rules_.segments[expr.segment.index].name;
  if (clause.text.empty()) clause.text = written(sources_, expr.span);
  if (clause.text.empty()) clause.text = print_hir(rules_, expr);
  if (branch) {
    ++depth_;
    for (const hir::ExprPtr& child : expr.children) clause.parts.push_back(of(*child));
    if (expr.op == Op::kMember) {
      clause.parts.push_back(of(*rules_.segments[expr.segment.index].when));
    }
    --depth_;
  } else {
    clause.figures = figures_.of(expr);
  }
  return clause;
}

bool Clauses::branches(const Expr& expr) const {
  switch (expr.op) {
    case Op::kMember:
      return depth_ < kDepthMax;
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kAtLeast:
    case Op::kHeld:
      return std::none_of(expr.children.begin(), expr.children.end(),
                          [&](const hir::ExprPtr& child) { return child->span == expr.span; });
    default:
      return false;
  }
}

void Clauses::set_span(const Expr& expr, std::optional<TimePoint>& since,
                       std::optional<TimePoint>& until) {
  const auto pieces = evaluator_.of(expr).pieces();
  size_t i = 0;
  while (i + 1 < pieces.size() && pieces[i + 1].from <= at_) ++i;
  const bool holds = pieces[i].value.holds();
  size_t first = i;
  while (first > 0 && pieces[first - 1].value.holds() == holds) --first;
  size_t after = i + 1;
  while (after < pieces.size() && pieces[after].value.holds() == holds) ++after;

  if (pieces[first].from > past_.begin() || holds) since = time_point_of(pieces[first].from);
  if (after < pieces.size()) until = time_point_of(pieces[after].from);
}

}  // namespace segue
