#include "compiler/syntax/antlr/syntax_error.h"

namespace segue {

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

}  // namespace segue
