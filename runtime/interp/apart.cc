#include "runtime/interp/apart.h"

#include <algorithm>

#include "runtime/image/deadlines.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/reads.h"

namespace segue::interp {
namespace {

using image::CellKind;
using image::kNone;

/// What time alone may feed, by the turn of a node or the end of a wait, directly or by way of
/// other streams and cells.
class FedByTime {
 public:
  explicit FedByTime(const image::View& view)
      : view_(view), streams_(view.streams.size()), sequences_(view.sequences.size()) {
    for (const image::CellRow& row : view.cells) {
      if (row.kind == CellKind::kCrossing) feed_stream(row.feeds);
    }
    for (uint32_t i = 0; i < view.sequences.size(); ++i) {
      if (view.sequences[i].absence_stream != kNone) feed_sequence(i);
    }
  }

  bool holds(const image::CellRow& cell) const {
    switch (image::source_of(cell.kind)) {
      case image::Source::kStream:
        return streams_[cell.source];
      case image::Source::kSequence:
        return sequences_[cell.source];
      default:
        return cell.kind != CellKind::kLatch;  // it follows a node
    }
  }

 private:
  void feed_stream(uint32_t stream) {
    if (streams_[stream]) return;
    streams_[stream] = true;
    const image::StreamRow& row = view_.streams[stream];
    for (const uint32_t joined : view_.list(row.unions)) feed_stream(joined);
    for (const uint32_t cell : view_.list(row.cells)) {
      if (view_.cells[cell].feeds != kNone) feed_stream(view_.cells[cell].feeds);
    }
    for (const uint32_t sequence : view_.list(row.sequences)) feed_sequence(sequence);
  }

  void feed_sequence(uint32_t sequence) {
    if (sequences_[sequence]) return;
    sequences_[sequence] = true;
    const uint32_t derived = view_.sequences[sequence].derived_stream;
    if (derived != kNone) feed_stream(derived);
  }

  const image::View& view_;
  std::vector<bool> streams_;
  std::vector<bool> sequences_;
};

/// Of each node, the chunk whose deadlines it hangs on.
class Sources {
 public:
  explicit Sources(const image::View& view)
      : view_(view),
        fed_(view),
        apart_(view.chunks.size()),
        chunk_of_(view.nodes.size()),
        source_(view.nodes.size(), kNobody) {
    for (uint32_t i = 0; i < view.chunks.size(); ++i) {
      const image::ChunkRow& row = view.chunks[i];
      apart_[i] = image::has_deadline(view, row);
      std::fill_n(chunk_of_.begin() + row.first_node, row.node_count, i);
    }
    for (uint32_t i = 0; i < view.nodes.size(); ++i) source_[i] = find(i);
    for (const image::CellRow& cell : view.cells) {
      if (cell.kind == CellKind::kCrossing) bind(source_[cell.source]);
    }
  }

  std::vector<bool> apart() const { return apart_; }

 private:
  static constexpr uint32_t kNobody = UINT32_MAX;      // no time turns it
  static constexpr uint32_t kOthers = UINT32_MAX - 1;  // several, or what time feeds

  void bind(uint32_t source) {
    if (source < kOthers) apart_[source] = false;
  }

  /// Of what hangs on both.
  uint32_t joined(uint32_t a, uint32_t b) {
    if (a == b || b == kNobody) return a;
    if (a == kNobody) return b;
    bind(a);
    bind(b);
    return kOthers;
  }

  uint32_t find(uint32_t index) {
    const image::NodeRow& node = view_.nodes[index];
    const uint32_t chunk = chunk_of_[index];
    const bool wakes = image::has_deadline(view_, view_.chunks[chunk]);
    uint32_t source = wakes && node.timed != 0 ? chunk : kNobody;
    const auto read_cell = [&](uint32_t cell) {
      if (fed_.holds(view_.cells[cell])) source = joined(source, kOthers);
    };
    const auto read_node = [&](uint32_t read) {
      // A chunk is evaluated at its own deadlines; those of another would be one more reason.
      const bool outside = wakes && chunk_of_[read] != chunk && source_[read] != kNobody;
      source = joined(source, outside ? kOthers : source_[read]);
      if (outside) bind(source_[read]);
    };
    for (const image::OpRow& row : view_.code(node.code)) {
      each_read(view_, row, read_cell, read_node);
    }
    if (wakes && source != kNobody && source != chunk) bind(chunk);
    if (node.held.count != 0) bind(source);
    return source;
  }

  const image::View& view_;
  FedByTime fed_;
  std::vector<bool> apart_;
  std::vector<uint32_t> chunk_of_;
  std::vector<uint32_t> source_;
};

}  // namespace

std::vector<bool> chunks_apart(const image::View& view) { return Sources(view).apart(); }

}  // namespace segue::interp
