// Syntax errors in words: what stands there, what may, and what was probably meant.
#include <algorithm>
#include <iterator>
#include <string>

#include "compiler/source/utf8.h"
#include "compiler/syntax/antlr/syntax_error.h"
#include "grammar/SegParser.h"

namespace segue {

namespace {

using P = segue_grammar::SegParser;

struct NeedRow {
  size_t rule;
  std::string_view need;
};
/// What a rule wants when it can name no single token.
constexpr NeedRow kNeeds[] = {
    {P::RuleDeclaration,
     "a declaration: `event`, `trait`, `signal`, `segment`, `score`, `test`, …"},
    {P::RuleUseDecl, "a library such as `std.web`, or a file in quotes"},
    {P::RuleZoneDecl, "a zone such as `\"Europe/Paris\"`, or `user.` and a trait"},
    {P::RuleEventDecl, "a name, its names on the wire in quotes, or `{`"},
    {P::RuleFields, "a field such as `path: text`, or `}`"},
    {P::RuleField, "`:` and a type"},
    {P::RuleType, "a type: `text number truth date instant duration`, `list of …` or `{ … }`"},
    {P::RuleTypeName, "a type: `text number truth date instant duration`, `list of …` or `{ … }`"},
    {P::RuleLimit, "a number, a range such as `1..10`, or values in parentheses"},
    {P::RuleTraitDecl, "`:` and a type, or `=` and how it is computed"},
    {P::RuleParamDecl, "`=` and a value"},
    {P::RuleListDecl, "`from` and a file, or `=` and values in parentheses"},
    {P::RuleSignalDecl, "`=` and what occurs"},
    {P::RuleSegmentClause, "a text: a name before `when` is metadata, `owner \"growth\"`"},
    {P::RuleScoreHeader, "a text: a name in a score's header is metadata, `owner \"growth\"`"},
    {P::RuleScoreTerm, "points and a signal such as `+5 login`, or `+5 if` and a condition"},
    {P::RuleBand, "a band such as `band hot >= 20`"},
    {P::RuleTestDecl, "`user name { … }`, then `expect …`, or `}`"},
    {P::RuleTestUser, "a line such as `+1h login`, or `}`"},
    {P::RuleHappening, "an event, `set { … }`, `alias name` or `delete`"},
    {P::RuleExpectation,
     "`user enters segment at …`, `user in segment at …` or `no other changes`"},
    {P::RuleRecord, "`key: value`"},
    {P::RuleValue, "a value: text, number, `true`, `{ … }` or `[ … ]`"},
    {P::RuleScalar, "a value: text, number, date, duration, `true`, `false` or `$name`"},
    {P::RuleChangeValue, "a value: text, number, `true` or `false`"},
    {P::RuleChangeTo, "`to` and a value"},
    {P::RuleScalars, "a value, or `)`"},
    {P::RuleBound, "a bound: a number, duration, date or instant"},
    {P::RuleDuration, "a duration such as `7d`"},
    {P::RuleNumber, "a number"},
    {P::RuleSignedNumber, "a number"},
    {P::RuleCompare, "a comparison such as `>=`"},
    {P::RuleOwnName, "a name"},
    {P::RuleOwnPath, "a name"},
    {P::RuleWord, "a name"},
    {P::RuleKey, "a name"},
    {P::RulePath, "a name"},
    {P::RuleArgument, "a name, a text or a number"},
    {P::RuleStep, "a signal"},
    {P::RuleStep1, "a signal"},
    {P::RuleExcluded, "a signal, or several in parentheses"},
    {P::RuleAnchor, "`first` or `last` and a signal, or an instant"},
    {P::RuleInstant, "an instant: a date, `now`, `5d ago` or `2h from now`"},
    {P::RuleThenStep, "a signal, or `no`, `next`, `later` and a signal"},
    {P::RuleCalendarDay, "a day such as `today`, `this week` or `4 days ago`"},
    {P::RuleTail, "a value"},
    {P::RuleWindow, "a window such as `within 7d`"},
    {P::RulePeriods, "`each of the last 3 periods of 3d`"},
    {P::RuleBalanced, "`}`"},
};

constexpr std::string_view kSegmentNeed =
    "a clause (`when`, `until`, `stay at least`, `cooldown`, `stage`, `goal`) or `}`";
constexpr std::string_view kScoreNeed =
    "a term such as `+5 login`, a `band` or `}`; headers first, bands last";

bool is_compare(size_t type) { return type >= P::EQ && type <= P::GT; }
bool is_reserved(size_t type) { return type >= P::AND && type <= P::NOW; }
bool is_keyword(size_t type) { return type >= P::AND && type <= P::UNIT && type != P::TIME_SINCE; }

class Reporter {
 public:
  Reporter(const Lexemes& lexemes, const SyntaxError& error, Diagnostics& diagnostics)
      : lexemes_(lexemes), error_(error), diagnostics_(diagnostics) {}

  void run() {
    if (type() == antlr4::Token::EOF || next_clause_begins()) return unfinished();
    if (type() == P::WHERE && error_.token > 0) return bare_filter();
    if (expects(P::DURATION) && missing_unit()) return;
    if (name_position() && is_keyword(type())) return keyword_as_name();
    if (rule() == P::RuleDeclaration) return no_declaration();
    general();
  }

 private:
  const Lexeme& at() const { return lexemes_.tokens[error_.token]; }
  size_t type() const {
    return at().type == static_cast<uint16_t>(antlr4::Token::EOF) ? antlr4::Token::EOF : at().type;
  }
  size_t before() const {
    return error_.token == 0 ? antlr4::Token::EOF : lexemes_.tokens[error_.token - 1].type;
  }
  size_t rule() const {
    return error_.rules.empty() ? size_t{P::RuleDeclaration} : error_.rules.front();
  }
  bool expects(size_t type) const { return error_.expected.contains(type); }

  std::string shown(size_t token) const {
    std::string_view words = lexemes_.spelling(lexemes_.tokens[token]);
    constexpr size_t kShownMax = 40;
    if (words.size() <= kShownMax) return "`" + std::string(words) + "`";
    words = words.substr(0, kShownMax);
    while (!words.empty() && first_bad_utf8(words)) words.remove_suffix(1);
    return "`" + std::string(words) + "…`";
  }

  std::string found() const {
    const std::string what = "found " + shown(error_.token);
    return error_.token == 0 ? what : what + " after " + shown(error_.token - 1);
  }

  Diagnostic& add(Code code, std::string message) {
    return diagnostics_.add(code, lexemes_.span(at()), std::move(message));
  }

  /// True when the clause on the line above is short of something.
  bool next_clause_begins() const {
    return error_.token > 0 && !in_body(error_) && lexemes_.first_on_line(error_.token) &&
           begins_clause(at().type);
  }

  void unfinished() {
    if (error_.token == 0) return general();
    const bool all = type() == antlr4::Token::EOF;
    const Span last = lexemes_.span(lexemes_.tokens[error_.token - 1]);
    diagnostics_
        .add(Code::kE0116, last,
             std::string(all ? "the declaration" : "the clause") + " ends after " +
                 shown(error_.token - 1))
        .label("expected " + need() + " behind it");
  }

  void bare_filter() {
    Diagnostic& said = add(Code::kE0117, "a filter without parentheses")
                           .label("`where` reaches to the end of its parenthesis or declaration");
    said.help("put the signal and its filter in parentheses: `(" +
              std::string(lexemes_.spelling(lexemes_.tokens[error_.token - 1])) + " where …)`");
  }

  /// `within 7`, `within 7 days`, `for a week`
  bool missing_unit() {
    if (type() != P::NUMBER) return false;
    const std::string digits(lexemes_.spelling(at()));
    Diagnostic& said = add(Code::kE0118, shown(error_.token) + " has no unit");
    const Lexeme& next = lexemes_.tokens[error_.token + 1];
    const std::string_view unit = lexemes_.spelling(next);
    const bool day = unit == "day" || unit == "days";
    if (day || unit == "week" || unit == "weeks") {
      const std::string duration = digits + (day ? "d" : "w");
      said.label("elapsed time is written `" + duration + "`")
          .fix(cover(lexemes_.span(at()), lexemes_.span(next)), duration);
      said.help("calendar time: `in the last " + digits + " " + std::string(unit) + "`");
    } else if (next.type == P::UNIT) {
      said.label("a duration has a unit `ms s m h d w`")
          .help("months and years exist only by calendar: `in the last " + digits + " " +
                std::string(unit) + "`");
    } else {
      said.label("a duration has a unit: `" + digits + "d`, `" + digits + "h`, …");
    }
    if (before() == P::BETWEEN) said.help("a range of numbers is written `in 1..5`");
    return true;
  }

  bool name_position() const {
    switch (rule()) {
      case P::RuleOwnName:
      case P::RuleOwnPath:
      case P::RuleWord:
      case P::RulePath:
      case P::RuleArgument:
      case P::RuleStep:
      case P::RuleStep1:
      case P::RuleExcluded:
        return true;
      case P::RuleThenStep:
      case P::RuleAnchor:
        return !is_reserved(type());
      default:
        return false;
    }
  }

  void keyword_as_name() {
    const std::string word(lexemes_.spelling(at()));
    const bool own = rule() == P::RuleOwnName || rule() == P::RuleOwnPath;
    Diagnostic& said = add(Code::kE0107, "`" + word + "` is a word of the language");
    if (own) {
      said.label("expected a name").help("choose another name, such as `" + word + "_`");
    } else if (is_reserved(type())) {
      said.label("expected " + need())
          .help("a name off the wire that is called so is quoted: `\"" + word + "\"`");
    } else {
      said.label("expected " + need())
          .help("a signal that is called so stands in parentheses or quotes: `(" + word + ")`");
    }
  }

  void no_declaration() {
    const std::string word(lexemes_.spelling(at()));
    Diagnostic& said =
        add(Code::kE0101, error_.token == 0 ? shown(0) + " begins no declaration" : found());
    said.label("expected " + need());
    const std::string words[] = {"use",    "zone",   "event", "trait",   "param", "list",
                                 "signal", "funnel", "score", "segment", "test"};
    said.suggest(nearest_names(word, words));
    hint(said);
  }

  /// What people who know other tools or say it in English write, in the language's words.
  void hint(Diagnostic& said) const {
    if (error_.token == 0) return;
    const std::string_view word = lexemes_.spelling(at());
    const std::string_view next = lexemes_.spelling(lexemes_.tokens[error_.token + 1]);
    const auto is = [&](std::initializer_list<std::string_view> words) {
      return std::find(words.begin(), words.end(), word) != words.end();
    };
    if (is({"times"}) || (word == "at" && (next == "least" || next == "most"))) {
      said.help("how often is a comparison: `login >= 3 within 7d`");
    } else if (is({"over", "during", "past"}) ||
               (type() == P::DURATION && (before() == P::IN || before() == P::LAST))) {
      said.help("the time looked back on: `within 7d`; by the calendar: `in the last 7 days`");
    } else if (type() == P::LAST && before() == P::IN) {
      said.help("days of the calendar: `in the last 7 days`; elapsed time: `within 7d`");
    } else if (type() == P::WITHIN || type() == P::AFTER) {
      misplaced_window(said);
    } else if (type() == P::UNLESS) {
      said.help("one `unless` for all that must not be: `a unless (b or c)`");
    } else if (word == "by" && error_.token > 1 &&
               lexemes_.spelling(lexemes_.tokens[error_.token - 2]) == "top") {
      said.help("ranks among all users are not supported yet; compare with a number: `s >= 20`");
    } else if (rule() == P::RuleExpectation && type() == P::DATE) {
      said.help("a test says the exact instant: `at " + std::string(word) + "T00:00Z`");
    } else if (type() == P::TEXT && (before() == P::USER || before() == P::EXPECT)) {
      said.help("a user of a test is called by a plain name, such as `ann`");
    }
  }

  void misplaced_window(Diagnostic& said) const {
    size_t step = error_.token;
    size_t without = 0;
    while (step > 0 && lexemes_.tokens[step].type != P::THEN && !lexemes_.first_on_line(step)) {
      if (lexemes_.tokens[step].type == P::WITHOUT) without = step;
      --step;
    }
    if (lexemes_.tokens[step].type != P::THEN) {
      said.help("a predicate has one window; of a value it stands inside: `last(x.p within 7d)`");
    } else if (without != 0 || type() == P::AFTER) {
      said.help("the parts of a step in this order: `then b after 1d within 3d without c`");
    } else {
      said.help("a window on a sequence needs parentheses round it: `(a then b) within 30d`");
    }
  }

  void general() {
    Diagnostic& said = add(Code::kE0101, found()).label("expected " + need());
    if (rule() == P::RuleSegmentClause && before() == P::NAME) {
      const std::string words[] = {"when", "until", "stage", "goal", "stay", "cooldown"};
      said.suggest_at(lexemes_.span(lexemes_.tokens[error_.token - 1]),
                      nearest_names(lexemes_.spelling(lexemes_.tokens[error_.token - 1]), words));
    }
    if (before() == P::IS) said.help("equality is written `=`: `plan = \"pro\"`");
    hint(said);
  }

  /// One of few fixed words or marks, else what the rule wants.
  std::string need() const {
    if (!in_body(error_)) {
      std::string listed = few();
      if (!listed.empty()) return listed;
    }
    if (rule() == P::RuleSegmentDecl) {
      return std::string(expects(P::RBRACE) ? kSegmentNeed : "`=` and a condition, or `{`");
    }
    if (rule() == P::RuleScoreDecl) return std::string(kScoreNeed);
    if (before() == P::IS) return "`missing`, a day such as `today`, or a band";
    const auto* row = std::find_if(std::begin(kNeeds), std::end(kNeeds),
                                   [&](const NeedRow& one) { return one.rule == rule(); });
    if (row != std::end(kNeeds)) return std::string(row->need);
    return wants_value() ? "a value" : "a condition";
  }

  /// Behind a comparison or an arithmetic operator; the `=` of a declaration is neither.
  bool wants_value() const {
    if (before() >= P::PLUS && before() <= P::SLASH) return true;
    if (!is_compare(before())) return false;
    for (const size_t open : error_.rules) {
      if (open == P::RuleTail) return true;
      if (open == P::RuleCondition) return false;
    }
    return false;
  }

  std::string few() const {
    constexpr size_t kListedMax = 3;
    const auto types = error_.expected.toList();
    if (types.empty() || types.size() > kListedMax) return {};
    std::string out;
    for (size_t i = 0; i < types.size(); ++i) {
      std::string name = error_.names->getLiteralName(static_cast<size_t>(types[i]));
      if (types[i] == P::EQ) name = "'='";
      if (name.size() < 3) return {};  // a kind of token, not a word
      if (i > 0) out += i + 1 == types.size() ? " or " : ", ";
      out += "`" + name.substr(1, name.size() - 2) + "`";
    }
    if (out == "`)`") out += ", or more of what the parenthesis holds";
    return out;
  }

  const Lexemes& lexemes_;
  const SyntaxError& error_;
  Diagnostics& diagnostics_;
};

}  // namespace

void report(const Lexemes& lexemes, const SyntaxError& error, Diagnostics& diagnostics) {
  Reporter(lexemes, error, diagnostics).run();
}

}  // namespace segue
