#include <algorithm>

#include "compiler/syntax/antlr/byte_stream.h"
#include "compiler/syntax/antlr/lexemes.h"
#include "compiler/syntax/limits.h"
#include "grammar/SegLexer.h"

namespace segue {

namespace {

using segue_grammar::SegLexer;

void report_too_many(const Lexemes& lexemes, const Lexeme& at, Diagnostics& diagnostics) {
  diagnostics
      .add(Code::kE0114, lexemes.span(at),
           "the file has more than " + std::to_string(kTokensMax) + " words, numbers and marks")
      .label("the first too many")
      .help("split the rules over several files: `use \"shared.seg\"`");
}

Token::Kind public_kind(uint16_t type) {
  switch (type) {
    case SegLexer::TEXT:
      return Token::Kind::kText;
    case SegLexer::PARAM:
      return Token::Kind::kParam;
    case SegLexer::COMMENT:
      return Token::Kind::kComment;
    case SegLexer::DOC:
      return Token::Kind::kDoc;
    case SegLexer::DATE:
    case SegLexer::INSTANT:
    case SegLexer::DURATION:
    case SegLexer::NUMBER:
      return Token::Kind::kLiteral;
    default:
      return type >= SegLexer::EQ && type <= SegLexer::RBRACK ? Token::Kind::kMark
                                                              : Token::Kind::kWord;
  }
}

}  // namespace

LexResult lex(const SourceFile& file, SourceId id, Diagnostics& diagnostics) {
  LexResult result;
  Lexemes& lexemes = result.lexemes;
  lexemes.file = id;
  lexemes.text = file.text();
  ByteStream bytes(file.text());
  SegLexer lexer(&bytes);
  lexer.removeErrorListeners();
  while (true) {
    const std::unique_ptr<antlr4::Token> token = lexer.nextToken();
    if (token->getType() == antlr4::Token::EOF) break;
    const Lexeme lexeme{static_cast<uint32_t>(token->getStartIndex()),
                        static_cast<uint32_t>(token->getStopIndex() + 1),
                        static_cast<uint16_t>(token->getType())};
    const bool comment = token->getChannel() != antlr4::Token::DEFAULT_CHANNEL;
    (comment ? lexemes.comments : lexemes.tokens).push_back(lexeme);
    if (lexemes.tokens.size() > kTokensMax) {
      report_too_many(lexemes, lexeme, diagnostics);
      result.complete = false;
      break;
    }
  }
  const auto end = static_cast<uint32_t>(file.text().size());
  lexemes.tokens.push_back({end, end, static_cast<uint16_t>(antlr4::Token::EOF)});
  return result;
}

std::string_view Lexemes::spelling(const Lexeme& lexeme) const {
  if (meant != nullptr) {
    const auto found = meant->find(lexeme.begin);
    if (found != meant->end()) return found->second;
  }
  return written(lexeme);
}

bool Lexemes::first_on_line(size_t token) const {
  if (token == 0) return true;
  const uint32_t from = tokens[token - 1].end;
  return text.substr(from, tokens[token].begin - from).find_first_of("\n\r") !=
         std::string_view::npos;
}

std::vector<Token> public_tokens(const Lexemes& lexemes) {
  std::vector<Lexeme> all(lexemes.tokens.begin(), lexemes.tokens.end() - 1);
  all.insert(all.end(), lexemes.comments.begin(), lexemes.comments.end());
  std::sort(all.begin(), all.end(),
            [](const Lexeme& a, const Lexeme& b) { return a.begin < b.begin; });
  std::vector<Token> tokens;
  tokens.reserve(all.size());
  for (const Lexeme& one : all) tokens.push_back({public_kind(one.type), one.begin, one.end});
  return tokens;
}

}  // namespace segue
