#include "compiler/syntax/antlr/builder.h"
#include "grammar/SegLexer.h"

namespace segue {

using ast::ArithmeticOp;
using ast::ExprPtr;
using ast::make_expr;
using segue_grammar::SegLexer;

namespace {

ArithmeticOp operator_of(size_t type) {
  switch (type) {
    case SegLexer::PLUS:
      return ArithmeticOp::kAdd;
    case SegLexer::MINUS:
      return ArithmeticOp::kSubtract;
    case SegLexer::STAR:
      return ArithmeticOp::kMultiply;
    default:
      return ArithmeticOp::kDivide;
  }
}

/// Operands and operators alternate among the children: operators are the odd ones.
const antlr4::Token* operator_at(const antlr4::ParserRuleContext* tree, size_t operand) {
  return dynamic_cast<antlr4::tree::TerminalNode*>(tree->children[2 * operand - 1])->getSymbol();
}

}  // namespace

ExprPtr AstBuilder::sum(P::SumContext* tree) {
  if (auto* only = only_child<P::ProductContext>(tree)) return product(only);
  const std::vector<P::ProductContext*> parts = tree->product();
  ast::Arithmetic out;
  out.first = product(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    const antlr4::Token* op = operator_at(tree, i);
    out.rest.push_back({operator_of(op->getType()), span(op), product(parts[i])});
  }
  return make_expr(std::move(out), span(tree));
}

ExprPtr AstBuilder::product(P::ProductContext* tree) {
  if (auto* only = only_child<P::UnaryContext>(tree)) return unary(only);
  const std::vector<P::UnaryContext*> parts = tree->unary();
  ast::Arithmetic out;
  out.first = unary(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    const antlr4::Token* op = operator_at(tree, i);
    out.rest.push_back({operator_of(op->getType()), span(op), unary(parts[i])});
  }
  return make_expr(std::move(out), span(tree));
}

ExprPtr AstBuilder::unary(P::UnaryContext* tree) {
  if (auto* only = only_child<P::PrimaryContext>(tree)) return primary(only);
  if (auto* literal = dynamic_cast<P::LiteralContext*>(tree->primary())) {
    if (literal->NUMBER() != nullptr) {  // `-3` is a number, so that checks see its value
      ast::Number number = number_literal(literal->start, true);
      number.span = span(tree);
      return make_expr(ast::Literal{std::move(number)}, span(tree));
    }
  }
  return make_expr(ast::Negate{primary(tree->primary())}, span(tree));
}

ExprPtr AstBuilder::primary(P::PrimaryContext* tree) {
  const Span all = span(tree);
  if (auto* plain = dynamic_cast<P::NameContext*>(tree)) {
    ast::Path named = path(plain->path());
    const Span span = named.span;
    return except(make_expr(ast::NameRef{std::move(named)}, span), plain->excluded());
  }
  if (auto* one = dynamic_cast<P::LiteralContext*>(tree)) {
    return make_expr(ast::Literal{literal(one->start)}, all);
  }
  if (auto* one = dynamic_cast<P::GroupedContext*>(tree)) return grouped(one);
  if (auto* call = dynamic_cast<P::CallContext*>(tree)) {
    return make_expr(ast::Call{name(call->callName()), all_filtered(call->filtered())}, all);
  }
  if (auto* applied = dynamic_cast<P::AppliedContext*>(tree)) {
    return except(named(tree->start, applied->argument()), applied->excluded());
  }
  if (auto* one = dynamic_cast<P::MomentContext*>(tree)) {
    return make_expr(ast::MomentRef{moment(one->instant())}, all);
  }
  if (auto* ordinal = dynamic_cast<P::OrdinalContext*>(tree)) {
    return make_expr(ast::Ordinal{ordinal->LAST() != nullptr, step1(ordinal->step1())}, all);
  }
  if (auto* elapsed = dynamic_cast<P::ElapsedContext*>(tree)) {
    return make_expr(ast::Elapsed{anchor(elapsed->anchor())}, all);
  }
  if (auto* item = dynamic_cast<P::AnyItemContext*>(tree)) {
    return make_expr(ast::AnyItem{path(item->ownPath()), filtered(item->group()->filtered())}, all);
  }
  if (auto* one = dynamic_cast<P::SessionsContext*>(tree)) {
    return make_expr(ast::Sessions{step(one->step()), duration(one->duration())}, all);
  }
  if (auto* one = dynamic_cast<P::CrossingContext*>(tree)) {
    return crossing(one->LEFT(), one->ownName(), all);
  }
  auto* changed = dynamic_cast<P::ChangeContext*>(tree);
  return change(changed->ownPath(), changed->changeTo(), all);
}

ExprPtr AstBuilder::grouped(P::GroupedContext* tree) {
  ExprPtr inner = group(tree->group());
  const std::vector<P::SequenceSuffixContext*> suffixes = tree->sequenceSuffix();
  if (!suffixes.empty()) {
    const Span all = cover(inner->span, span(suffixes.back()));
    ast::Sequence out;
    out.first = std::move(inner);
    for (P::SequenceSuffixContext* one : suffixes) out.suffixes.push_back(suffix(one));
    inner = make_expr(std::move(out), all);
  }
  return except(std::move(inner), tree->excluded());
}

ExprPtr AstBuilder::group(P::GroupContext* tree) {
  return make_expr(ast::Group{filtered(tree->filtered())}, span(tree));
}

}  // namespace segue
