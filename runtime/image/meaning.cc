#include "runtime/image/meaning.h"

#include <string>
#include <string_view>
#include <type_traits>

#include "runtime/base/hash.h"
#include "runtime/image/op_info.h"

namespace segue::image {
namespace {

/// Bytes that are hashed.
class Words {
 public:
  template <class T>
  Words& add(const T& value) {
    static_assert(std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);  // SAFETY: plain bytes
    return *this;
  }
  Words& add_text(std::string_view text) {
    add(static_cast<uint64_t>(text.size()));
    bytes_ += text;
    return *this;
  }
  uint64_t hash() const {
    const uint64_t hash = hash64(bytes_);
    return hash == 0 ? 1 : hash;
  }

 private:
  std::string bytes_;
};

/// Cells of the kind that differ in `k`, `cap` or horizon alone can answer for each other.
bool is_shared(CellKind kind) {
  switch (kind) {
    case CellKind::kNewest:
    case CellKind::kDays:
    case CellKind::kLog:
    case CellKind::kDistinct:
      return true;
    default:
      return false;
  }
}

}  // namespace

Meanings::Meanings(const View& view)
    : view_(view),
      nodes_(view.nodes.size()),
      cells_(view.cells.size()),
      streams_(view.streams.size()),
      sequences_(view.sequences.size()),
      sources_(view.streams.size()),
      feeder_(view.streams.size(), kNone),
      latches_(view.cells.size()) {
  for (uint32_t s = 0; s < view.streams.size(); ++s) {
    for (const uint32_t to : view.list(view.streams[s].unions)) sources_[to].push_back(s);
  }
  for (uint32_t c = 0; c < view.cells.size(); ++c) {
    const CellRow& row = view.cells[c];
    const bool matches = row.kind == CellKind::kSequence;
    const uint32_t feeds = matches ? view.sequences[row.source].derived_stream : row.feeds;
    if (feeds != kNone) feeder_[feeds] = c;
  }
  for (uint32_t i = 0; i < view.nodes.size(); ++i) nodes_[i] = code(view.nodes[i].code);
}

uint64_t Meanings::zone(uint32_t index) const {
  if (index == kNone) return 1;
  if (index == kUserZone) return 2;
  return Words().add_text(view_.text(view_.zones[index].name)).hash();
}

uint64_t Meanings::texts(Range range) const {
  Words words;
  for (const uint32_t text : view_.list(range)) words.add_text(view_.text(text));
  return words.hash();
}

uint64_t Meanings::immediate(const OpRow& row, Use use, uint32_t index) {
  Words words;
  switch (use) {
    case Use::kNone:
    case Use::kBack:
      return 0;
    case Use::kFlag:
    case Use::kCount:
    case Use::kSlope:
      return index;
    case Use::kSlot:
      return words.add(texts(view_.slots[index].path)).add(view_.slots[index].is_trait).hash();
    case Use::kKindSet:
      for (const uint32_t kind : view_.list(view_.kind_sets[index])) {
        const uint32_t name = view_.kinds[kind].name;
        // Identify and "other" have no name.
        if (name == kNone) words.add(kind);
        if (name != kNone) words.add_text(view_.text(name));
      }
      return words.hash();
    case Use::kSet:
      for (const MemberRow& member :
           view_.members.subspan(view_.sets[index].first, view_.sets[index].count)) {
        words.add(member.scalar.hi).add(member.scalar.lo);
      }
      return words.hash();
    case Use::kMember:
      return words.add(view_.members[index].scalar.hi).add(view_.members[index].scalar.lo).hash();
    case Use::kText:
      return words.add_text(view_.text(index)).hash();
    case Use::kNumber:
      return words.add(view_.numbers[index]).hash();
    case Use::kTime:
      return words.add(view_.times[index]).hash();
    case Use::kDecimal:
      return words.add(view_.decimals[index]).hash();
    case Use::kNode:
    case Use::kNumberNode:
      return nodes_[index];
    case Use::kCell:
      // A latch is what moves it, and that is the code at hand.
      return row.op == Op::kLatch ? static_cast<uint64_t>(view_.cells[index].horizon_ms)
                                  : family(index);
    case Use::kWindow: {
      const WindowRow& window = view_.windows[index];
      words.add(window.kind).add(window.unit).add(window.full).add(window.counted);
      words.add(window.periods).add(window.cap).add(window.from_ms).add(window.to_ms);
      return words.add(window.anchor == kNone ? uint64_t{0} : nodes_[window.anchor]).hash();
    }
    case Use::kNth:
      return words.add(view_.nths[index].k).add(view_.nths[index].bound_ms).hash();
    case Use::kZone:
      return zone(index);
    case Use::kPeriod: {
      const PeriodRow& period = view_.periods[index];
      words.add(zone(period.zone)).add(period.shift).add(period.slope).add(period.unit);
      return words.add(period.yearly).hash();
    }
    case Use::kPath:
      return texts(view_.paths[index]);
    case Use::kItemTest:
      return code(view_.item_tests[index]);
  }
  return 0;
}

/// As a tree: each op with its operands.
uint64_t Meanings::code(Range range) {
  std::vector<uint64_t> stack;
  for (const OpRow& row : view_.code(range)) {
    const OpInfo& info = op_info(row.op);
    if (row.op == Op::kNodeTruth || row.op == Op::kNodeNumber) {
      stack.push_back(nodes_[row.a]);
      continue;
    }
    const size_t pops = info.pops < 0 ? row.a : static_cast<size_t>(info.pops);
    Words words;
    words.add(row.op).add(immediate(row, info.a, row.a));
    words.add(immediate(row, info.b, row.b));
    for (size_t i = stack.size() - pops; i < stack.size(); ++i) words.add(stack[i]);
    stack.resize(stack.size() - pops);
    stack.push_back(words.hash());
    if (row.op == Op::kLatch) latches_[row.a] = stack.back();
  }
  return stack.empty() ? 0 : stack.back();
}

uint64_t Meanings::family(uint32_t index) {
  if (cells_[index] != 0) return cells_[index];
  const CellRow& row = view_.cells[index];
  Words words;
  words.add(row.kind).add(row.value_type).add(zone(row.zone)).add(code(row.value));
  if (!is_shared(row.kind)) words.add(row.k).add(row.cap).add(row.horizon_ms);
  for (const uint32_t member : {row.before, row.after}) {
    if (member == kNone) continue;
    words.add(member == row.before).add(view_.members[member].scalar.hi);
    words.add(view_.members[member].scalar.lo);
  }
  switch (source_of(row.kind)) {
    case Source::kStream:
      words.add(stream(row.source));
      break;
    case Source::kSequence:
      words.add(sequence(row.source));
      break;
    case Source::kNode:
      words.add(nodes_[row.source]);
      break;
    case Source::kNone:
      words.add(latches_[index]);
      break;
  }
  return cells_[index] = words.hash();
}

uint64_t Meanings::stream(uint32_t index) {
  if (streams_[index] != 0) return streams_[index];
  Words words;
  words.add(code(view_.streams[index].predicate));
  if (feeder_[index] != kNone) words.add(family(feeder_[index]));
  for (const uint32_t source : sources_[index]) words.add(stream(source));
  return streams_[index] = words.hash();
}

uint64_t Meanings::sequence(uint32_t index) {
  if (sequences_[index] != 0) return sequences_[index];
  const SequenceRow& row = view_.sequences[index];
  Words words;
  for (const StepRow& step : view_.steps.subspan(row.steps.first, row.steps.count)) {
    words.add(stream(step.stream)).add(step.later).add(step.within_ms).add(step.after_ms);
    for (const uint32_t without : view_.list(step.without)) words.add(stream(without));
  }
  if (row.absence_stream != kNone) {
    words.add(stream(row.absence_stream)).add(row.absence_later).add(row.absence_ms);
  }
  if (row.by != kNone) words.add(texts(view_.slots[row.by].path));
  return sequences_[index] = words.add(row.all_within_ms).add(row.starts).hash();
}

}  // namespace segue::image
