#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/base/schema.h"
#include "runtime/base/zone.h"
#include "runtime/image/tables.h"

namespace segue::image {

/// Typed spans over an image. Made by `open` from bytes it has verified, or by `Builder::finish`;
/// after that nothing is checked again. Copies are shallow; the bytes must outlive them.
struct View {
  std::span<const OpRow> ops;
  std::span<const TextRow> texts;
  std::span<const char> strings;
  std::span<const uint32_t> indices;
  std::span<const double> numbers;
  std::span<const int64_t> times;
  std::span<const Decimal> decimals;
  std::span<const WindowRow> windows;
  std::span<const NthRow> nths;
  std::span<const PeriodRow> periods;
  std::span<const Range> paths;       // of keys: texts in `indices`
  std::span<const Range> item_tests;  // event code about the item at hand, result B
  std::span<const Range> sets;  // of `members`: ascending by scalar (`hi`, then `lo`), each once
  std::span<const MemberRow>
      members;  // of value sets and scalar constants (kConstScalar: `a` is a member)
  std::span<const Range> kind_sets;  // of kinds in `indices`
  std::span<const SlotRow> slots;
  std::span<const KindRow> kinds;
  std::span<const StreamRow> streams;
  std::span<const SequenceRow> sequences;
  std::span<const StepRow> steps;
  std::span<const CellRow> cells;
  std::span<const NodeRow> nodes;
  std::span<const ChunkRow> chunks;
  std::span<const SegmentRow> segments;
  std::span<const ScoreRow> scores;
  std::span<const ZoneRow> zones;
  std::span<const ZoneTransition> transitions;
  std::span<const Layout> layout;
  std::span<const char> tzdata;  // version of the zone tables

  std::string_view text(uint32_t index) const {
    return {strings.data() + texts[index].offset, texts[index].size};
  }
  std::span<const uint32_t> list(Range range) const {
    return indices.subspan(range.first, range.count);
  }
  std::span<const OpRow> code(Range range) const { return ops.subspan(range.first, range.count); }
  ZoneView zone(uint32_t index) const {
    return ZoneView(
        transitions.subspan(zones[index].transitions.first, zones[index].transitions.count));
  }
};

/// An image that owns its bytes.
class Image {
 public:
  /// Checks magic, version, checksum, every index, range, type of code, order and layout. Cost: one
  /// pass.
  static Result<Image> open(std::vector<std::byte> bytes);

  const View& view() const { return view_; }
  std::span<const std::byte> bytes() const { return *bytes_; }
  uint64_t identity() const;  // its checksum
  InputSchema schema() const;

 private:
  std::shared_ptr<const std::vector<std::byte>> bytes_;
  View view_;
};

/// The same tables as growing vectors: what `compiler/emit` and the test assembler fill.
struct Tables {
  std::vector<OpRow> ops;
  std::vector<TextRow> texts;
  std::string strings;
  std::vector<uint32_t> indices;
  std::vector<double> numbers;
  std::vector<int64_t> times;
  std::vector<Decimal> decimals;
  std::vector<WindowRow> windows;
  std::vector<NthRow> nths;
  std::vector<PeriodRow> periods;
  std::vector<Range> paths;
  std::vector<Range> item_tests;
  std::vector<Range> sets;
  std::vector<MemberRow> members;
  std::vector<Range> kind_sets;
  std::vector<SlotRow> slots;
  std::vector<KindRow> kinds;
  std::vector<StreamRow> streams;
  std::vector<SequenceRow> sequences;
  std::vector<StepRow> steps;
  std::vector<CellRow> cells;
  std::vector<NodeRow> nodes;
  std::vector<ChunkRow> chunks;
  std::vector<SegmentRow> segments;
  std::vector<ScoreRow> scores;
  std::vector<ZoneRow> zones;
  std::vector<ZoneTransition> transitions;
  std::vector<Layout> layout;
  std::string tzdata;

  uint32_t add_text(std::string_view text);  // interned
  Range add_list(std::span<const uint32_t> list);
  MemberRow member_of_text(std::string_view text);  // fold it first where case is ignored
  Range add_members(std::vector<MemberRow> set);    // sorted, without copies: for `sets`
  std::vector<std::byte> finish() const;            // header, section table, sections, checksum

 private:
  std::unordered_map<std::string, uint32_t> interned_;  // texts that `add_text` has seen
};

/// Readable text of every table, stable: `seg explain --stage image`.
std::string print(const View& view);

}  // namespace segue::image
