#include "compiler/syntax/antlr/builder.h"

namespace segue {

using ast::ExprPtr;
using ast::make_expr;

ast::Filtered AstBuilder::filtered(P::FilteredContext* tree) {
  const std::vector<P::ConditionContext*> parts = tree->condition();
  ast::Filtered out;
  out.span = span(tree);
  out.value = condition(parts[0]);
  if (parts.size() > 1) out.where = condition(parts[1]);
  return out;
}

std::vector<ast::Filtered> AstBuilder::all_filtered(const std::vector<P::FilteredContext*>& trees) {
  std::vector<ast::Filtered> out;
  out.reserve(trees.size());
  for (P::FilteredContext* tree : trees) out.push_back(filtered(tree));
  return out;
}

ExprPtr AstBuilder::condition(P::ConditionContext* tree) {
  if (auto* only = only_child<P::DisjunctionContext>(tree)) return disjunction(only);
  ExprPtr first = disjunction(tree->disjunction(0));
  return make_expr(ast::Unless{std::move(first), disjunction(tree->disjunction(1))}, span(tree));
}

ExprPtr AstBuilder::disjunction(P::DisjunctionContext* tree) {
  if (auto* only = only_child<P::ConjunctionContext>(tree)) return conjunction(only);
  const std::vector<P::ConjunctionContext*> parts = tree->conjunction();
  ast::Or out;
  out.operands.reserve(parts.size());
  for (P::ConjunctionContext* part : parts) out.operands.push_back(conjunction(part));
  return make_expr(std::move(out), span(tree));
}

ExprPtr AstBuilder::conjunction(P::ConjunctionContext* tree) {
  if (auto* only = only_child<P::NegationContext>(tree)) return negation(only);
  const std::vector<P::NegationContext*> parts = tree->negation();
  ast::And out;
  out.operands.reserve(parts.size());
  for (P::NegationContext* part : parts) out.operands.push_back(negation(part));
  return make_expr(std::move(out), span(tree));
}

ExprPtr AstBuilder::negation(P::NegationContext* tree) {
  if (auto* only = only_child<P::HeldContext>(tree)) return held(only);
  return make_expr(ast::Not{negation(tree->negation())}, span(tree));
}

ExprPtr AstBuilder::held(P::HeldContext* tree) {
  if (auto* only = only_child<P::PredicateContext>(tree)) return predicate(only);
  ExprPtr inner = predicate(tree->predicate());
  const bool at_least = tree->LEAST() != nullptr;
  return make_expr(ast::Held{std::move(inner), duration(tree->duration()), at_least}, span(tree));
}

ExprPtr AstBuilder::predicate(P::PredicateContext* tree) {
  if (auto* plain = dynamic_cast<P::PlainContext*>(tree)) {
    ExprPtr value = sum(plain->sum());
    return plain->tail() == nullptr ? std::move(value) : tail(plain->tail(), std::move(value));
  }
  if (auto* never = dynamic_cast<P::NeverContext*>(tree)) {
    return make_expr(ast::Never{step(never->step())}, span(tree));
  }
  if (auto* absent = dynamic_cast<P::AbsentContext*>(tree)) {
    return make_expr(ast::No{step(absent->step()), optional_window(absent->window())}, span(tree));
  }
  if (auto* in = dynamic_cast<P::MemberContext*>(tree)) return member(in);
  if (auto* reached = dynamic_cast<P::DepthContext*>(tree)) return depth(reached);
  return quantified(dynamic_cast<P::QuantifiedContext*>(tree));
}

ExprPtr AstBuilder::member(P::MemberContext* tree) {
  ast::Member out;
  out.any_of = tree->ANY() != nullptr;
  for (P::OwnPathContext* segment : tree->ownPath()) out.segments.push_back(path(segment));
  return make_expr(std::move(out), span(tree));
}

ExprPtr AstBuilder::quantified(P::QuantifiedContext* tree) {
  using Kind = ast::Quantified::Kind;
  P::QuantifierContext* how = tree->quantifier();
  ast::Quantified out;
  out.kind = how->ALL() != nullptr    ? Kind::kAll
             : how->ANY() != nullptr  ? Kind::kAny
             : how->NONE() != nullptr ? Kind::kNone
                                      : Kind::kAtLeast;
  if (how->number() != nullptr) out.count = number(how->number());
  for (P::ConditionContext* operand : tree->condition()) out.operands.push_back(condition(operand));
  return make_expr(std::move(out), span(tree));
}

ExprPtr AstBuilder::depth(P::DepthContext* tree) {
  ast::Reached out;
  out.sequence = group(tree->group());
  out.compare = compare(tree->compare());
  out.steps = number(tree->number());
  if (tree->allWithin() != nullptr) out.all_within = duration(tree->allWithin()->duration());
  out.window = optional_window(tree->window());
  return make_expr(std::move(out), span(tree));
}

}  // namespace segue
