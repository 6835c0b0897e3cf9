#include "runtime/image/assemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"

namespace segue::image {
namespace {

/// Words of one line: bare ones, and quoted ones with their quotes taken off.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) { skip(); }

  bool done() const { return rest_.empty() || rest_.front() == '#'; }
  bool quoted() const { return !done() && rest_.front() == '"'; }

  /// The bare word that comes next, not taken; empty at the end and before a quoted one.
  std::string_view peek() const {
    if (done() || quoted()) return {};
    return rest_.substr(0, rest_.find_first_of(" \t"));
  }

  std::string_view take() {
    const std::string_view word = peek();
    rest_.remove_prefix(word.size());
    skip();
    return word;
  }

  bool take_if(std::string_view word) {
    if (word.empty() || peek() != word) return false;
    take();
    return true;
  }

  /// The quoted word that comes next; broken ones end with the line.
  std::string take_quoted() {
    std::string text;
    size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (rest_[i] != '\\' || i + 1 >= rest_.size()) {
        text.push_back(rest_[i]);
      } else if (rest_[++i] != 'x' || i + 2 >= rest_.size()) {
        text.push_back(rest_[i]);
      } else {
        int byte = 0;
        std::from_chars(rest_.data() + i + 1, rest_.data() + i + 3, byte, 16);
        text.push_back(static_cast<char>(byte));
        i += 2;
      }
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    skip();
    return text;
  }

 private:
  void skip() {
    const size_t word = rest_.find_first_not_of(" \t");
    rest_.remove_prefix(std::min(word, rest_.size()));
  }

  std::string_view rest_;
};

class Assembler {
 public:
  Result<Tables> run(std::string_view text) {
    for (uint32_t number = 1; !text.empty(); ++number) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      Words words(line);
      if (words.done()) continue;
      words_ = &words;
      const bool code = line.front() == ' ' || line.front() == '\t';
      code ? op() : row();
      if (error_.empty() && !words.done()) {
        fail(words.quoted() ? "a text too many" : fmt::format("`{}` too many", words.peek()));
      }
      if (!error_.empty()) return Error{Errc::kInvalid, fmt::format("line {}: {}", number, error_)};
    }
    if (t_.layout.empty()) count_layout();
    t_.layout[0].zone_cell = zone_cell_;
    t_.layout[0].zone_stream = zone_stream_;
    t_.layout[0].deadlines_at = deadlines_at_;
    t_.layout[0].near_at = near_at_;
    return std::move(t_);
  }

 private:
  void fail(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }

  template <class Number>
  Number number(std::string_view prefix = {}) {
    const std::string_view word = words_->take();
    Number value{};
    const bool fits = word.starts_with(prefix);
    const char* begin = word.data() + (fits ? prefix.size() : 0);
    const char* end = word.data() + word.size();
    const auto [stop, code] = std::from_chars(begin, end, value);
    if (!fits || begin == end || stop != end || code != std::errc{}) {
      fail(fmt::format("`{}` where `{}` and a number have to be", word, prefix));
    }
    return value;
  }

  uint32_t index(std::string_view prefix = {}) { return number<uint32_t>(prefix); }

  int64_t time(int64_t none) { return words_->take_if("none") ? none : number<int64_t>(); }

  uint32_t text() {
    if (!words_->quoted()) fail("a quoted text has to be here");
    return t_.add_text(words_->take_quoted());
  }

  uint32_t named_text(std::string_view word) { return words_->take_if(word) ? text() : kNone; }

  bool at_number() const {
    const std::string_view word = words_->peek();
    return !word.empty() && word.front() >= '0' && word.front() <= '9';
  }

  Range numbers() {
    std::vector<uint32_t> list;
    while (at_number()) list.push_back(index());
    return t_.add_list(list);
  }

  Range list(std::string_view word) { return words_->take_if(word) ? numbers() : Range{}; }

  Range texts() {
    std::vector<uint32_t> list;
    while (words_->quoted()) list.push_back(text());
    return t_.add_list(list);
  }

  MemberRow member() {
    if (words_->quoted()) return t_.member_of_text(words_->take_quoted());
    if (words_->take_if("true")) return {scalar_of_truth(true), kNone, 0};
    if (words_->take_if("false")) return {scalar_of_truth(false), kNone, 0};
    if (words_->peek().starts_with('@')) {
      return {scalar_of_instant({number<int64_t>("@")}), kNone, 0};
    }
    return {scalar_of_number(number<double>()), kNone, 0};
  }

  template <class Row>
  uint32_t add(std::vector<Row>& rows, const Row& row) {
    rows.push_back(row);
    return static_cast<uint32_t>(rows.size() - 1);
  }

  uint32_t decimal() {
    const std::string_view word = words_->take();
    const std::optional<Decimal> value = decimal_from_text(word);
    if (!value) fail(fmt::format("`{}` is no decimal", word));
    return add(t_.decimals, value.value_or(Decimal{}));
  }

  uint32_t nth() {
    NthRow row;
    row.k = index();
    row.bound_ms = number<int64_t>();
    return add(t_.nths, row);
  }

  uint32_t zone_name() {
    if (words_->take_if("utc")) return kNone;
    return words_->take_if("user") ? kUserZone : index("z");
  }

  CalendarUnit unit() {
    const auto found = unit_of_plural(words_->take());
    if (!found) fail("a unit of the calendar has to be here");
    return found.value_or(CalendarUnit::kDay);
  }

  PeriodRow period_row() {
    PeriodRow row;
    row.zone = zone_name();
    row.unit = unit();
    row.shift = number<int32_t>();
    expect("slope");
    row.slope = number<int32_t>();
    row.yearly = words_->take_if("yearly") ? 1 : 0;
    return row;
  }

  uint32_t immediate(Use use) {
    switch (use) {
      case Use::kNone:
        return 0;
      case Use::kFlag:
      case Use::kCount:
      case Use::kSlot:
      case Use::kNode:
      case Use::kNumberNode:
        return index();
      case Use::kSlope:
        return static_cast<uint32_t>(int64_t{number<int32_t>()} + kSlopeBias);
      case Use::kKindSet:
        return index("k");
      case Use::kSet:
        return index("v");
      case Use::kCell:
        return index("c");
      case Use::kWindow:
        return index("w");
      case Use::kZone:
        return zone_name();
      case Use::kPeriod:
        return add(t_.periods, period_row());
      case Use::kPath:
        return add(t_.paths, texts());
      case Use::kItemTest:
        return index("i");
      case Use::kBack:
        return after_if("back", 0);
      case Use::kMember:
        return add(t_.members, member());
      case Use::kText:
        return text();
      case Use::kNumber:
        return add(t_.numbers, number<double>());
      case Use::kTime:
        return add(t_.times, number<int64_t>());
      case Use::kDecimal:
        return decimal();
      case Use::kNth:
        return nth();
    }
    return 0;
  }

  void op() {
    if (code_ == Code::kNone) return fail("code of nothing");
    const std::string_view name = words_->take();
    for (uint32_t i = 0; i < kOpCount; ++i) {
      const OpInfo& info = op_info(static_cast<Op>(i));
      if (info.name != name) continue;
      OpRow row{.op = info.op};
      row.a = immediate(info.a);
      row.b = immediate(info.b);
      if (error_.empty()) append(row);
      return;
    }
    fail(fmt::format("no op is called `{}`", name));
  }

  void append(const OpRow& row) {
    Range& range = code_ == Code::kStream ? t_.streams.back().predicate
                   : code_ == Code::kCell ? t_.cells.back().value
                   : code_ == Code::kItem ? t_.item_tests.back()
                                          : t_.nodes.back().code;
    if (range.count == 0) range.first = static_cast<uint32_t>(t_.ops.size());
    ++range.count;
    t_.ops.push_back(row);
  }

  /// The row's number, which is there for people: rows stand in order.
  void ordinal(size_t rows) {
    const uint32_t said = index();
    if (error_.empty() && said != rows)
      fail(fmt::format("row {} where row {} has to be", said, rows));
  }

  void row() {
    code_ = Code::kNone;
    const std::string_view table = words_->take();
    if (table == "layout") return layout();
    if (table == "user-zone") return user_zone();
    if (table == "tracked") return tracked();
    if (table == "near") return near();
    if (table == "tzdata") return tzdata();
    if (table == "zone") return zone();
    if (table == "window") return window();
    if (table == "set") return set();
    if (table == "kind-set") return kind_set();
    if (table == "slot") return slot();
    if (table == "kind") return kind();
    if (table == "item-test") return item_test();
    if (table == "stream") return stream();
    if (table == "sequence") return sequence();
    if (table == "cell") return cell();
    if (table == "node") return node();
    if (table == "chunk") return chunk();
    if (table == "segment") return named(t_.segments);
    if (table == "score") return named(t_.scores);
    fail(fmt::format("no table is called `{}`", table));
  }

  void expect(std::string_view word) {
    if (!words_->take_if(word)) fail(fmt::format("`{}` has to be here", word));
  }

  uint32_t after(std::string_view word) {
    expect(word);
    return index();
  }

  uint32_t after_if(std::string_view word, uint32_t otherwise) {
    return words_->take_if(word) ? index() : otherwise;
  }

  void layout() {
    Layout row;
    row.truth_words = after("words");
    row.fixed_bytes = after("fixed");
    row.growing_cells = after("growing");
    row.blob_bytes_max = after("max");
    t_.layout.push_back(row);
  }

  void count_layout() {
    Layout row;
    uint32_t end = 32;
    for (const NodeRow& node : t_.nodes) {
      const bool bit = node.type == Type::B;
      if (bit) row.truth_words = std::max(row.truth_words, node.place / 64 + 1);
      if (!bit) end = std::max(end, node.place + 8);
    }
    for (const CellRow& cell : t_.cells) {
      end = std::max(end, cell.offset + cell.bytes);
      row.growing_cells += grows(cell.kind) ? 1 : 0;
    }
    row.fixed_bytes = (std::max(end, 24 + 8 * row.truth_words) + 7) / 8 * 8;
    row.blob_bytes_max = row.growing_cells == 0 ? row.fixed_bytes : kBlobBytesMax;
    t_.layout.push_back(row);
  }

  void user_zone() {
    zone_cell_ = index("c");
    zone_stream_ = after("stream");
  }

  void tracked() { deadlines_at_ = after("deadlines"); }
  void near() { near_at_ = after("base"); }

  void tzdata() {
    if (!words_->quoted()) fail("a quoted text has to be here");
    t_.tzdata = words_->take_quoted();
  }

  void zone() {
    ordinal(t_.zones.size());
    ZoneRow row{text(), {static_cast<uint32_t>(t_.transitions.size()), 0}};
    while (error_.empty() && !words_->done()) {
      const int64_t at_ms = number<int64_t>();
      t_.transitions.push_back({at_ms, number<int64_t>()});
      ++row.transitions.count;
    }
    t_.zones.push_back(row);
  }

  void window() {
    ordinal(t_.windows.size());
    WindowRow row;
    if (words_->take_if("rolling")) {
      row.kind = WindowRow::Kind::kRolling;
      row.from_ms = time(INT64_MAX);
      row.to_ms = number<int64_t>();
    } else if (words_->take_if("absolute")) {
      row.kind = WindowRow::Kind::kAbsolute;
      row.from_ms = time(INT64_MIN);
      row.to_ms = time(INT64_MAX);
    } else if (words_->take_if("anchored")) {
      row.kind = WindowRow::Kind::kAnchored;
      row.anchor = index("n");
      row.from_ms = time(INT64_MIN);
      row.to_ms = time(INT64_MAX);
    } else if (unit_of_plural(words_->peek())) {
      row.kind = WindowRow::Kind::kCalendar;
      row.unit = unit();
      row.periods = index();
      row.full = words_->take_if("full") ? 1 : 0;
    } else {
      expect("ever");
    }
    row.cap = after_if("cap", 0);
    if (words_->take_if("by")) row.counted = unit();
    t_.windows.push_back(row);
  }

  void set() {
    ordinal(t_.sets.size());
    std::vector<MemberRow> members;
    while (error_.empty() && !words_->done()) members.push_back(member());
    t_.sets.push_back(t_.add_members(std::move(members)));
  }

  void kind_set() {
    ordinal(t_.kind_sets.size());
    t_.kind_sets.push_back(numbers());
  }

  void slot() {
    ordinal(t_.slots.size());
    SlotRow row;
    row.is_trait = words_->take_if("trait") ? 1 : 0;
    if (row.is_trait == 0) expect("property");
    row.path = texts();
    t_.slots.push_back(row);
  }

  void kind() {
    ordinal(t_.kinds.size());
    KindRow row;
    row.name = named_text("name");
    row.slots = list("slots");
    row.streams = list("streams");
    row.chunks = list("chunks");
    t_.kinds.push_back(row);
  }

  void stream() {
    ordinal(t_.streams.size());
    StreamRow row;
    row.name = named_text("name");
    row.cells = list("cells");
    row.sequences = list("sequences");
    row.unions = list("unions");
    t_.streams.push_back(row);
    code_ = Code::kStream;
  }

  void sequence() {
    ordinal(t_.sequences.size());
    SequenceRow row;
    row.steps.first = static_cast<uint32_t>(t_.steps.size());
    while (words_->take_if("step")) {
      StepRow step;
      step.stream = index();
      step.later = index();
      step.within_ms = time(INT64_MAX);
      if (words_->take_if("after")) step.after_ms = number<int64_t>();
      step.without = list("without");
      t_.steps.push_back(step);
      ++row.steps.count;
    }
    if (words_->take_if("absence")) {
      row.absence_stream = index();
      row.absence_later = index();
      row.absence_ms = number<int64_t>();
    }
    row.derived_stream = after_if("derived", kNone);
    if (words_->take_if("all")) row.all_within_ms = number<int64_t>();
    row.by = after_if("by", kNone);
    row.starts = after_if("starts", 0);
    row.level = after_if("level", 0);
    t_.sequences.push_back(row);
  }

  Type type() {
    const std::string_view word = words_->take();
    const size_t at = std::string_view("BNTXSV").find(word);
    if (word.size() != 1 || at == std::string_view::npos)
      fail(fmt::format("no type is `{}`", word));
    return static_cast<Type>(at == std::string_view::npos ? 0 : at);
  }

  CellKind cell_kind() {
    const std::string_view word = words_->take();
    for (uint32_t i = 0; i < kCellKindCount; ++i) {
      if (name_of(static_cast<CellKind>(i)) == word) return static_cast<CellKind>(i);
    }
    fail(fmt::format("no kind of cell is called `{}`", word));
    return {};
  }

  void cell() {
    ordinal(t_.cells.size());
    CellRow row{.kind = cell_kind()};
    row.source = after_if("source", kNone);
    row.k = after_if("k", 0);
    row.cap = after_if("cap", 0);
    if (words_->take_if("zone")) row.zone = words_->take_if("user") ? kUserZone : index();
    if (words_->take_if("horizon")) row.horizon_ms = time(INT64_MAX);
    row.feeds = after_if("feeds", kNone);
    if (words_->take_if("before")) row.before = add(t_.members, member());
    if (words_->take_if("after")) row.after = add(t_.members, member());
    if (words_->take_if("value")) row.value_type = type();
    row.offset = after("at");
    row.bytes = after("bytes");
    if (words_->take_if("identity")) {
      const std::string_view word = words_->take();
      std::from_chars(word.data(), word.data() + word.size(), row.identity, 16);
    }
    t_.cells.push_back(row);
    code_ = Code::kCell;
  }

  void node() {
    ordinal(t_.nodes.size());
    NodeRow row;
    row.type = type();
    row.place = after("place");
    row.timed = words_->take_if("timed") ? 1 : 0;
    row.held = list("held");
    row.segment = after_if("segment", kNone);
    t_.nodes.push_back(row);
    code_ = Code::kNode;
  }

  void chunk() {
    ordinal(t_.chunks.size());
    ChunkRow row;
    row.first_node = after("first");
    row.node_count = after("count");
    row.timed = words_->take_if("timed") ? 1 : 0;
    row.level = after_if("level", 0);
    t_.chunks.push_back(row);
  }

  template <class Row>
  void named(std::vector<Row>& rows) {
    ordinal(rows.size());
    Row row;
    row.name = named_text("name");
    row.label = named_text("label");
    row.doc = named_text("doc");
    row.node = after("node");
    if (words_->take_if("metadata")) row.metadata = texts();
    rows.push_back(row);
  }

  void item_test() {
    ordinal(t_.item_tests.size());
    t_.item_tests.emplace_back();
    code_ = Code::kItem;
  }

  enum class Code { kNone, kItem, kStream, kCell, kNode };

  Tables t_;
  Words* words_ = nullptr;
  uint32_t zone_cell_ = kNone;
  uint32_t deadlines_at_ = kNone;
  uint32_t near_at_ = kNone;
  uint32_t zone_stream_ = kNone;
  Code code_ = Code::kNone;
  std::string error_;
};

}  // namespace

Result<Tables> assemble(std::string_view text) { return Assembler().run(text); }

}  // namespace segue::image
