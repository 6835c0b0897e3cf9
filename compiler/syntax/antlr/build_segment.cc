// Segments and scores.
#include "compiler/syntax/antlr/builder.h"

namespace segue {

using ast::ExprPtr;
using ast::make_expr;

ast::SegmentDecl AstBuilder::segment(P::SegmentDeclContext* tree) {
  ast::SegmentDecl out;
  out.name = name(tree->ownName());
  out.title = optional_text(tree->TEXT());
  if (tree->condition() != nullptr) out.condition = condition(tree->condition());
  for (P::SegmentClauseContext* one : tree->segmentClause()) {
    out.clauses.push_back(segment_clause(one));
  }
  return out;
}

ast::SegmentClause AstBuilder::segment_clause(P::SegmentClauseContext* tree) {
  using Kind = ast::SegmentClause::Kind;
  ast::SegmentClause out;
  out.span = span(tree);
  out.keyword = span(tree->start);
  if (tree->STAGE() != nullptr) {
    out.kind = Kind::kStage;
    out.key = name(tree->word());
  } else if (tree->GOAL() != nullptr) {
    out.kind = Kind::kGoal;
    out.text = text(tree->TEXT());
  } else if (tree->condition() != nullptr) {
    out.kind = tree->WHEN() != nullptr ? Kind::kWhen : Kind::kUntil;
    out.condition = condition(tree->condition());
  } else if (tree->duration() != nullptr) {
    out.kind = tree->STAY() != nullptr ? Kind::kStay : Kind::kCooldown;
    out.length = duration(tree->duration());
  } else {
    out.kind = Kind::kMeta;
    out.key = name(tree->start);
    out.text = text(tree->TEXT());
  }
  return out;
}

ast::ScoreDecl AstBuilder::score(P::ScoreDeclContext* tree) {
  ast::ScoreDecl out;
  out.name = name(tree->ownName());
  out.title = optional_text(tree->TEXT());
  for (P::ScoreHeaderContext* one : tree->scoreHeader()) out.headers.push_back(score_header(one));
  for (P::ScoreTermContext* one : tree->scoreTerm()) out.terms.push_back(score_term(one));
  for (P::BandContext* one : tree->band()) out.bands.push_back(band(one));
  return out;
}

ast::ScoreHeader AstBuilder::score_header(P::ScoreHeaderContext* tree) {
  using Kind = ast::ScoreHeader::Kind;
  ast::ScoreHeader out;
  out.span = span(tree);
  if (tree->duration() != nullptr) {
    out.kind = tree->WITHIN() != nullptr ? Kind::kWithin : Kind::kHalfLife;
    out.length = duration(tree->duration());
  } else if (tree->signedNumber() != nullptr) {
    out.kind = tree->MIN() != nullptr ? Kind::kMin : Kind::kMax;
    out.bound = signed_number(tree->signedNumber());
  } else if (tree->STAGE() != nullptr) {
    out.kind = Kind::kStage;
    out.key = name(tree->word());
  } else if (tree->GOAL() != nullptr) {
    out.kind = Kind::kGoal;
    out.text = text(tree->TEXT());
  } else {
    out.kind = Kind::kMeta;
    out.key = name(tree->start);
    out.text = text(tree->TEXT());
  }
  return out;
}

ast::ScoreTerm AstBuilder::score_term(P::ScoreTermContext* tree) {
  const std::vector<P::NumberContext*> numbers = tree->number();
  ast::ScoreTerm out;
  out.span = span(tree);
  out.negative = tree->MINUS() != nullptr;
  out.points = number(numbers[0]);
  if (tree->condition() != nullptr) out.condition = condition(tree->condition());
  if (tree->occurrences() != nullptr) out.occurrences = occurrences(tree->occurrences());
  out.once = tree->ONCE() != nullptr;
  if (numbers.size() > 1) out.max_times = number(numbers[1]);
  return out;
}

ExprPtr AstBuilder::occurrences(P::OccurrencesContext* tree) {
  ExprPtr value = primary(tree->primary());
  if (tree->sequenceTail() != nullptr) return sequence(tree->sequenceTail(), std::move(value));
  if (tree->window() == nullptr) return value;
  ast::Windowed out;
  out.value = std::move(value);
  out.window = window(tree->window());
  return make_expr(std::move(out), span(tree));
}

ast::Band AstBuilder::band(P::BandContext* tree) {
  ast::Band out;
  out.span = span(tree);
  out.name = name(tree->ownName());
  if (tree->compare() != nullptr) {
    out.compare = compare(tree->compare());
    out.bound = signed_number(tree->signedNumber());
  }
  return out;
}

}  // namespace segue
