#include <fmt/format.h>

#include <iterator>

#include "runtime/image/op_info.h"
#include "runtime/image/view.h"

/// The image as text: one line a row, in the order of the tables; lists, texts and constants where
/// they are used; code indented under its owner. `assemble.h` reads it back.
namespace segue::image {
namespace {

class Printer {
 public:
  explicit Printer(const View& view) : view_(view) {}

  std::string run() {
    layout();
    inputs();
    streams();
    cells();
    nodes();
    names();
    return fmt::to_string(out_);
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void end_line() { out_.push_back('\n'); }

  void quoted(std::string_view text) {
    put(" \"");
    for (const char c : text) {
      const auto byte = static_cast<uint8_t>(c);
      if (c == '"' || c == '\\') {
        put("\\{}", c);
      } else if (byte < 0x20 || byte == 0x7F) {
        put("\\x{:02x}", byte);
      } else {
        out_.push_back(c);
      }
    }
    put("\"");
  }

  void text(uint32_t index) { quoted(view_.text(index)); }

  void named_text(std::string_view word, uint32_t index) {
    if (index == kNone) return;
    put(" {}", word);
    text(index);
  }

  void list(std::string_view word, Range range) {
    if (range.count == 0) return;
    put(" {}", word);
    for (const uint32_t index : view_.list(range)) put(" {}", index);
  }

  /// INT64_MAX and INT64_MIN are bounds that are none.
  void time(int64_t ms) {
    if (ms == INT64_MAX || ms == INT64_MIN) {
      put(" none");
    } else {
      put(" {}", ms);
    }
  }

  void member(const MemberRow& row) {
    if (row.text != kNone) return text(row.text);
    switch (tag_of(row.scalar)) {
      case ScalarTag::kTruth:
        return put(" {}", row.scalar.lo != 0);
      case ScalarTag::kInstant:
        return put(" @{}", static_cast<int64_t>(row.scalar.lo));
      default:
        return put(" {}", std::bit_cast<double>(row.scalar.lo));
    }
  }

  void named_member(std::string_view word, uint32_t index) {
    if (index == kNone) return;
    put(" {}", word);
    member(view_.members[index]);
  }

  void nth(const NthRow& row) { put(" {} {}", row.k, row.bound_ms); }

  void zone(uint32_t index) {
    index == kNone ? put(" utc") : index == kUserZone ? put(" user") : put(" z{}", index);
  }

  void period(const PeriodRow& row) {
    zone(row.zone);
    put(" {} {} slope {}{}", plural_of(row.unit), row.shift, row.slope,
        row.yearly != 0 ? " yearly" : "");
  }

  void immediate(Use use, uint32_t index) {
    switch (use) {
      case Use::kNone:
        return;
      case Use::kFlag:
      case Use::kCount:
      case Use::kSlot:
      case Use::kNode:
      case Use::kNumberNode:
        return put(" {}", index);
      case Use::kSlope:
        return put(" {}", int64_t{index} - kSlopeBias);
      case Use::kKindSet:
        return put(" k{}", index);
      case Use::kSet:
        return put(" v{}", index);
      case Use::kCell:
        return put(" c{}", index);
      case Use::kWindow:
        return put(" w{}", index);
      case Use::kZone:
        return zone(index);
      case Use::kPeriod:
        return period(view_.periods[index]);
      case Use::kPath:
        for (const uint32_t key : view_.list(view_.paths[index])) text(key);
        return;
      case Use::kItemTest:
        return put(" i{}", index);
      case Use::kBack:
        return index == 0 ? void() : put(" back {}", index);
      case Use::kMember:
        return member(view_.members[index]);
      case Use::kText:
        return text(index);
      case Use::kNumber:
        return put(" {}", view_.numbers[index]);
      case Use::kTime:
        return put(" {}", view_.times[index]);
      case Use::kDecimal:
        return put(" {}", to_text(view_.decimals[index]));
      case Use::kNth:
        return nth(view_.nths[index]);
    }
  }

  void code(Range range) {
    for (const OpRow& row : view_.code(range)) {
      const OpInfo& info = op_info(row.op);
      put("  {}", info.name);
      immediate(info.a, row.a);
      immediate(info.b, row.b);
      end_line();
    }
  }

  void layout() {
    const Layout& row = view_.layout[0];
    put("layout words {} fixed {} growing {} max {}\n", row.truth_words, row.fixed_bytes,
        row.growing_cells, row.blob_bytes_max);
    if (row.zone_cell != kNone) put("user-zone c{} stream {}\n", row.zone_cell, row.zone_stream);
    if (row.deadlines_at != kNone) put("tracked deadlines {}\n", row.deadlines_at);
    if (row.near_at != kNone) put("near base {}\n", row.near_at);
    if (!view_.tzdata.empty()) {
      put("tzdata");
      quoted({view_.tzdata.data(), view_.tzdata.size()});
      end_line();
    }
    for (size_t i = 0; i < view_.zones.size(); ++i) {
      put("zone {}", i);
      text(view_.zones[i].name);
      for (const ZoneTransition& row : view_.zone(static_cast<uint32_t>(i)).rows()) {
        put(" {} {}", row.at_ms, row.offset_ms);
      }
      end_line();
    }
    for (size_t i = 0; i < view_.windows.size(); ++i) window(i);
    for (size_t i = 0; i < view_.sets.size(); ++i) {
      put("set {}", i);
      const Range set = view_.sets[i];
      for (const MemberRow& row : view_.members.subspan(set.first, set.count)) member(row);
      end_line();
    }
    for (size_t i = 0; i < view_.kind_sets.size(); ++i) {
      put("kind-set {}", i);
      for (const uint32_t kind : view_.list(view_.kind_sets[i])) put(" {}", kind);
      end_line();
    }
  }

  void window(size_t index) {
    const WindowRow& row = view_.windows[index];
    put("window {}", index);
    switch (row.kind) {
      case WindowRow::Kind::kEver:
        put(" ever");
        break;
      case WindowRow::Kind::kRolling:
        put(" rolling");
        time(row.from_ms);
        put(" {}", row.to_ms);
        break;
      case WindowRow::Kind::kAbsolute:
        put(" absolute");
        time(row.from_ms);
        time(row.to_ms);
        break;
      case WindowRow::Kind::kCalendar:
        put(" {} {}{}", plural_of(row.unit), row.periods, row.full != 0 ? " full" : "");
        break;
      case WindowRow::Kind::kAnchored:
        put(" anchored n{}", row.anchor);
        time(row.from_ms);
        time(row.to_ms);
        break;
    }
    if (row.cap != 0) put(" cap {}", row.cap);
    if (row.counted != CalendarUnit::kDay) put(" by {}", plural_of(row.counted));
    end_line();
  }

  void inputs() {
    for (size_t i = 0; i < view_.slots.size(); ++i) {
      put("slot {} {}", i, view_.slots[i].is_trait != 0 ? "trait" : "property");
      for (const uint32_t key : view_.list(view_.slots[i].path)) text(key);
      end_line();
    }
    for (size_t i = 0; i < view_.kinds.size(); ++i) {
      const KindRow& row = view_.kinds[i];
      put("kind {}", i);
      named_text("name", row.name);
      list("slots", row.slots);
      list("streams", row.streams);
      list("chunks", row.chunks);
      end_line();
    }
  }

  void streams() {
    for (size_t i = 0; i < view_.item_tests.size(); ++i) {
      put("item-test {}\n", i);
      code(view_.item_tests[i]);
    }
    for (size_t i = 0; i < view_.streams.size(); ++i) {
      const StreamRow& row = view_.streams[i];
      put("stream {}", i);
      named_text("name", row.name);
      list("cells", row.cells);
      list("sequences", row.sequences);
      list("unions", row.unions);
      end_line();
      code(row.predicate);
    }
    for (size_t i = 0; i < view_.sequences.size(); ++i) sequence(i);
  }

  void sequence(size_t index) {
    const SequenceRow& row = view_.sequences[index];
    put("sequence {}", index);
    for (const StepRow& step : view_.steps.subspan(row.steps.first, row.steps.count)) {
      put(" step {} {}", step.stream, step.later);
      time(step.within_ms);
      if (step.after_ms != 0) put(" after {}", step.after_ms);
      list("without", step.without);
    }
    if (row.absence_stream != kNone) {
      put(" absence {} {} {}", row.absence_stream, row.absence_later, row.absence_ms);
    }
    if (row.derived_stream != kNone) put(" derived {}", row.derived_stream);
    if (row.all_within_ms != INT64_MAX) put(" all {}", row.all_within_ms);
    if (row.by != kNone) put(" by {}", row.by);
    if (row.starts != 0) put(" starts {}", row.starts);
    if (row.level != 0) put(" level {}", row.level);
    end_line();
  }

  void cells() {
    for (size_t i = 0; i < view_.cells.size(); ++i) {
      const CellRow& row = view_.cells[i];
      put("cell {} {}", i, name_of(row.kind));
      if (row.source != kNone) put(" source {}", row.source);
      if (row.k != 0) put(" k {}", row.k);
      if (row.cap != 0) put(" cap {}", row.cap);
      if (row.zone == kUserZone) put(" zone user");
      if (row.zone != kNone && row.zone != kUserZone) put(" zone {}", row.zone);
      if (row.horizon_ms != 0) {
        put(" horizon");
        time(row.horizon_ms);
      }
      if (row.feeds != kNone) put(" feeds {}", row.feeds);
      named_member("before", row.before);
      named_member("after", row.after);
      if (row.value.count != 0) put(" value {}", letter(row.value_type));
      put(" at {} bytes {} identity {:x}", row.offset, row.bytes, row.identity);
      end_line();
      code(row.value);
    }
  }

  void nodes() {
    for (size_t i = 0; i < view_.nodes.size(); ++i) {
      const NodeRow& row = view_.nodes[i];
      put("node {} {} place {}", i, letter(row.type), row.place);
      if (row.timed != 0) put(" timed");
      list("held", row.held);
      if (row.segment != kNone) put(" segment {}", row.segment);
      end_line();
      code(row.code);
    }
    for (size_t i = 0; i < view_.chunks.size(); ++i) {
      const ChunkRow& row = view_.chunks[i];
      put("chunk {} first {} count {}{}", i, row.first_node, row.node_count,
          row.timed != 0 ? " timed" : "");
      if (row.level != 0) put(" level {}", row.level);
      end_line();
    }
  }

  template <class Row>
  void named(std::string_view table, size_t index, const Row& row) {
    put("{} {} name", table, index);
    text(row.name);
    named_text("label", row.label);
    named_text("doc", row.doc);
    put(" node {}", row.node);
    if (row.metadata.count != 0) put(" metadata");
    for (const uint32_t part : view_.list(row.metadata)) text(part);
    end_line();
  }

  void names() {
    for (size_t i = 0; i < view_.segments.size(); ++i) named("segment", i, view_.segments[i]);
    for (size_t i = 0; i < view_.scores.size(); ++i) named("score", i, view_.scores[i]);
  }

  const View& view_;
  fmt::memory_buffer out_;
};

}  // namespace

std::string print(const View& view) { return Printer(view).run(); }

}  // namespace segue::image
