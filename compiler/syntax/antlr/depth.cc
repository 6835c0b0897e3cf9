#include "compiler/syntax/antlr/lexemes.h"
#include "compiler/syntax/limits.h"
#include "grammar/SegLexer.h"

namespace segue {

namespace {

using segue_grammar::SegLexer;

void report_nesting(const Lexemes& lexemes, const Lexeme& at, Diagnostics& diagnostics) {
  diagnostics
      .add(Code::kE0113, lexemes.span(at),
           "brackets nest more than " + std::to_string(kNestingMax) + " deep")
      .label("the first too deep")
      .help("name a part as a segment or a signal and use its name here");
}

void report_run(const Lexemes& lexemes, const Lexeme& at, Diagnostics& diagnostics) {
  const std::string word = at.type == SegLexer::OF ? "list of" : std::string(lexemes.written(at));
  diagnostics
      .add(Code::kE0119, lexemes.span(at),
           "more than " + std::to_string(kPrefixRunMax) + " `" + word + "` follow each other")
      .label("the first too many");
}

/// `list of list of`: counted at each `of`, so that both words are one step.
bool continues_run(const std::vector<Lexeme>& tokens, size_t i) {
  const auto is = [&](size_t at, size_t type) { return tokens[at].type == type; };
  if (is(i, SegLexer::NOT) || is(i, SegLexer::MINUS)) {
    return i > 0 && tokens[i - 1].type == tokens[i].type;
  }
  return is(i, SegLexer::OF) && i >= 3 && is(i - 1, SegLexer::LIST) && is(i - 2, SegLexer::OF) &&
         is(i - 3, SegLexer::LIST);
}

}  // namespace

bool check_depth(const Lexemes& lexemes, Diagnostics& diagnostics) {
  uint32_t depth = 0;
  uint32_t run = 1;
  for (size_t i = 0; i < lexemes.tokens.size(); ++i) {
    const Lexeme& lexeme = lexemes.tokens[i];
    switch (lexeme.type) {
      case SegLexer::LPAR:
      case SegLexer::LBRACE:
      case SegLexer::LBRACK:
        ++depth;
        break;
      case SegLexer::RPAR:
      case SegLexer::RBRACE:
      case SegLexer::RBRACK:
        depth -= depth > 0 ? 1 : 0;
        break;
      default:
        break;
    }
    if (depth > kNestingMax) {
      report_nesting(lexemes, lexeme, diagnostics);
      return false;
    }
    if (lexeme.type == SegLexer::LIST) continue;  // inside a run of `list of`
    run = continues_run(lexemes.tokens, i) ? run + 1 : 1;
    if (run > kPrefixRunMax) {
      report_run(lexemes, lexeme, diagnostics);
      return false;
    }
  }
  return true;
}

}  // namespace segue
