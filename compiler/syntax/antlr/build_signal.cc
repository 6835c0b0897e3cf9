// Sequences, steps and what is derived from segments and traits.
#include "compiler/syntax/antlr/builder.h"
#include "grammar/SegLexer.h"

namespace segue {

using ast::ExprPtr;
using ast::make_expr;
using segue_grammar::SegLexer;

ExprPtr AstBuilder::sequence(P::SequenceTailContext* tree, ExprPtr first) {
  const Span all = cover(first->span, span(tree));
  ast::Sequence out;
  out.first = std::move(first);
  for (P::ThenStepContext* one : tree->thenStep()) out.steps.push_back(then_step(one));
  for (P::SequenceSuffixContext* one : tree->sequenceSuffix()) out.suffixes.push_back(suffix(one));
  if (tree->among() != nullptr) {
    out.has_among = true;
    out.among = all_filtered(tree->among()->filtered());
  }
  return make_expr(std::move(out), all);
}

ast::ThenStep AstBuilder::then_step(P::ThenStepContext* tree) {
  using Kind = ast::ThenStep::Kind;
  const bool later = tree->LATER() != nullptr;
  ast::ThenStep out;
  out.span = span(tree);
  if (tree->NO() != nullptr) {
    out.kind = later ? Kind::kNoLater : Kind::kNo;
  } else if (tree->NEXT() != nullptr) {
    out.kind = Kind::kNext;
  } else if (later) {
    out.kind = Kind::kLater;
  }
  const std::vector<P::StepContext*> steps = tree->step();
  const std::vector<P::DurationContext*> durations = tree->duration();
  out.step = step(steps[0]);
  if (tree->AFTER() != nullptr) out.after = duration(durations.front());
  if (tree->WITHIN() != nullptr) out.within = duration(durations.back());
  if (tree->WITHOUT() != nullptr) out.without = step(steps.back());
  return out;
}

ast::SequenceSuffix AstBuilder::suffix(P::SequenceSuffixContext* tree) {
  ast::SequenceSuffix out;
  out.span = span(tree);
  if (tree->allWithin() != nullptr) {
    out.kind = ast::SequenceSuffix::Kind::kAllWithin;
    out.length = duration(tree->allWithin()->duration());
  } else {
    out.key = path(tree->path());
  }
  return out;
}

ExprPtr AstBuilder::named(const antlr4::Token* token, P::ArgumentContext* argument) {
  ast::Name signal = name(token);
  if (argument == nullptr) {
    ast::Path path;
    path.span = signal.span;
    path.parts.push_back(std::move(signal));
    const Span all = path.span;
    return make_expr(ast::NameRef{std::move(path)}, all);
  }
  const Span all = cover(signal.span, span(argument));
  ast::Applied out;
  out.signal = std::move(signal);
  switch (argument->start->getType()) {
    case SegLexer::TEXT:
      out.argument = text(argument->start);
      break;
    case SegLexer::NUMBER:
      out.argument = number_literal(argument->start, false);
      break;
    case SegLexer::PARAM:
      out.argument = param(argument->start);
      break;
    default:
      out.argument = name(argument->start);
      break;
  }
  return make_expr(std::move(out), all);
}

ExprPtr AstBuilder::except(ExprPtr value, P::ExcludedContext* tree) {
  if (tree == nullptr) return value;
  const Span all = cover(value->span, span(tree));
  return make_expr(ast::Except{std::move(value), excluded(tree)}, all);
}

ExprPtr AstBuilder::excluded(P::ExcludedContext* tree) {
  if (tree->group() != nullptr) return group(tree->group());
  return named(tree->start, tree->argument());
}

ExprPtr AstBuilder::step(P::StepContext* tree) {
  if (tree->group() != nullptr) return group(tree->group());
  if (tree->CHANGED() != nullptr) return change(tree->ownPath(), tree->changeTo(), span(tree));
  if (tree->ownName() != nullptr) return crossing(tree->LEFT(), tree->ownName(), span(tree));
  return except(named(tree->start, tree->argument()), tree->excluded());
}

ExprPtr AstBuilder::step1(P::Step1Context* tree) { return named(tree->start, tree->argument()); }

ExprPtr AstBuilder::crossing(Node* left, P::OwnNameContext* segment, Span all) {
  return make_expr(ast::Crossing{left != nullptr, name(segment)}, all);
}

ExprPtr AstBuilder::change(P::OwnPathContext* trait, P::ChangeToContext* to, Span all) {
  ast::Change out;
  out.trait = path(trait);
  if (to != nullptr) {
    const std::vector<P::ChangeValueContext*> values = to->changeValue();
    if (to->FROM() != nullptr) out.from = change_value(values.front());
    out.to = change_value(values.back());
  }
  return make_expr(std::move(out), all);
}

std::optional<ast::Scalar> AstBuilder::change_value(P::ChangeValueContext* tree) {
  if (tree->signedNumber() != nullptr) return signed_number(tree->signedNumber());
  return literal(tree->start);
}

}  // namespace segue
