#include "runtime/interp/tracking.h"

#include <algorithm>
#include <map>

#include "runtime/interp/apart.h"
#include "runtime/interp/reads.h"

namespace segue::interp {

using image::kNone;
using image::OpRow;

Tracking::Tracking(const image::View& view)
    : words_(static_cast<uint32_t>((view.chunks.size() + 63) / 64)),
      chunk_of_node_(view.nodes.size()),
      of_chunk_(view.chunks.size()) {
  for (uint32_t i = 0; i < view.chunks.size(); ++i) {
    const image::ChunkRow& row = view.chunks[i];
    std::fill_n(chunk_of_node_.begin() + row.first_node, row.node_count, i);
    level_ends_.resize(std::max<size_t>(level_ends_.size(), row.level + 1), i);
    level_ends_[row.level] = i + 1;
  }
  for (const image::SequenceRow& row : view.sequences) {
    level_ends_.resize(std::max<size_t>(level_ends_.size(), row.level + 1),
                       static_cast<uint32_t>(view.chunks.size()));
  }
  if (level_ends_.empty()) level_ends_.push_back(0);
  Lists of_cell(view.cells.size());
  Lists of_node(view.nodes.size());
  find_readers(view, of_cell, of_node);
  for (const std::vector<uint32_t>& chunks : of_cell) of_cell_.push_back(add_marks(chunks));
  for (const image::StreamRow& row : view.streams) {
    std::vector<uint32_t> chunks;
    for (const uint32_t cell : view.list(row.cells)) {
      if (marks_itself(view.cells[cell])) continue;
      chunks.insert(chunks.end(), of_cell[cell].begin(), of_cell[cell].end());
    }
    of_stream_.push_back(add_marks(std::move(chunks)));
  }
  for (const std::vector<uint32_t>& chunks : of_node) of_node_.push_back(add_marks(chunks));
  find_watched(view);
  give_slots(view);
}

image::Range Tracking::add_marks(std::vector<uint32_t> chunks) {
  std::sort(chunks.begin(), chunks.end());
  const auto first = static_cast<uint32_t>(marks_.size());
  for (const uint32_t chunk : chunks) {
    const uint32_t word = chunk / 64;
    if (marks_.size() == first || marks_.back().word != word) marks_.push_back({word, 0});
    marks_.back().mask |= uint64_t{1} << (chunk % 64);
  }
  return {first, static_cast<uint32_t>(marks_.size()) - first};
}

/// A node's readers in its own chunk stand behind it and are evaluated with it. What a `held` cell
/// says turns with the node that it follows, but is read one by one.
void Tracking::find_readers(const image::View& view, Lists& of_cell, Lists& of_node) const {
  for (uint32_t i = 0; i < view.nodes.size(); ++i) {
    const uint32_t chunk = chunk_of_node_[i];
    const auto read_node = [&](uint32_t node) {
      if (chunk_of_node_[node] != chunk) of_node[node].push_back(chunk);
    };
    const auto read_cell = [&](uint32_t cell) {
      of_cell[cell].push_back(chunk);
      if (view.cells[cell].kind == image::CellKind::kHeld) read_node(view.cells[cell].source);
    };
    for (const OpRow& row : view.code(view.nodes[i].code)) {
      each_read(view, row, read_cell, read_node);
    }
  }
}

void Tracking::find_watched(const image::View& view) {
  node_at_.assign(size_t{view.layout[0].truth_words} * 64, kNone);
  for (uint32_t i = 0; i < view.chunks.size(); ++i) {
    const image::ChunkRow& row = view.chunks[i];
    std::map<uint32_t, Watched> words;
    of_chunk_[i].kept.first = static_cast<uint32_t>(kept_.size());
    for (uint32_t node = row.first_node; node < row.first_node + row.node_count; ++node) {
      const image::NodeRow& node_row = view.nodes[node];
      const bool read = of_node_[node].count != 0;
      if (node_row.type != image::Type::B) {
        if (read) kept_.push_back({node_row.place, node});
        continue;
      }
      if (read) node_at_[node_row.place] = node;
      if (!read && node_row.segment == kNone) continue;
      const uint64_t bit = uint64_t{1} << (node_row.place % 64);
      Watched& watched = words[node_row.place / 64];
      watched.word = node_row.place / 64;
      watched.mask |= bit;
      watched.read |= read ? bit : 0;
    }
    of_chunk_[i].kept.count = static_cast<uint32_t>(kept_.size()) - of_chunk_[i].kept.first;
    of_chunk_[i].watched = {static_cast<uint32_t>(watched_.size()),
                            static_cast<uint32_t>(words.size())};
    for (const auto& [word, watched] : words) watched_.push_back(watched);
  }
}

void Tracking::give_slots(const image::View& view) {
  const std::vector<bool> apart = chunks_apart(view);
  for (uint32_t i = 0; i < view.chunks.size(); ++i) {
    if (!image::has_deadline(view, view.chunks[i])) continue;
    of_chunk_[i].slot = slots_++;
    chunk_of_slot_.push_back(i);
    is_apart_.push_back(apart[i] ? 1 : 0);
    any_apart_ = any_apart_ || apart[i];
  }
  slot_of_cell_.assign(view.cells.size(), kNone);
  for (uint32_t i = 0; i < view.cells.size(); ++i) {
    if (!image::waits(view, view.cells[i])) continue;
    slot_of_cell_[i] = slots_++;
    sequence_of_slot_.push_back(view.cells[i].source);
  }
}

}  // namespace segue::interp
