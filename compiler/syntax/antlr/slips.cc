#include <algorithm>
#include <array>
#include <optional>

#include "compiler/source/utf8.h"
#include "compiler/syntax/antlr/lexemes.h"
#include "grammar/SegLexer.h"
#include "runtime/base/check.h"

namespace segue {

namespace {

using segue_grammar::SegLexer;

struct SlipRow {
  std::string_view written;
  std::string_view meant;  // empty: nothing
  uint16_t type;           // of what was meant
};
constexpr SlipRow kSlips[] = {
    {"=>", ">=", SegLexer::GE},
    {"=<", "<=", SegLexer::LE},
    {"<>", "!=", SegLexer::NE},
    {"===", "=", SegLexer::EQ},
    {"!==", "!=", SegLexer::NE},
    {"&&", "and", SegLexer::AND},
    {"||", "or", SegLexer::OR},
    {"!", "not", SegLexer::NOT},
    {":=", "=", SegLexer::EQ},
    {"->", "then", SegLexer::THEN},
    {";", "", 0},
};

/// Words that people put behind a number, and the letter of the duration.
struct UnitRow {
  std::string_view word;
  std::string_view letter;
};
constexpr UnitRow kUnits[] = {
    {"msec", "ms"}, {"msecs", "ms"}, {"millisecond", "ms"}, {"milliseconds", "ms"},
    {"sec", "s"},   {"secs", "s"},   {"second", "s"},       {"seconds", "s"},
    {"min", "m"},   {"mins", "m"},   {"minute", "m"},       {"minutes", "m"},
    {"hr", "h"},    {"hrs", "h"},    {"hour", "h"},         {"hours", "h"},
    {"day", "d"},   {"days", "d"},   {"week", "w"},         {"weeks", "w"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class SlipRepairer {
 public:
  SlipRepairer(Lexemes& lexemes, Diagnostics& diagnostics)
      : lexemes_(lexemes), diagnostics_(diagnostics) {}

  void run() {
    const std::vector<Lexeme> tokens = std::move(lexemes_.tokens);
    lexemes_.tokens.clear();
    lexemes_.tokens.reserve(tokens.size());
    for (at_ = 0; at_ < tokens.size();) repair(tokens);
  }

 private:
  void repair(const std::vector<Lexeme>& tokens) {
    const Lexeme& lexeme = tokens[at_];
    switch (lexeme.type) {
      case SegLexer::BAD_NUMBER:
        bad_number(lexeme);
        break;
      case SegLexer::BAD_TEXT:
        bad_text(lexeme);
        break;
      case SegLexer::SINGLE_TEXT:
        single_text(lexeme);
        break;
      case SegLexer::SLIP:
        slip(tokens);
        return;
      case SegLexer::UNKNOWN:
        unknown(tokens);
        return;
      default:
        lexemes_.tokens.push_back(lexeme);
        break;
    }
    ++at_;
  }

  void put(const Lexeme& lexeme, uint16_t type, std::string meant) {
    lexemes_.tokens.push_back({lexeme.begin, lexeme.end, type});
    (*lexemes_.meant)[lexeme.begin] = std::move(meant);
  }

  std::string quoted(const Lexeme& lexeme) const {
    std::string_view words = lexemes_.written(lexeme);
    constexpr size_t kShownMax = 40;
    if (words.size() <= kShownMax) return "`" + std::string(words) + "`";
    words = words.substr(0, kShownMax);
    while (!words.empty() && first_bad_utf8(words)) words.remove_suffix(1);
    return "`" + std::string(words) + "…`";
  }

  void bad_number(const Lexeme& lexeme) {
    const std::string_view written = lexemes_.written(lexeme);
    const auto letters = static_cast<size_t>(
        std::find_if(written.begin(), written.end(), [](char c) { return !is_digit(c); }) -
        written.begin());
    const std::string digits(written.substr(0, letters));
    const std::string_view word = written.substr(letters);
    Diagnostic& found = diagnostics_.add(Code::kE0103, lexemes_.span(lexeme),
                                         quoted(lexeme) + " runs a number into a word");
    const auto* row = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const UnitRow& unit) { return unit.word == word; });
    if (row == std::end(kUnits)) {
      found.label("neither a number nor a name")
          .help(
              "durations are written `500ms`, `10s`, `30m`, `48h`, `7d`, `2w`; names begin with "
              "a letter");
      return put(lexeme, SegLexer::NUMBER, digits);
    }
    const std::string duration = digits + std::string(row->letter);
    found.label("a duration is a number and one of `ms s m h d w`");
    if (word.substr(0, 3) == "day" || word.substr(0, 4) == "week") {
      found.help("write `" + duration + "` for elapsed time, `" + digits + " " + std::string(word) +
                 "` for calendar " + (word[0] == 'd' ? "days" : "weeks"));
    } else {
      found.help("write `" + duration + "`");
    }
    found.fix(lexemes_.span(lexeme), duration);
    put(lexeme, SegLexer::DURATION, duration);
  }

  void bad_text(const Lexeme& lexeme) {
    const std::string_view written = lexemes_.written(lexeme);
    const bool closed = written.size() > 1 && written.back() == '"';
    lexemes_.tokens.push_back({lexeme.begin, lexeme.end, SegLexer::TEXT});
    if (closed) return;  // a wrong escape: check_literals says which
    lexemes_.swallowing.push_back(lexeme.begin);
    diagnostics_.add(Code::kE0102, lexemes_.span(lexeme), "a text is not closed")
        .label("no `\"` ends it on this line")
        .help("a quote inside a text is written `\\\"`, a line end `\\n`");
  }

  void single_text(const Lexeme& lexeme) {
    const std::string_view written = lexemes_.written(lexeme);
    std::string meant = "\"";
    for (const char c : written.substr(1, written.size() - 2)) {
      if (c == '"') meant.push_back('\\');
      meant.push_back(c);
    }
    meant.push_back('"');
    diagnostics_.add(Code::kE0115, lexemes_.span(lexeme), quoted(lexeme) + " has single quotes")
        .label("a text has double quotes")
        .help("write `" + meant + "`")
        .fix(lexemes_.span(lexeme), meant);
    put(lexeme, SegLexer::TEXT, meant);
  }

  void slip(const std::vector<Lexeme>& tokens) {
    const Lexeme& lexeme = tokens[at_];
    const std::string_view written = lexemes_.written(lexeme);
    if (written == "//") return foreign_comment(tokens);
    const auto* row = std::find_if(std::begin(kSlips), std::end(kSlips),
                                   [&](const SlipRow& slip) { return slip.written == written; });
    SEGUE_CHECK(row != std::end(kSlips), "every SLIP of the grammar has a row");
    Diagnostic& found = diagnostics_.add(Code::kE0115, lexemes_.span(lexeme),
                                         quoted(lexeme) + " is no mark of this language");
    if (row->meant.empty()) {
      found.label("nothing stands between conditions and declarations")
          .fix(lexemes_.span(lexeme), "");
    } else {
      found.label("written `" + std::string(row->meant) + "`")
          .fix(lexemes_.span(lexeme), padded(lexeme, row->meant));
      put(lexeme, row->type, std::string(row->meant));
    }
    ++at_;
  }

  /// With blanks where it would run into its neighbours.
  std::string padded(const Lexeme& lexeme, std::string_view meant) const {
    std::string out(meant);
    if (!is_word(out.front())) return out;
    const std::string_view text = lexemes_.text;
    if (lexeme.begin > 0 && is_word(text[lexeme.begin - 1])) out.insert(0, " ");
    if (lexeme.end < text.size() && is_word(text[lexeme.end])) out += " ";
    return out;
  }

  void foreign_comment(const std::vector<Lexeme>& tokens) {
    const Lexeme& lexeme = tokens[at_];
    diagnostics_.add(Code::kE0115, lexemes_.span(lexeme), "`//` begins no comment")
        .label("a comment begins with `#`")
        .fix(lexemes_.span(lexeme), "#");
    const size_t line_end =
        std::min(lexemes_.text.find_first_of("\r\n", lexeme.begin), lexemes_.text.size());
    while (at_ + 1 < tokens.size() && tokens[at_].begin < line_end) ++at_;
  }

  /// A run of characters without meaning, with the names it touches: `größe` is one mistake.
  void unknown(const std::vector<Lexeme>& tokens) {
    if (foreign_blank(tokens)) return;
    Lexeme whole = tokens[at_];
    bool letters = false;
    while (!lexemes_.tokens.empty() && lexemes_.tokens.back().end == whole.begin &&
           lexemes_.tokens.back().type == SegLexer::NAME && beyond_ascii(whole)) {
      whole.begin = lexemes_.tokens.back().begin;
      lexemes_.tokens.pop_back();
      letters = true;
    }
    const size_t first = at_;
    for (++at_; at_ < tokens.size() && tokens[at_].begin == whole.end; ++at_) {
      const bool name = tokens[at_].type == SegLexer::NAME;
      if (!(tokens[at_].type == SegLexer::UNKNOWN || name) || !beyond_ascii(tokens[first])) break;
      if (tokens[at_].type == SegLexer::UNKNOWN && !beyond_ascii(tokens[at_])) break;
      whole.end = tokens[at_].end;
      letters |= name;
    }
    report_unknown(whole, letters);
  }

  /// No-break and zero-width blanks come from word processors and look like nothing.
  bool foreign_blank(const std::vector<Lexeme>& tokens) {
    const uint32_t begin = tokens[at_].begin;
    for (const std::string_view blank : {"\u00A0", "\u202F", "\u200B", "\uFEFF"}) {
      if (lexemes_.text.substr(begin, blank.size()) != blank) continue;
      const Span span{lexemes_.file, begin, begin + static_cast<uint32_t>(blank.size())};
      diagnostics_.add(Code::kE0104, span, "a blank of another kind stands here")
          .label("an ordinary blank")
          .fix(span, " ");
      while (tokens[at_].begin < span.end) ++at_;
      return true;
    }
    return false;
  }

  bool beyond_ascii(const Lexeme& lexeme) const {
    return static_cast<unsigned char>(lexemes_.text[lexeme.begin]) >= 0x80;
  }

  void report_unknown(const Lexeme& whole, bool letters) {
    const std::string_view written = lexemes_.written(whole);
    const Span span = lexemes_.span(whole);
    lexemes_.swallowing.push_back(whole.begin);
    if (first_bad_utf8(written)) return;  // reported as what it is
    const std::string_view first = written.substr(0, 3);
    if (first == "“" || first == "”" || first == "„") {
      diagnostics_.add(Code::kE0115, span, quoted(whole) + " has typographic quotes")
          .label("a text has straight quotes: `\"`");
      return;
    }
    Diagnostic& found = diagnostics_.add(Code::kE0104, span, shown(whole) + " has no meaning here");
    if (letters) {
      found.label("names are made of `A-Z a-z 0-9 _`")
          .help("quote it: `\"…\"`")
          .fix(span, "\"" + std::string(written) + "\"");
      put(whole, SegLexer::TEXT, "\"" + std::string(written) + "\"");
    } else {
      found.label("no mark of this language");
    }
  }

  std::string shown(const Lexeme& whole) const {
    constexpr char kHex[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(lexemes_.text[whole.begin]);
    if (byte >= 0x20 && byte != 0x7F) return quoted(whole);
    return std::string("the control character U+00") + kHex[byte >> 4] + kHex[byte & 15];
  }

  Lexemes& lexemes_;
  Diagnostics& diagnostics_;
  size_t at_ = 0;
};

}  // namespace

void repair_slips(Lexemes& lexemes, Diagnostics& diagnostics) {
  const bool clean =
      std::none_of(lexemes.tokens.begin(), lexemes.tokens.end(), [](const Lexeme& l) {
        return l.type == SegLexer::BAD_NUMBER || l.type == SegLexer::BAD_TEXT ||
               l.type == SegLexer::SINGLE_TEXT || l.type == SegLexer::SLIP ||
               l.type == SegLexer::UNKNOWN;
      });
  if (clean) return;
  lexemes.meant = std::make_shared<Lexemes::Meant>();
  SlipRepairer(lexemes, diagnostics).run();
}

}  // namespace segue
