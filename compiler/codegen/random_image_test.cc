#include "compiler/codegen/random_image.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/image/assemble.h"
#include "runtime/image/op_info.h"

namespace segue::codegen {
namespace {

class RandomImage {
 public:
  explicit RandomImage(uint32_t seed) : random_(seed) {}

  std::string text(uint32_t node_count) {
    std::string out(kPrelude);
    traits_ = {0, 1, 2};  // what put_cells begins with
    put_streams();
    put_cells(node_count);
    put_nodes(node_count);
    const auto add = [&](const std::vector<std::string>& rows) {
      for (const std::string& row : rows) out += row;
    };
    std::string chunks;
    if (zone_) out += "user-zone c0 stream 0\n";
    out += fmt::format("near base {}\n", near_at_);
    for (uint32_t i = 0; i < chunks_; ++i) chunks += fmt::format(" {}", i);
    for (uint32_t kind = 0; kind < 4; ++kind) {
      out +=
          fmt::format("kind {}{}{} streams{} chunks{}\n", kind, kKindNames[kind], kKindSlots[kind],
                      kind != 0 ? " 1 2 3 4 5"
                      : zone_   ? " 1 2 5"
                                : " 0 1 2 5",
                      chunks);
    }
    add(streams_);
    out += kSequences;
    add(cells_);
    add(nodes_);
    return out + tail_;
  }

 private:
  using Op = image::Op;
  using Type = image::Type;

  static constexpr std::string_view kPrelude =
      "zone 0 \"Europe/Paris\" 0 3600000 1743296400000 7200000 1761440400000 3600000\n"
      "zone 1 \"UTC\" 0 0\n"
      "window 0 ever\n"
      "window 1 rolling 172800000 0\n"
      "window 2 rolling 600000000 100000000 cap 3\n"
      "window 3 absolute 1748700000000 none\n"
      "window 4 absolute none 1748900000000\n"
      "window 5 days 7\n"
      "window 6 days 10 full cap 3\n"
      "window 7 rolling 600000000 0 cap 4\n"
      "window 8 weeks 2\n"
      "window 9 months 1 full by weeks\n"
      "window 10 rolling none 100000000\n"
      "window 11 anchored n0 0 none\n"
      "window 12 anchored n0 -90000000 1 cap 3\n"
      "set 0 \"paris\" \"rome\" 3 true\n"
      "set 1 \"u1\" \"u2\"\n"
      "set 2 \"a\" \"b\" 1 2.5 false \"c\" \"d\" \"e\" \"f\" \"g\" \"h\"\n"
      "set 3\n"
      "kind-set 0 2\n"
      "kind-set 1 2 3\n"
      "item-test 0\n  item \"price\"\n  value-exists\n"
      "item-test 1\n  item\n  any-item i0\n  item \"price\"\n  value-number\n  number 2\n  less\n"
      "  item\n  equal-text \"a\" 0\n  or 3\n"
      "slot 0 trait \"plan\"\n"
      "slot 1 trait \"size\"\n"
      "slot 2 property \"city\"\n"
      "slot 3 property \"tags\"\n"
      "slot 4 property \"at\"\n"
      "slot 5 property \"price\"\n";
  static constexpr std::string_view kKindNames[] = {"", "", " name \"order\"", " name \"page\""};
  static constexpr std::string_view kKindSlots[] = {" slots 0 1", " slots 2 5", " slots 2 3 4 5",
                                                    " slots 2 4"};
  static constexpr std::string_view kSequences =
      "sequence 0 step 3 0 none step 4 1 100000000 derived 6\n"
      "sequence 1 step 4 0 none absence 3 1 86400000 derived 7\n"
      "sequence 2 step 3 0 none step 4 0 50000000 absence 5 0 40000000\n";

  uint32_t below(uint32_t end) {
    return std::uniform_int_distribution<uint32_t>(0, end - 1)(random_);
  }

  template <class T, size_t kSize>
  const T& any_of(const T (&values)[kSize]) {
    return values[below(kSize)];
  }

  /// A cell that a kind of read takes, and the windows or nths it goes with.
  struct Target {
    uint32_t cell;
    std::vector<std::string> seconds;
  };

  void put_streams() {
    // 0 identify's traits; 1, 2, 5 anything; 3 and 4 steps; 6 and 7 derived.
    in_node_ = false;
    for (uint32_t i = 0; i < 8; ++i) {
      std::string code;
      code_ = &code;
      if (i < 6) emit(Type::B, 4);
      const bool step = i == 3 || i == 4;
      const std::string_view sequences = step ? " sequences 0 1 2" : i == 5 ? " sequences 2" : "";
      streams_.push_back(fmt::format("{}\n{}", sequences, code));
    }
  }

  static constexpr std::string_view kNear = "horizon 3221225472";
  static_assert(image::kNearReachMs == 3'221'225'472);

  static uint32_t whole_words(uint32_t bytes) { return (bytes + 7) / 8 * 8; }

  uint32_t add_cell(image::CellRow row, std::string_view words, Type value) {
    const auto cell = static_cast<uint32_t>(cells_.size());
    std::string code;
    if (value != Type::B) {
      code_ = &code;
      in_node_ = false;
      emit(value, 2);
    }
    row.value.count = value == Type::B ? 0 : 1;
    const uint32_t bytes = image::fixed_bytes(row);
    if (image::grows(row.kind)) offset_ = whole_words(offset_);
    cells_.push_back(fmt::format("cell {} {} source {} {} at {} bytes {}\n{}", cell,
                                 image::name_of(row.kind), row.source, words, offset_, bytes,
                                 code));
    offset_ += bytes;
    return cell;
  }

  void feed(uint32_t stream, uint32_t cell) { fed_[stream] += fmt::format(" {}", cell); }

  uint32_t stream_cell(image::CellKind kind, uint32_t stream, uint32_t k, std::string words,
                       Type value) {
    if (k != 0) words = fmt::format("k {} {}", k, words);
    if (value != Type::B) words += fmt::format(" value {}", image::letter(value));
    const int64_t horizon_ms = words.ends_with(kNear) ? image::kNearReachMs : 0;
    const uint32_t cell =
        add_cell({.kind = kind, .source = stream, .k = k, .horizon_ms = horizon_ms}, words, value);
    feed(stream, cell);
    return cell;
  }

  void put_cells(uint32_t node_count) {
    offset_ = 40 + 8 * (2 * node_count / 64 + 1);  // places of truths leave gaps
    near_at_ = offset_ + 4;
    offset_ += 8;
    const std::string horizon = "horizon 600000000";
    for (const uint32_t stream : {0u, 1u, 2u}) {
      stream_cell(image::CellKind::kLatest, stream, 0, "", Type::S);
    }
    in_node_ = false;
    for (const uint32_t stream : {1u, 2u, 5u}) put_cells_of(stream, horizon);
    for (const uint32_t stream : {6u, 7u}) {
      newest_.push_back({stream_cell(image::CellKind::kNewest, stream, 2, "", Type::B), nths(2)});
      logs_.push_back(
          {stream_cell(image::CellKind::kLog, stream, 0, "cap 50 horizon none", Type::B),
           {"w0", "w1", "w2", "w3", "w4", "w7"}});
    }
    for (uint32_t sequence = 0; sequence < 3; ++sequence) {
      const image::CellRow row{.kind = image::CellKind::kSteps, .source = sequence};
      const bool all = sequence != 1;
      const uint32_t cell = add_cell(
          row, all ? "cap 40 zone user horizon none" : "cap 40 zone 1 horizon 600000000", Type::B);
      (all ? all_steps_ : steps_).push_back({cell, {"w1", "w2", "w5", "w7"}});
    }
    add_cell({.kind = image::CellKind::kSequence, .source = 0}, "", Type::B);
    add_cell({.kind = image::CellKind::kSequence, .source = 1, .k = 1}, "k 1", Type::B);
    for (uint32_t stream = 0; stream < 8; ++stream) {
      const std::string head = fed_[stream].empty() ? "" : " cells" + fed_[stream];
      streams_[stream] = fmt::format("stream {}{}{}", stream, head, streams_[stream]);
    }
  }

  std::vector<std::string> nths(uint32_t k) {
    std::vector<std::string> all;
    for (int i = 0; i < 4; ++i) {
      all.push_back(fmt::format("{} {}", 1 + below(k), 1 + below(1000) * 1'000'000LL));
    }
    return all;
  }

  void put_cells_of(uint32_t stream, const std::string& horizon) {
    using image::CellKind;
    const uint32_t k = 1 + below(12);
    newest_.push_back({stream_cell(CellKind::kNewest, stream, k, "", Type::B), nths(k)});
    near_.push_back(
        {stream_cell(CellKind::kNewest, stream, k, std::string(kNear), Type::B), nths(k)});
    oldest_.push_back(stream_cell(CellKind::kOldest, stream, 0, "", Type::B));
    seen_.push_back(stream_cell(CellKind::kSeen, stream, 0, "", Type::B));
    totals_.push_back(stream_cell(CellKind::kTotal, stream, 0, "", Type::B));
    sums_.push_back(stream_cell(CellKind::kTotal, stream, 0, "", Type::X));
    extremes_.push_back(stream_cell(CellKind::kExtreme, stream, 0, "", Type::N));
    extremes_.push_back(stream_cell(CellKind::kExtreme, stream, 1, "", Type::N));
    days_.push_back({stream_cell(CellKind::kDays, stream, 14, "zone 0", Type::B), {"w5", "w6"}});
    const std::string zone = below(2) == 0 ? "zone 0" : "zone user";
    const std::string log = "cap 9 " + zone + " horizon none";
    logs_.push_back({stream_cell(CellKind::kLog, stream, 0, log, Type::B),
                     {"w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10"}});
    anchored_.push_back({logs_.back().cell, {"w11", "w12"}});
    sum_logs_.push_back(
        {stream_cell(CellKind::kLog, stream, 0, "cap 30 " + horizon, Type::X), {"w1", "w2", "w7"}});
    value_logs_.push_back(
        {stream_cell(CellKind::kLog, stream, 0, "cap 30 " + horizon, Type::S), {"w1", "w2", "w7"}});
    distinct_.push_back(
        {stream_cell(CellKind::kDistinct, stream, 0, "cap 6 " + horizon, Type::S), {"w1", "w7"}});
    traits_.push_back(stream_cell(CellKind::kEarliest, stream, 0, "", Type::S));
    decayed_.push_back(stream_cell(CellKind::kDecayed, stream, 0, "horizon 90000000", Type::B));
  }

  void put_nodes(uint32_t count) {
    in_node_ = true;
    for (uint32_t node = 0; node < count; ++node) {
      std::string code;
      code_ = &code;
      const bool truth = node != 0 && below(4) != 0;
      const Type type = node == 0 ? Type::T : truth ? Type::B : Type::N;
      still_ = node == 0;  // an anchor
      emit(type, 3);
      still_ = false;
      has_anchor_ = true;
      std::string head = fmt::format("node {} {} place ", node, image::letter(type));
      if (truth) {
        head += fmt::format("{} timed", places_ += 1 + below(2));
        if (below(3) == 0) {
          const std::string words = fmt::format("horizon {}", 1 + below(400'000'000));
          const uint32_t cell =
              add_cell({.kind = image::CellKind::kHeld, .source = node}, words, Type::B);
          head += fmt::format(" held {}", cell);
          held_.push_back(cell);
        }
        head += fmt::format(" segment {}", segments_);
        tail_ += fmt::format("segment {} name \"s{}\" node {}\n", segments_, segments_, node);
        ++segments_;
        truths_.push_back(node);
      } else {
        offset_ = whole_words(offset_);
        head += fmt::format("{} timed", offset_);
        offset_ += 8;
        if (node != 0) numbers_.push_back(node);
      }
      nodes_.push_back(head + "\n" + code);
    }
    for (uint32_t first = 0; first < count; first += 64) {
      nodes_.push_back(fmt::format("chunk {} first {} count {} timed\n", chunks_++, first,
                                   std::min(64u, count - first)));
    }
  }

  template <class... Args>
  void line(std::string_view name, fmt::format_string<Args...> format, Args&&... args) {
    *code_ += fmt::format("  {} {}\n", name, fmt::format(format, std::forward<Args>(args)...));
  }

  /// Writes an expression of the type; returns its slope, of a time.
  int emit(Type type, uint32_t depth) {
    for (;;) {
      const auto op = static_cast<Op>(below(image::kOpCount));
      const image::OpInfo& info = image::op_info(op);
      const image::Place wrong = in_node_ ? image::Place::kEvent : image::Place::kCondition;
      if (info.result != type || info.place == wrong) continue;
      if (still_ && op == Op::kNow) continue;
      if (op == Op::kItem) continue;  // in item tests only
      if (depth == 0 && info.pops != 0 && info.operands != "V") continue;
      if ((in_node_ || op == Op::kValue) && try_read(op)) return 0;
      if (op == Op::kLatch && in_node_) return emit_latch(depth - 1);
      if (info.a == image::Use::kCell || !has_node(info.a)) continue;
      return emit_op(info, depth == 0 ? 0 : depth - 1);
    }
  }

  bool has_node(image::Use use) const {
    if (use == image::Use::kNode) return !truths_.empty();
    return use != image::Use::kNumberNode || !numbers_.empty();
  }

  /// Each latch has a cell of its own, since it moves it.
  int emit_latch(uint32_t depth) {
    emit(Type::B, depth);
    emit(Type::B, depth);
    const std::string words = fmt::format("horizon {}", below(2) * 50'000'000);
    const uint32_t cell =
        add_cell({.kind = image::CellKind::kLatch, .source = image::kNone}, words, Type::B);
    line("latch", "c{} 0 {}", cell, below(2) * 70'000'000);
    return 0;
  }

  int emit_op(const image::OpInfo& info, uint32_t depth) {
    int slopes[3] = {0, 0, 0};
    const size_t begin = code_->size();
    const bool was_still = std::exchange(still_, still_ || info.op == Op::kScalarOfTime);
    const uint32_t pops = info.pops < 0 ? 2 + below(3) : static_cast<uint32_t>(info.pops);
    for (uint32_t i = 0; i < pops; ++i) {
      const char operand = info.operands[info.pops < 0 ? 0 : i];
      const auto type = static_cast<Type>(std::string_view("BNTXSV").find(operand));
      const int slope = emit(type, depth);
      if (i < 3) slopes[i] = slope;
    }
    still_ = was_still;
    const int factor = static_cast<int>(below(7)) - 3;
    std::string words = info.pops < 0 ? fmt::format("{}", pops) : immediate(info.a, slopes[0]);
    if (info.op == Op::kTimeScale) words = fmt::format("{}", factor);
    if (info.op == Op::kAtLeast) words += fmt::format(" {}", 1 + below(pops));
    if (info.b == image::Use::kFlag) words += fmt::format(" {}", below(2));
    if (info.b == image::Use::kSlope) words += fmt::format(" {}", slopes[0] - slopes[1]);
    const std::string_view operands = std::string_view(*code_).substr(begin);
    if (info.b == image::Use::kBack && operands.find("decayed") != std::string_view::npos) {
      words += fmt::format("back {}", std::count(operands.begin(), operands.end(), '\n'));
    }
    line(info.name, "{}", words);
    if (info.op == Op::kNow) return 1;
    if (info.op == Op::kTimeScale) return slopes[0] * factor;
    if (info.op == Op::kTimeAdd) return slopes[0] + slopes[1];
    if (info.op == Op::kTimeSubtract) return slopes[0] - slopes[1];
    return 0;
  }

  std::string immediate(image::Use use, int slope) {
    constexpr const char* kTexts[] = {"\"paris\"", "\"a\"", "\"page\"", "\"r.*e\"", "\"\""};
    constexpr const char* kMembers[] = {"\"paris\"", "3", "true", "@1748772000000", "\"free\""};
    constexpr const char* kZones[] = {"utc", "z0", "user"};
    constexpr const char* kUnits[] = {"days", "weeks", "months", "quarters", "years"};
    constexpr int64_t kTimes[] = {0, 86'400'000, 600'000'000, 1'748'772'000'000};
    switch (use) {
      case image::Use::kFlag:
        return fmt::format("{}", below(2));
      case image::Use::kSlot:
        return fmt::format("{}", below(6));
      case image::Use::kKindSet:
        return fmt::format("k{}", below(2));
      case image::Use::kSet:
        return fmt::format("v{}", below(4));
      case image::Use::kMember:
        return any_of(kMembers);
      case image::Use::kText:
        return any_of(kTexts);
      case image::Use::kNumber:
        return fmt::format("{}", static_cast<int>(below(9)) - 2);
      case image::Use::kTime:
        return fmt::format("{}", any_of(kTimes));
      case image::Use::kDecimal:
        return fmt::format("{}.5", static_cast<int>(below(40)) - 5);
      case image::Use::kNode:
        return fmt::format("{}", truths_[below(static_cast<uint32_t>(truths_.size()))]);
      case image::Use::kNumberNode:
        return fmt::format("{}", numbers_[below(static_cast<uint32_t>(numbers_.size()))]);
      case image::Use::kZone:
        return any_of(kZones);
      case image::Use::kPeriod:
        return fmt::format("{} {} {} slope {}{}", any_of(kZones), any_of(kUnits),
                           static_cast<int>(below(5)) - 2, slope, below(2) == 0 ? "" : " yearly");
      case image::Use::kPath:
        return below(3) == 0 ? "" : "\"price\"";
      case image::Use::kItemTest:
        return "i1";
      case image::Use::kNone:
      case image::Use::kCount:
      case image::Use::kSlope:
      case image::Use::kCell:
      case image::Use::kWindow:
      case image::Use::kNth:
      case image::Use::kBack:
        break;
    }
    return "";
  }

  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return list[below(static_cast<uint32_t>(list.size()))];
  }

  bool read_plain(Op op, const std::vector<uint32_t>& cells) {
    if (cells.empty()) return false;
    line(image::op_info(op).name, "c{}", one_of(cells));
    return true;
  }

  bool read_with(Op op, const std::vector<Target>& targets) {
    const Target& target = one_of(targets);
    line(image::op_info(op).name, "c{} {}", target.cell, one_of(target.seconds));
    return true;
  }

  static std::vector<uint32_t> cells_of(const std::vector<Target>& targets) {
    std::vector<uint32_t> cells;
    for (const Target& target : targets) cells.push_back(target.cell);
    return cells;
  }

  /// A read of a cell that `op` takes; false if it is no read.
  bool try_read(Op op) {
    switch (op) {
      case Op::kNthWithin:
        return read_with(op, below(2) == 0 ? near_ : newest_);
      case Op::kNewestCount: {
        const uint32_t cell = one_of(below(2) == 0 ? near_ : newest_).cell;
        line("newest-count", "c{} {}", cell, below(2) == 0 ? "w1" : "w7");
        return true;
      }
      case Op::kNewestTime:
        return read_plain(op, cells_of(below(2) == 0 ? newest_ : logs_));
      case Op::kOldestTime:
        return read_plain(op, below(2) == 0 ? oldest_ : cells_of(logs_));
      case Op::kSeen:
        return read_plain(op, seen_);
      case Op::kTotalCount:
        return read_plain(op, totals_);
      case Op::kTotalSum:
      case Op::kTotalAvg:
        return read_plain(op, sums_);
      case Op::kExtreme:
        return read_plain(op, extremes_);
      case Op::kDaysCount:
        return read_with(op, days_);
      case Op::kDaysStreak:
        return read_with(op, days_);
      case Op::kLogStreak:
        return read_with(op, {{logs_[below(3)].cell, {"w5", "w6", "w8", "w9"}}});
      case Op::kLogCount:
        return read_with(op, has_anchor_ && below(3) == 0 ? anchored_ : logs_);
      case Op::kLogDays:
        return read_with(op, {logs_[below(3)]});  // those with a zone
      case Op::kLogSum:
      case Op::kLogAvg:
        return read_with(op, sum_logs_);
      case Op::kLogMin:
      case Op::kLogMax:
      case Op::kLogDistinct:
      case Op::kLogFirst:
      case Op::kLogLast:
      case Op::kLogCommon:
        return read_with(op, value_logs_);
      case Op::kLogPercentile:
        line("number", "0.{}", below(10));
        return read_with(op, value_logs_);
      case Op::kStepsCount:
      case Op::kStepsDays:
        return read_with(op, below(2) == 0 ? steps_ : all_steps_);
      case Op::kStepsFirst:
      case Op::kStepsLast:
        return read_plain(op, cells_of(all_steps_));
      case Op::kDistinctCount:
        return read_with(op, distinct_);
      case Op::kValue:
        return read_plain(op, traits_);
      case Op::kHeld:
        return read_plain(op, held_);
      case Op::kDecayed:
        return read_plain(op, decayed_);
      case Op::kTimesDecayed: {
        line("times-decayed", "c{} 1 {}", one_of(newest_).cell, 1 + below(400'000'000));
        return true;
      }
      default:
        return false;
    }
  }

  std::mt19937 random_;
  const bool zone_ = below(2) == 0;  // whether the user has a zone
  std::vector<std::string> streams_, cells_, nodes_;
  std::string fed_[8];
  std::string tail_;
  std::string* code_ = nullptr;
  bool in_node_ = false;
  bool still_ = false;  // a kept time does not move with now
  bool has_anchor_ = false;
  uint32_t offset_ = 0;
  uint32_t near_at_ = 0;
  uint32_t places_ = UINT32_MAX;  // the first is 0 or 1
  uint32_t segments_ = 0;
  uint32_t chunks_ = 0;
  std::vector<uint32_t> oldest_, seen_, totals_, sums_, extremes_, traits_, held_, decayed_;
  std::vector<uint32_t> truths_, numbers_;
  std::vector<Target> anchored_, newest_, near_, days_, logs_, sum_logs_, value_logs_, distinct_,
      steps_, all_steps_;
};

}  // namespace

std::string random_image(uint32_t seed, uint32_t node_count) {
  return RandomImage(seed).text(node_count);
}

TEST(RandomImage, IsAnImage) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    const std::string text = random_image(seed, 1 + seed * 3);
    Result<image::Tables> tables = image::assemble(text);
    ASSERT_TRUE(tables) << tables.error().message << "\n" << text;
    const Result<image::Image> image = image::Image::open(tables->finish());
    ASSERT_TRUE(image) << image.error().message << "\n" << text;
  }
}

}  // namespace segue::codegen
