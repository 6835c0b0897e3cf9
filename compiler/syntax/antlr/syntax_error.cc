#include "compiler/syntax/antlr/syntax_error.h"

#include "grammar/SegParser.h"

namespace segue {

using segue_grammar::SegParser;

void StopAtFirst::remember(antlr4::Parser* parser, const antlr4::Token* offending) {
  SyntaxError error;
  error.token = offending->getTokenIndex();
  error.expected = parser->getExpectedTokens();
  error.names = &parser->getVocabulary();
  for (const antlr4::RuleContext* context = parser->getContext(); context != nullptr;
       context = static_cast<const antlr4::RuleContext*>(context->parent)) {
    error.rules.push_back(context->getRuleIndex());
  }
  error_ = std::move(error);
}

void StopAtFirst::recover(antlr4::Parser* parser, std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const antlr4::RecognitionException& found) {
    remember(parser, found.getOffendingToken());
  }
  throw antlr4::ParseCancellationException();
}

antlr4::Token* StopAtFirst::recoverInline(antlr4::Parser* parser) {
  remember(parser, parser->getCurrentToken());
  throw antlr4::ParseCancellationException();
}

bool in_body(const SyntaxError& error) {
  if (error.rules.empty()) return false;
  switch (error.rules.front()) {
    case SegParser::RuleSegmentDecl:
    case SegParser::RuleScoreDecl:
    case SegParser::RuleTestDecl:
    case SegParser::RuleTestUser:
    case SegParser::RuleFields:
      return true;
    default:
      return false;
  }
}

bool begins_clause(uint16_t type) {
  switch (type) {
    case SegParser::PLUS:
    case SegParser::MINUS:
    case SegParser::BAND:
    case SegParser::WHEN:
    case SegParser::UNTIL:
    case SegParser::STAGE:
    case SegParser::GOAL:
    case SegParser::STAY:
    case SegParser::COOLDOWN:
    case SegParser::EXPECT:
    case SegParser::USER:
    case SegParser::WITH:
    case SegParser::INSTANT:
    case SegParser::WITHIN:
    case SegParser::HALF_LIFE:
    case SegParser::MIN:
    case SegParser::MAX:
    case SegParser::RBRACE:
    case SegParser::NAME:
      return true;
    default:
      return false;
  }
}

}  // namespace segue
