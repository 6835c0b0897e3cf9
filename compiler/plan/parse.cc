#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "compiler/plan/plan.h"
#include "runtime/image/op_info.h"

namespace segue::plan {

namespace {

struct Token {
  enum class Kind { kWord, kText, kMark, kLineEnd, kEnd } kind = Kind::kEnd;
  std::string text;
  int line = 0;
};

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  int line = 1;
  size_t at = 0;
  const auto is_mark = [](char c) { return c == '(' || c == ')' || c == '{' || c == '}'; };
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\n') {
      tokens.push_back({Token::Kind::kLineEnd, "", line++});
      ++at;
    } else if (c == ' ') {
      ++at;
    } else if (c == '#') {
      while (at < text.size() && text[at] != '\n') ++at;
    } else if (c == '"') {
      std::string value;
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] != '\\' || at + 1 >= text.size()) {
          value += text[at];
        } else if (text[++at] == 'x' && at + 2 < text.size()) {
          value += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
          at += 2;
        } else {
          value += text[at];
        }
      }
      ++at;
      tokens.push_back({Token::Kind::kText, std::move(value), line});
    } else if (is_mark(c)) {
      tokens.push_back({Token::Kind::kMark, std::string(1, c), line});
      ++at;
    } else {
      const size_t begin = at;
      while (at < text.size() && !is_mark(text[at]) && text[at] != ' ' && text[at] != '\n') ++at;
      tokens.push_back({Token::Kind::kWord, std::string(text.substr(begin, at - begin)), line});
    }
  }
  tokens.push_back({Token::Kind::kLineEnd, "", line});
  tokens.push_back({Token::Kind::kEnd, "", line});
  return tokens;
}

std::optional<Op> op_named(std::string_view name) {
#define IMAGE_OP(id, printed, pops, result) \
  if (name == printed) return Op::id;
#include "runtime/image/ops.def"
#undef IMAGE_OP
  return std::nullopt;
}

std::optional<CellKind> cell_named(std::string_view name) {
#define CELL_KIND(id, printed, grows) \
  if (name == printed) return CellKind::id;
#include "runtime/image/cells.def"
#undef CELL_KIND
  return std::nullopt;
}

/// One pass over the tokens; the first mistake is kept and ends everything.
class Reader {
 public:
  explicit Reader(std::string_view text) : tokens_(tokenize(text)) {}

  Result<Plan> read() {
    while (ok() && peek().kind != Token::Kind::kEnd) {
      if (peek().kind != Token::Kind::kLineEnd) read_line();
      if (ok() && next().kind != Token::Kind::kLineEnd) fail("more on the line than it takes");
    }
    if (!ok()) return *error_;
    return std::move(plan_);
  }

 private:
  bool ok() const { return !error_.has_value(); }
  const Token& peek() const { return tokens_[at_]; }
  const Token& next() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  void fail(std::string_view why) {
    if (ok()) error_ = Error{Errc::kInvalid, fmt::format("plan line {}: {}", peek().line, why)};
  }
  bool peek_word(std::string_view word) const {
    return peek().kind == Token::Kind::kWord && peek().text == word;
  }
  bool take_word(std::string_view word) {
    const bool taken = ok() && peek_word(word);
    if (taken) next();
    return taken;
  }
  void want_word(std::string_view word) {
    if (ok() && !take_word(word)) fail(fmt::format("`{}` is missing", word));
  }
  void want_mark(std::string_view mark) {
    if (!ok()) return;
    if (peek().kind == Token::Kind::kMark && peek().text == mark)
      next();
    else
      fail(fmt::format("`{}` is missing", mark));
  }
  std::string word() {
    if (ok() && peek().kind == Token::Kind::kWord) return next().text;
    fail("a word is missing");
    return "";
  }
  std::string text() {
    if (ok() && peek().kind == Token::Kind::kText) return next().text;
    fail("a text in quotes is missing");
    return "";
  }
  template <class T>
  T number_in(std::string_view digits) {
    T value{};
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (status != std::errc() || end != digits.data() + digits.size()) {
      fail(fmt::format("`{}` is no number", digits));
    }
    return value;
  }
  int64_t ms(int64_t open = INT64_MAX) {
    const std::string digits = word();
    return digits == "*" ? open : number_in<int64_t>(digits);
  }
  uint32_t id(char letter) {
    const std::string name = word();
    if (name.size() < 2 || name[0] != letter) {
      fail(fmt::format("an id like `{}0` is missing", letter));
      return 0;
    }
    return number_in<uint32_t>(std::string_view(name).substr(1));
  }
  bool at_id(char letter) const {
    return peek().kind == Token::Kind::kWord && peek().text.size() > 1 &&
           peek().text[0] == letter && peek().text[1] >= '0' && peek().text[1] <= '9';
  }

  void read_line() {
    const std::string what = word();
    if (what == "zone")
      read_zone();
    else if (what == "slot")
      read_slot();
    else if (what == "kind")
      read_kind();
    else if (what == "stream")
      read_stream();
    else if (what == "sequence")
      read_sequence();
    else if (what == "cell")
      read_cell();
    else if (what == "node")
      read_node();
    else if (what == "segment")
      read_result(plan_.segments);
    else if (what == "score")
      read_result(plan_.scores);
    else if (what == "user-zone")
      plan_.zone_cell = id('c');
    else if (what == "layout")
      read_layout();
    else if (what == "tracked")
      plan_.tracked = true;
    else if (what == "chunk")
      read_chunk();
    else
      fail(fmt::format("`{}` opens no line of a plan", what));
  }
  void want_id(char letter, size_t expected) {
    if (id(letter) != expected) fail(fmt::format("`{}{}` comes next", letter, expected));
  }
  void read_zone() {
    want_id('z', plan_.zones.size());
    plan_.zones.push_back(text());
  }
  void read_slot() {
    want_id('p', plan_.schema.slots.size());
    InputSchema::Slot slot;
    const std::string what = word();
    slot.is_trait = what == "trait";
    if (!slot.is_trait && what != "property") fail("`trait` or `property` is missing");
    while (ok() && peek().kind == Token::Kind::kText) slot.path.push_back(text());
    plan_.schema.slots.push_back(std::move(slot));
  }
  void read_kind() {
    want_id('k', plan_.schema.kinds.size());
    InputSchema::Kind kind{text(), {}};
    while (ok() && at_id('p')) kind.slots.push_back(id('p'));
    plan_.schema.kinds.push_back(std::move(kind));
  }
  void read_stream() {
    want_id('s', plan_.streams.size());
    Stream stream{text(), nullptr, {}};
    want_word("=");
    if (take_word("union"))
      stream.sources = streams();
    else if (!take_word("derived"))
      stream.predicate = read_expr(0);
    plan_.streams.push_back(std::move(stream));
  }
  std::vector<StreamId> streams() {
    std::vector<StreamId> all;
    while (ok() && at_id('s')) all.push_back({id('s')});
    return all;
  }
  void read_sequence() {
    want_id('q', plan_.sequences.size());
    Sequence sequence;
    sequence.name = text();
    want_word("=");
    do {
      if (take_word("no")) {
        sequence.has_absence = true;
        sequence.absence_later = take_word("later");
        sequence.absence = {id('s')};
        want_word("within");
        sequence.absence_ms = ms();
        break;
      }
      Sequence::Step step;
      step.later = take_word("later");
      step.stream = {id('s')};
      if (take_word("after")) step.after_ms = ms();
      if (take_word("within")) step.within_ms = ms();
      if (take_word("without")) step.without = streams();
      sequence.steps.push_back(step);
    } while (take_word("then"));
    if (take_word("all-within")) sequence.all_within_ms = ms();
    if (take_word("by")) sequence.by = id('p');
    sequence.starts = take_word("starts");
    plan_.sequences.push_back(std::move(sequence));
  }
  void read_cell() {
    want_id('c', plan_.cells.size());
    want_word("=");
    Cell cell;
    const std::optional<CellKind> kind = cell_named(word());
    if (!kind) return fail("a cell kind is missing");
    cell.kind = *kind;
    static constexpr char kLetters[] = {'s', 'q', 'n'};
    const image::Source source = image::source_of(cell.kind);
    cell.source =
        source == image::Source::kNone ? image::kNone : id(kLetters[static_cast<size_t>(source)]);
    if (take_word("k")) cell.k = number_in<uint32_t>(word());
    if (take_word("cap")) cell.cap = number_in<uint32_t>(word());
    if (at_id('z') || peek_word("user")) cell.zone = zone();
    if (take_word("horizon")) cell.horizon_ms = ms();
    if (take_word("feeds")) cell.feeds = id('s');
    if (take_word("before")) cell.before = read_one();
    if (take_word("after")) cell.after = read_one();
    if (take_word("at")) {
      cell.offset = number_in<uint32_t>(word());
      want_word("bytes");
      cell.bytes = number_in<uint32_t>(word());
    }
    if (take_word("value")) cell.value = read_expr(0);
    plan_.cells.push_back(std::move(cell));
  }
  void read_node() {
    want_id('n', plan_.nodes.size());
    want_word("=");
    Node node{read_expr(0), 0};
    if (take_word("at")) node.place = number_in<uint32_t>(word());
    plan_.nodes.push_back(std::move(node));
  }
  void read_result(std::vector<Segment>& results) {
    Segment result;
    result.name = word();
    result.node = {id('n')};
    result.label = text();
    result.doc = text();
    while (ok() && peek().kind == Token::Kind::kWord) {
      std::string key = word();
      result.metadata.emplace_back(std::move(key), text());
    }
    results.push_back(std::move(result));
  }
  void read_layout() {
    want_word("words");
    plan_.truth_words = number_in<uint32_t>(word());
    want_word("bytes");
    plan_.fixed_bytes = number_in<uint32_t>(word());
    if (take_word("near")) plan_.near_at = number_in<uint32_t>(word());
    if (take_word("deadlines")) plan_.deadlines_at = number_in<uint32_t>(word());
  }
  void read_chunk() {
    Chunk chunk{id('n'), 0, 0};
    want_word("count");
    chunk.node_count = number_in<uint32_t>(word());
    if (take_word("level")) chunk.level = number_in<uint32_t>(word());
    plan_.chunks.push_back(chunk);
  }

  Literal read_literal() {
    Literal value;
    if (peek().kind == Token::Kind::kText) {
      value.type = hir::Type::kText;
      value.text = text();
      return value;
    }
    const std::string digits = word();
    if (digits == "true" || digits == "false") {
      value.type = hir::Type::kTruth;
      value.truth = digits == "true";
    } else if (!digits.empty() && digits[0] == '@') {
      value.type = hir::Type::kInstant;
      value.instant.ms = number_in<int64_t>(std::string_view(digits).substr(1));
    } else if (!digits.empty() && digits[0] == '+') {
      value.type = hir::Type::kDuration;
      value.duration.ms = number_in<int64_t>(std::string_view(digits).substr(1));
    } else {
      value.type = hir::Type::kNumber;
      value.number = number_in<double>(digits);
      value.text = digits;
    }
    return value;
  }
  Literal read_one() {
    want_mark("{");
    Literal value = read_literal();
    want_mark("}");
    return value;
  }
  void read_set(Expr& expr) {
    want_mark("{");
    while (ok() && !(peek().kind == Token::Kind::kMark && peek().text == "}")) {
      expr.set.push_back(read_literal());
    }
    want_mark("}");
  }
  void read_window(Window& window) {
    if (take_word("ever")) {
      window.kind = Window::Kind::kEver;
    } else if (take_word("rolling")) {
      window.kind = Window::Kind::kRolling;
      window.from_ms = ms();
      window.to_ms = ms();
    } else if (take_word("absolute")) {
      window.kind = Window::Kind::kAbsolute;
      window.from_ms = ms(INT64_MIN);
      window.to_ms = ms();
    } else if (take_word("anchored")) {
      window.kind = Window::Kind::kAnchored;
      window.anchor = id('n');
      window.from_ms = ms(INT64_MIN);
      window.to_ms = ms();
    } else {
      static constexpr std::string_view kFull = "full-";
      const std::string what = word();
      window.kind = Window::Kind::kCalendar;
      window.full = what.starts_with(kFull) ? 1 : 0;
      window.unit = unit(std::string_view(what).substr(window.full != 0 ? kFull.size() : 0));
      window.periods = number_in<uint32_t>(word());
    }
    if (take_word("cap")) window.cap = number_in<uint32_t>(word());
    if (take_word("by")) window.counted = unit(word());
  }
  CalendarUnit unit(std::string_view plural) {
    const auto found = image::unit_of_plural(plural);
    if (!found) fail("a unit of the calendar is missing");
    return found.value_or(CalendarUnit::kDay);
  }
  uint32_t zone() {
    if (take_word("utc")) return image::kNone;
    return take_word("user") ? image::kUserZone : id('z');
  }
  int32_t slope() { return take_word("slope") ? number_in<int32_t>(word()) : 0; }
  Decimal read_decimal() {
    const std::optional<Decimal> value = decimal_from_text(word());
    if (!value) fail("an exact number is missing");
    return value.value_or(Decimal{});
  }
  void read_period(image::PeriodRow& period) {
    period.zone = zone();
    period.unit = unit(word());
    period.shift = number_in<int32_t>(word());
    period.yearly = take_word("yearly") ? 1 : 0;
    period.slope = slope();
  }
  void read_zone_slope(Expr& expr) {
    expr.index = zone();
    expr.slope = slope();
  }
  void read_nth(Expr& expr) {
    expr.index = id('c');
    expr.count = number_in<uint32_t>(word());
    expr.time_ms = ms();
  }
  void read_immediate(Expr& expr) {
    switch (immediate_of(expr.op)) {
      case Immediate::kNone:
      case Immediate::kOperands:
        return;
      case Immediate::kSlot:
        expr.index = id('p');
        return;
      case Immediate::kZone:
      case Immediate::kZoneSlope:
        return read_zone_slope(expr);
      case Immediate::kPeriod:
        return read_period(expr.period);
      case Immediate::kPath:
        while (ok() && peek().kind == Token::Kind::kText) expr.path.push_back(text());
        return;
      case Immediate::kKinds:
        while (ok() && at_id('k')) expr.kinds.push_back(id('k'));
        return;
      case Immediate::kTruth:
        expr.truth = word() == "true";
        return;
      case Immediate::kNumber:
        expr.number = number_in<double>(word());
        return;
      case Immediate::kTime:
        expr.time_ms = ms();
        return;
      case Immediate::kDecimal:
        expr.decimal = read_decimal();
        return;
      case Immediate::kText:
        expr.text = text();
        return;
      case Immediate::kTextFold:
        expr.text = text();
        [[fallthrough]];
      case Immediate::kFold:
        expr.truth = take_word("ignoring-case");
        return;
      case Immediate::kSet:
      case Immediate::kScalar:
        read_set(expr);
        return;
      case Immediate::kSetFold:
        read_set(expr);
        expr.truth = take_word("ignoring-case");
        return;
      case Immediate::kCell:
        expr.index = id('c');
        return;
      case Immediate::kCellWindow:
        expr.index = id('c');
        read_window(expr.window);
        return;
      case Immediate::kCellNth:
        return read_nth(expr);
      case Immediate::kNode:
        expr.index = id('n');
        return;
      case Immediate::kAtLeast:
        expr.count = number_in<uint32_t>(word());
        return;
      case Immediate::kSlope:
        want_word("slope");
        expr.slope = number_in<int32_t>(word());
        return;
    }
  }
  ExprPtr read_expr(int depth) {
    static constexpr int kDepthMax = 1000;
    if (depth > kDepthMax) fail("nested deeper than 1000");
    want_mark("(");
    const std::string name = word();
    const std::optional<Op> op = op_named(name);
    if (!op) fail(fmt::format("`{}` is no op", name));
    if (!ok()) return nullptr;
    auto expr = std::make_shared<Expr>();
    expr->op = *op;
    read_immediate(*expr);
    while (ok() && peek().kind == Token::Kind::kMark && peek().text == "(") {
      expr->operands.push_back(read_expr(depth + 1));
    }
    want_mark(")");
    return expr;
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  std::optional<Error> error_;
  Plan plan_;
};

}  // namespace

Result<Plan> parse(std::string_view text) { return Reader(text).read(); }

}  // namespace segue::plan
