#include "compiler/syntax/antlr/builder.h"

namespace segue {

ast::Anchor AstBuilder::anchor(P::AnchorContext* tree) {
  ast::Anchor out;
  out.span = span(tree);
  if (tree->step() != nullptr) {
    out.kind = tree->FIRST() != nullptr ? ast::Anchor::Kind::kFirst : ast::Anchor::Kind::kLast;
    out.step = step(tree->step());
  } else if (tree->instant() != nullptr) {
    out.kind = ast::Anchor::Kind::kMoment;
    out.moment = moment(tree->instant());
  } else if (tree->ownPath() != nullptr) {
    out.kind = ast::Anchor::Kind::kPath;
    out.path = path(tree->ownPath());
  } else {
    out.kind = ast::Anchor::Kind::kParam;
    out.param = param(tree->start);
  }
  return out;
}

void AstBuilder::window_kind(P::WindowContext* tree, ast::Window& out) {
  using Kind = ast::Window::Kind;
  const std::vector<P::DurationContext*> durations = tree->duration();
  const bool before = tree->BEFORE() != nullptr, after = tree->AFTER() != nullptr;
  if (tree->WITHIN() != nullptr) {
    out.kind = before ? Kind::kWithinBefore : after ? Kind::kWithinAfter : Kind::kWithin;
    out.next = tree->NEXT() != nullptr;
    out.far = duration(durations[0]);
  } else if (tree->BETWEEN() != nullptr) {
    out.kind = Kind::kBetween;
    out.far = duration(durations[0]);
    out.near = duration(durations[1]);
  } else if (tree->IN() != nullptr) {
    out.kind = Kind::kInTheLast;
    out.count = number(tree->number());
    out.full = tree->FULL() != nullptr;
  } else if (tree->THIS() != nullptr) {
    out.kind = Kind::kThis;
  } else if (tree->LAST() != nullptr) {
    out.kind = Kind::kLast;
  } else if (tree->TODAY() != nullptr) {
    out.kind = Kind::kToday;
  } else if (tree->YESTERDAY() != nullptr) {
    out.kind = Kind::kYesterday;
  } else if (tree->EVER() != nullptr) {
    out.kind = Kind::kEver;
  } else if (tree->SINCE() != nullptr) {
    out.kind = Kind::kSince;
  } else if (tree->FROM() != nullptr) {
    out.kind = Kind::kFromTo;
  } else {
    out.kind = before ? Kind::kBefore : Kind::kAfter;
  }
}

ast::Window AstBuilder::window(P::WindowContext* tree) {
  ast::Window out;
  out.span = span(tree);
  window_kind(tree, out);
  if (tree->UNIT() != nullptr) out.unit = unit(tree->UNIT());
  const std::vector<P::AnchorContext*> anchors = tree->anchor();
  if (!anchors.empty()) out.anchor = std::make_unique<ast::Anchor>(anchor(anchors[0]));
  if (anchors.size() > 1) out.until = std::make_unique<ast::Anchor>(anchor(anchors[1]));
  return out;
}

std::optional<ast::Window> AstBuilder::optional_window(P::WindowContext* tree) {
  if (tree == nullptr) return std::nullopt;
  return window(tree);
}

ast::Periods AstBuilder::periods(P::PeriodsContext* tree) {
  const std::vector<P::NumberContext*> numbers = tree->number();
  ast::Periods out;
  out.span = span(tree);
  out.each = tree->EACH() != nullptr;
  if (!out.each) {
    out.compare = compare(tree->compare());
    out.at_least = number(numbers[0]);
  }
  out.count = number(numbers.back());
  out.length = duration(tree->duration());
  return out;
}

std::unique_ptr<ast::Periods> AstBuilder::optional_periods(P::PeriodsContext* tree) {
  if (tree == nullptr) return nullptr;
  return std::make_unique<ast::Periods>(periods(tree));
}

}  // namespace segue
