#include "compiler/syntax/antlr/recover.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "compiler/syntax/antlr/builder.h"
#include "compiler/syntax/antlr/lexeme_stream.h"
#include "compiler/syntax/antlr/syntax_error.h"
#include "grammar/SegParser.h"

namespace segue {

namespace {

using segue_grammar::SegParser;

/// Of one declaration; more would not help anyone.
constexpr int kErrorsMax = 20;
/// In a longer one only the first is looked for: each look is a parse.
constexpr size_t kRetriedTokensMax = 20'000;

std::optional<SyntaxError> try_parse(const Lexemes& lexemes, std::vector<ast::Decl>& out) {
  const size_t end = lexemes.tokens.size() - 1;
  LexemeStream stream(lexemes, 0, end);
  SegParser parser(&stream);
  parser.removeErrorListeners();
  const auto strategy = std::make_shared<StopAtFirst>();
  parser.setErrorHandler(strategy);
  try {
    while (stream.index() < end) {
      out.push_back(AstBuilder(lexemes).declaration(parser.declaration()));
      parser.getTreeTracker().reset();
      stream.free_tokens();
    }
  } catch (const antlr4::RuntimeException&) {
    return strategy->error().value_or(SyntaxError{stream.index(), {}, {}, nullptr});
  }
  return std::nullopt;
}

/// Types after which a clause cannot end.
bool wants_more(uint16_t type) {
  switch (type) {
    case SegParser::AND:
    case SegParser::OR:
    case SegParser::NOT:
    case SegParser::UNLESS:
    case SegParser::COMMA:
    case SegParser::LPAR:
    case SegParser::EQ:
    case SegParser::NE:
    case SegParser::LT:
    case SegParser::LE:
    case SegParser::GT:
    case SegParser::GE:
    case SegParser::WHERE:
    case SegParser::THEN:
    case SegParser::STAR:
    case SegParser::SLASH:
      return true;
    default:
      return false;
  }
}

/// Clauses of one declaration, found by their lines.
class Clauses {
 public:
  explicit Clauses(const Lexemes& lexemes) : lexemes_(lexemes) {}

  /// Removes the clause of the error; false when it cannot be told from the rest.
  bool remove(const SyntaxError& error, std::vector<Lexeme>& tokens) const {
    size_t culprit = std::min(error.token, tokens.size() - 1);
    if (culprit > 0 && begins(culprit) && !in_body(error)) --culprit;  // the line above is short
    size_t begin = culprit, end = culprit + 1;
    while (begin > 0 && !begins(begin)) --begin;
    while (end + 1 < tokens.size() && !begins(end)) ++end;
    if (begin == 0 || end + 1 >= tokens.size() || !balanced(begin, end)) return false;
    tokens.erase(tokens.begin() + static_cast<ptrdiff_t>(begin),
                 tokens.begin() + static_cast<ptrdiff_t>(end));
    return true;
  }

 private:
  bool begins(size_t token) const {
    if (token == 0 || lexemes_.tokens[token - 1].type == SegParser::LBRACE) return true;
    return lexemes_.first_on_line(token) && begins_clause(lexemes_.tokens[token].type) &&
           !wants_more(lexemes_.tokens[token - 1].type);
  }

  bool balanced(size_t begin, size_t end) const {
    int64_t depth = 0;
    for (size_t i = begin; i < end && depth >= 0; ++i) {
      switch (lexemes_.tokens[i].type) {
        case SegParser::LPAR:
        case SegParser::LBRACE:
        case SegParser::LBRACK:
          ++depth;
          break;
        case SegParser::RPAR:
        case SegParser::RBRACE:
        case SegParser::RBRACK:
          --depth;
          break;
        default:
          break;
      }
    }
    return depth == 0;
  }

  const Lexemes& lexemes_;
};

/// The name of what `segment name` or `event "name"` would have declared.
void note_left_out(const Lexemes& part, ast::File& file) {
  file.complete = false;
  if (part.tokens.size() < 3 || part.tokens[0].type < SegParser::EVENT ||
      part.tokens[0].type > SegParser::SEGMENT) {
    return;
  }
  file.left_out.emplace_back(part.spelling(part.tokens[1]));
}

}  // namespace

void parse_carefully(const Lexemes& lexemes, size_t first, size_t last, bool silent,
                     ast::File& file, Diagnostics& diagnostics) {
  Lexemes part;
  part.file = lexemes.file;
  part.text = lexemes.text;
  part.meant = lexemes.meant;
  part.tokens.assign(lexemes.tokens.begin() + static_cast<ptrdiff_t>(first),
                     lexemes.tokens.begin() + static_cast<ptrdiff_t>(last));
  part.tokens.push_back({lexemes.tokens[last].begin, lexemes.tokens[last].end,
                         static_cast<uint16_t>(antlr4::Token::EOF)});

  std::vector<ast::Decl> found;
  std::optional<SyntaxError> error = try_parse(part, found);
  if (!error) {
    for (ast::Decl& declaration : found) file.declarations.push_back(std::move(declaration));
    return;
  }
  note_left_out(part, file);
  if (silent) return;
  int64_t reported = -1;
  for (int i = 0; i < kErrorsMax && error; ++i) {
    const int64_t begin = part.tokens[error->token].begin;
    if (begin <= reported) return;  // no progress: it would be the same mistake again
    reported = begin;
    report(part, *error, diagnostics);
    if (part.tokens.size() > kRetriedTokensMax) return;
    std::vector<Lexeme> rest = part.tokens;
    if (!Clauses(part).remove(*error, rest)) return;
    part.tokens = std::move(rest);
    found.clear();
    error = try_parse(part, found);
  }
}

}  // namespace segue
