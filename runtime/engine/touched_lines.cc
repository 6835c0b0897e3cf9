#include "runtime/engine/touched_lines.h"

#include <bit>
#include <vector>

#include "runtime/cells/blob.h"
#include "runtime/cells/near.h"
#include "runtime/image/deadlines.h"
#include "runtime/image/op_info.h"

namespace segue {
namespace {

using image::CellKind;
using image::Use;

constexpr uint32_t kLineBytes = 64;
constexpr uint32_t kLinesMax = 8;  // of a row that are fetched
// … of a state that keeps deadlines: all of these are looked at first.
constexpr uint32_t kTrackedLinesMax = 12;

using CellsOfSequence = std::vector<std::vector<uint32_t>>;

CellsOfSequence cells_of_sequences(const image::View& view) {
  CellsOfSequence cells(view.sequences.size());
  for (uint32_t i = 0; i < view.cells.size(); ++i) {
    const image::CellRow& row = view.cells[i];
    if (image::source_of(row.kind) == image::Source::kSequence) cells[row.source].push_back(i);
  }
  return cells;
}

/// The lines of one instant, collected.
class Lines {
 public:
  Lines(const image::View& view, const CellsOfSequence& sequences, uint32_t state_at)
      : view_(view), sequences_(sequences), state_at_(state_at), fed_(view.streams.size()) {
    bytes(0, sizeof(BlobHeader));
    const uint32_t near_at = view.layout[0].near_at;
    if (near_at != image::kNone) bytes(near_at, cells::kNearBaseBytes);
  }

  void kind(const image::KindRow& row) {
    for (const uint32_t stream : view_.list(row.streams)) fed(stream);
    for (const uint32_t chunk : view_.list(row.chunks)) read(view_.chunks[chunk]);
  }

  void read(const image::ChunkRow& chunk) {
    for (const image::NodeRow& node : view_.nodes.subspan(chunk.first_node, chunk.node_count)) {
      place(node);
      for (const uint32_t held : view_.list(node.held)) cell(held);
      for (const image::OpRow& op : view_.code(node.code)) {
        operand(image::op_info(op.op).a, op.a);
        operand(image::op_info(op.op).b, op.b);
      }
    }
  }

  /// The deadlines of a tracked program from slot `first` on, and those above them.
  void deadlines(uint32_t first) {
    const uint32_t at = view_.layout[0].deadlines_at;
    if (at == image::kNone) return;
    const uint32_t words = image::deadline_words(image::deadline_slots(view_));
    if (first < words) bytes(at + 8 * first, 8 * (words - first));
  }

  uint32_t mask() const { return mask_; }

 private:
  void bytes(uint32_t offset, uint32_t count) {
    const uint32_t last = (state_at_ + offset + count - 1) / kLineBytes;
    for (uint32_t line = (state_at_ + offset) / kLineBytes; line <= last && line < 32; ++line) {
      mask_ |= 1u << line;
    }
  }

  void cell(uint32_t number) { bytes(view_.cells[number].offset, view_.cells[number].bytes); }

  void place(const image::NodeRow& node) {
    const bool truth = node.type == image::Type::B;
    bytes(truth ? uint32_t{sizeof(BlobHeader)} + node.place / 64 * 8 : node.place, 8);
  }

  void operand(Use use, uint32_t number) {
    if (use == Use::kCell) cell(number);
    if (use == Use::kNode || use == Use::kNumberNode) place(view_.nodes[number]);
  }

  /// What a stream feeds, but for what only sometimes follows. Once a stream: unions of unions are
  /// reached on many ways.
  void fed(uint32_t stream) {
    if (fed_[stream]) return;
    fed_[stream] = true;
    const image::StreamRow& row = view_.streams[stream];
    for (const uint32_t number : view_.list(row.cells)) cell(number);
    for (const uint32_t all : view_.list(row.unions)) fed(all);
    for (const uint32_t sequence : view_.list(row.sequences)) {
      for (const uint32_t number : sequences_[sequence]) cell(number);
    }
  }

  const image::View& view_;
  const CellsOfSequence& sequences_;
  uint32_t state_at_;
  std::vector<bool> fed_;  // by stream
  uint32_t mask_ = 1;
};

uint32_t fetched(const image::View& view, uint32_t mask, bool aligned) {
  if (!aligned) mask |= mask << 1;
  const bool tracked = view.layout[0].deadlines_at != image::kNone;
  const uint32_t most = tracked ? kTrackedLinesMax : kLinesMax;
  while (std::popcount(mask) > static_cast<int>(most)) mask &= ~std::bit_floor(mask);
  return mask;
}

}  // namespace

TouchedLines::TouchedLines(const image::View& view, uint32_t state_at, bool aligned) {
  const CellsOfSequence sequences = cells_of_sequences(view);
  for (const image::KindRow& row : view.kinds) {
    Lines lines(view, sequences, state_at);
    lines.kind(row);
    lines.deadlines(image::deadline_slots(view));
    kinds_.push_back(fetched(view, lines.mask(), aligned));
  }
  Lines timed(view, sequences, state_at);
  for (const image::ChunkRow& chunk : view.chunks) {
    if (chunk.timed != 0) timed.read(chunk);
  }
  timed.deadlines(0);
  time_ = fetched(view, timed.mask(), aligned);
}

}  // namespace segue
