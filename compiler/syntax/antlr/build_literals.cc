#include "compiler/syntax/antlr/builder.h"
#include "compiler/syntax/decode.h"
#include "grammar/SegLexer.h"

namespace segue {

using segue_grammar::SegLexer;

const Lexeme& AstBuilder::lexeme(const antlr4::Token* token) const {
  return lexemes_.tokens[token->getTokenIndex()];
}

std::string_view AstBuilder::spelling(const antlr4::Token* token) const {
  return lexemes_.spelling(lexeme(token));
}

Span AstBuilder::span(const antlr4::Token* token) const { return lexemes_.span(lexeme(token)); }
Span AstBuilder::span(Node* token) const { return span(token->getSymbol()); }

Span AstBuilder::span(const antlr4::ParserRuleContext* tree) const {
  const antlr4::Token* stop = tree->stop != nullptr ? tree->stop : tree->start;
  return cover(span(tree->start), span(stop));
}

ast::Name AstBuilder::name(const antlr4::Token* token) const {
  if (token->getType() == SegLexer::TEXT) {
    return {decode_text(spelling(token)).value, span(token), true};
  }
  return {std::string(spelling(token)), span(token), false};
}

ast::Path AstBuilder::path(const antlr4::ParserRuleContext* tree) const {
  ast::Path out;
  out.span = span(tree);
  // Every second token is a dot.
  const size_t last = tree->stop->getTokenIndex();
  for (size_t i = tree->start->getTokenIndex(); i <= last; i += 2) {
    const Lexeme& part = lexemes_.tokens[i];
    const bool quoted = part.type == SegLexer::TEXT;
    const std::string_view written = lexemes_.spelling(part);
    out.parts.push_back(
        {quoted ? decode_text(written).value : std::string(written), lexemes_.span(part), quoted});
  }
  return out;
}

ast::Text AstBuilder::text(const antlr4::Token* token) const {
  return {decode_text(spelling(token)).value, span(token)};
}

std::optional<ast::Text> AstBuilder::optional_text(Node* token) const {
  if (token == nullptr) return std::nullopt;
  return text(token);
}

ast::Param AstBuilder::param(const antlr4::Token* token) const {
  return {std::string(spelling(token).substr(1)), span(token)};
}

ast::Number AstBuilder::number_literal(const antlr4::Token* token, bool negative) const {
  const DecodedNumber decoded = decode_number(spelling(token), negative).value_or(DecodedNumber{});
  return {decoded.value, decoded.decimal.empty() ? "0" : decoded.decimal, decoded.percent,
          decoded.integer, span(token)};
}

ast::Duration AstBuilder::duration_literal(const antlr4::Token* token) const {
  const std::string_view written = spelling(token);
  return {decode_duration(written).value_or(0), std::string(written), span(token)};
}

ast::Date AstBuilder::date_literal(const antlr4::Token* token) const {
  std::string why;
  const DecodedDate date = decode_date(spelling(token), why).value_or(DecodedDate{});
  return {date.year, date.month, date.day, span(token)};
}

ast::Instant AstBuilder::instant_literal(const antlr4::Token* token) const {
  std::string why;
  const std::string_view written = spelling(token);
  const DecodedInstant instant = decode_instant(written, why).value_or(DecodedInstant{});
  return {instant.ms, instant.has_offset, instant.offset_minutes, std::string(written),
          span(token)};
}

ast::Scalar AstBuilder::literal(const antlr4::Token* token) const {
  switch (token->getType()) {
    case SegLexer::TEXT:
      return text(token);
    case SegLexer::NUMBER:
      return number_literal(token, false);
    case SegLexer::DATE:
      return date_literal(token);
    case SegLexer::INSTANT:
      return instant_literal(token);
    case SegLexer::DURATION:
      return duration_literal(token);
    case SegLexer::PARAM:
      return param(token);
    default:
      return ast::Truth{token->getType() == SegLexer::TRUE, span(token)};
  }
}

ast::NumberArg AstBuilder::number(P::NumberContext* tree) const {
  if (tree->PARAM() != nullptr) return param(tree->start);
  return number_literal(tree->start, false);
}

ast::DurationArg AstBuilder::duration(P::DurationContext* tree) const {
  if (tree->PARAM() != nullptr) return param(tree->start);
  return duration_literal(tree->start);
}

ast::Number AstBuilder::signed_number(P::SignedNumberContext* tree) const {
  ast::Number out = number_literal(tree->stop, tree->MINUS() != nullptr);
  out.span = span(tree);
  return out;
}

ast::Scalar AstBuilder::scalar(P::ScalarContext* tree) const {
  if (tree->signedNumber() != nullptr) return signed_number(tree->signedNumber());
  return literal(tree->start);
}

ast::Scalars AstBuilder::scalars(P::ScalarsContext* tree) const {
  ast::Scalars out;
  out.span = span(tree);
  for (P::ScalarContext* item : tree->scalar()) out.items.push_back(scalar(item));
  return out;
}

std::pair<ast::Scalar, bool> AstBuilder::bound(P::BoundContext* tree) const {
  const bool negative = tree->MINUS() != nullptr;
  if (tree->number() != nullptr && tree->number()->NUMBER() != nullptr) {
    ast::Number out = number_literal(tree->stop, negative);
    out.span = span(tree);
    return {std::move(out), false};
  }
  return {literal(tree->stop), negative};
}

ast::Range AstBuilder::range(P::RangeContext* tree) const {
  auto [low, low_negated] = bound(tree->bound(0));
  auto [high, high_negated] = bound(tree->bound(1));
  return {std::move(low), std::move(high), low_negated, high_negated, span(tree)};
}

ast::Compare AstBuilder::compare(P::CompareContext* tree) const {
  const auto op = [&] {
    switch (tree->start->getType()) {
      case SegLexer::NE:
        return ast::CompareOp::kNotEqual;
      case SegLexer::LT:
        return ast::CompareOp::kLess;
      case SegLexer::LE:
        return ast::CompareOp::kLessEqual;
      case SegLexer::GT:
        return ast::CompareOp::kGreater;
      case SegLexer::GE:
        return ast::CompareOp::kGreaterEqual;
      default:
        return ast::CompareOp::kEqual;
    }
  };
  return {op(), span(tree)};
}

ast::Unit AstBuilder::unit(Node* token) const {
  std::string_view word = spelling(token->getSymbol());
  ast::Unit out;
  out.span = span(token);
  out.plural = word.back() == 's';
  if (out.plural) word.remove_suffix(1);
  for (const auto unit :
       {ast::CalendarUnit::kDay, ast::CalendarUnit::kWeek, ast::CalendarUnit::kMonth,
        ast::CalendarUnit::kQuarter, ast::CalendarUnit::kYear}) {
    if (ast::spelling(unit) == word) out.unit = unit;
  }
  return out;
}

ast::Moment AstBuilder::moment(P::InstantContext* tree) const {
  ast::Moment out;
  out.span = span(tree);
  if (tree->DATE() != nullptr) {
    out.kind = ast::Moment::Kind::kDate;
    out.date = date_literal(tree->start);
  } else if (tree->INSTANT() != nullptr) {
    out.kind = ast::Moment::Kind::kInstant;
    out.instant = instant_literal(tree->start);
  } else if (tree->DURATION() != nullptr) {
    const bool ago = tree->AGO() != nullptr;
    out.kind = ago ? ast::Moment::Kind::kAgo : ast::Moment::Kind::kFromNow;
    out.distance = duration_literal(tree->start);
  }
  return out;
}

}  // namespace segue
