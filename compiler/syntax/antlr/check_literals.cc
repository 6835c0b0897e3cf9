#include "compiler/syntax/antlr/lexemes.h"
#include "compiler/syntax/decode.h"
#include "compiler/syntax/limits.h"
#include "grammar/SegLexer.h"

namespace segue {

namespace {

using segue_grammar::SegLexer;

void check_text(const Lexemes& lexemes, const Lexeme& lexeme, Diagnostics& diagnostics) {
  const DecodedText text = decode_text(lexemes.spelling(lexeme));
  if (text.fault == DecodedText::Fault::kNone || text.fault == DecodedText::Fault::kNotUtf8) {
    return;  // the whole file was looked through for UTF-8
  }
  const Span span{lexemes.file, lexeme.begin + static_cast<uint32_t>(text.fault_begin),
                  lexeme.begin + static_cast<uint32_t>(text.fault_end)};
  switch (text.fault) {
    case DecodedText::Fault::kEscape:
      diagnostics.add(Code::kE0105, span, "a text has no such escape")
          .label("escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits")
          .help("a backslash itself is written `\\\\`");
      break;
    case DecodedText::Fault::kSurrogate:
      diagnostics.add(Code::kE0105, span, "half of a surrogate pair is no character")
          .label("\\ud800 to \\udbff and \\udc00 to \\udfff stand in pairs");
      break;
    default:
      diagnostics.add(Code::kE0105, span, "a control character stands in a text")
          .label("written as an escape: `\\t`, `\\n`, `\\u0000`");
  }
}

void report_date(const Lexemes& lexemes, const Lexeme& lexeme, const std::string& why,
                 Diagnostics& diagnostics) {
  const std::string kind = lexeme.type == SegLexer::DATE ? "date" : "instant";
  diagnostics
      .add(Code::kE0108, lexemes.span(lexeme),
           "`" + std::string(lexemes.spelling(lexeme)) + "` is no " + kind)
      .label(why);
}

void check_literal(const Lexemes& lexemes, const Lexeme& lexeme, Diagnostics& diagnostics) {
  const std::string_view written = lexemes.spelling(lexeme);
  std::string why;
  switch (lexeme.type) {
    case SegLexer::TEXT:
      check_text(lexemes, lexeme, diagnostics);
      break;
    case SegLexer::DATE:
      if (!decode_date(written, why)) report_date(lexemes, lexeme, why, diagnostics);
      break;
    case SegLexer::INSTANT:
      if (!decode_instant(written, why)) report_date(lexemes, lexeme, why, diagnostics);
      break;
    case SegLexer::DURATION:
      if (!decode_duration(written)) {
        diagnostics.add(Code::kE0109, lexemes.span(lexeme), "a duration of more than 100 years")
            .label("at most `36500d`")
            .help("a window without a bound is `ever`");
      }
      break;
    case SegLexer::NUMBER:
      if (!decode_number(written, false)) {
        diagnostics.add(Code::kE0110, lexemes.span(lexeme), "a number that is out of range")
            .label("at most " + std::to_string(kNumberDigitsMax) + " digits and below 1e18");
      }
      break;
    default:
      break;
  }
}

}  // namespace

void check_literals(const Lexemes& lexemes, Diagnostics& diagnostics) {
  for (const Lexeme& lexeme : lexemes.tokens) check_literal(lexemes, lexeme, diagnostics);
}

}  // namespace segue
