#include "runtime/interp/chunks.h"

#include <algorithm>
#include <bit>

#include "runtime/cells/bytes.h"
#include "runtime/cells/crossing.h"
#include "runtime/cells/deadlines.h"
#include "runtime/cells/held.h"
#include "runtime/image/limits.h"
#include "runtime/interp/eval.h"
#include "runtime/interp/feed.h"
#include "runtime/interp/prepared.h"

namespace segue::interp {
namespace {

using cells::load;
using cells::store;

void store_truth(Frame& frame, const image::NodeRow& node, bool truth) {
  std::byte* at = truth_word(frame.blob, node.place / 64);
  const uint64_t bit = uint64_t{1} << (node.place % 64);
  const uint64_t word = load<uint64_t>(at);
  store(at, truth ? word | bit : word & ~bit);
  for (const uint32_t cell : frame.view->list(node.held)) {
    cells::held_move(frame.blob + frame.view->cells[cell].offset, truth, frame.now_ms);
  }
}

void run_node(Frame& frame, const image::NodeRow& node) {
  const Entry value = eval(frame, node.code);
  if (node.type == image::Type::B) {
    store_truth(frame, node, value.truth());
  } else if (node.type == image::Type::T) {
    store(frame.blob + node.place, value.time_ms());
  } else {
    store(frame.blob + node.place, stored(value.number()));
  }
}

[[gnu::always_inline]] inline void note_changes(const Prepared& prepared, uint32_t word,
                                                uint64_t changed, uint64_t now,
                                                std::vector<Change>& changes) {
  for (; changed != 0; changed &= changed - 1) {
    const auto bit = static_cast<uint32_t>(std::countr_zero(changed));
    for (const uint32_t segment : prepared.segments_at(word * 64 + bit)) {
      changes.push_back({segment, (now >> bit & 1) != 0});
    }
  }
}

/// Feeds the stream of a crossing, if its node turned.
void follow_crossing(Frame& frame, uint32_t cell) {
  const image::CellRow& row = frame.view->cells[cell];
  const uint32_t place = frame.view->nodes[row.source].place;
  const bool truth = (load<uint64_t>(truth_word(frame.blob, place / 64)) >> (place % 64) & 1) != 0;
  if (cells::crossing_move(frame.blob + row.offset, truth, row.k != 0)) {
    feed_derived(frame, row.feeds);
  }
}

}  // namespace

void run_chunk(Frame& frame, uint32_t chunk) {
  const image::ChunkRow& row = frame.view->chunks[chunk];
  uint32_t next = row.first_node;
  const auto run_until = [&](uint32_t end) {
    for (; next < end; ++next) run_node(frame, frame.view->nodes[next]);
  };
  if (frame.prepared->bands) {
    for (const Band& band : frame.prepared->bands->of_chunk(chunk)) {
      run_until(band.first_node);
      run_band(frame, *frame.prepared->bands, band);
      next += band.count;
    }
  }
  run_until(row.first_node + row.node_count);
}

namespace {

void run_any(Frame& frame, const NativeCode* native, uint32_t chunk) {
  const bool has_code =
      native != nullptr && chunk < native->chunks.size() && native->chunks[chunk] != nullptr;
  if (has_code) {
    native->chunks[chunk](&frame);
  } else {
    run_chunk(frame, chunk);
  }
}

}  // namespace

void settle_chunks(Frame& frame, const NativeCode* native, std::span<const uint32_t> chunks,
                   std::vector<Change>& changes) {
  const Prepared& prepared = *frame.prepared;
  uint64_t before[image::kChunkNodesMax];
  for (const uint32_t chunk : chunks) {
    const std::span<const Prepared::Watched> watched = prepared.watched_by(chunk);
    for (size_t i = 0; i < watched.size(); ++i) {
      before[i] = load<uint64_t>(truth_word(frame.blob, watched[i].word));
    }
    run_any(frame, native, chunk);
    for (size_t i = 0; i < watched.size(); ++i) {
      const uint64_t now = load<uint64_t>(truth_word(frame.blob, watched[i].word));
      const uint64_t changed = (now ^ before[i]) & watched[i].mask;
      if (changed != 0) note_changes(prepared, watched[i].word, changed, now, changes);
    }
    for (const uint32_t cell : prepared.crossings_of_chunk[chunk]) follow_crossing(frame, cell);
  }
}

bool settle_chunk(Frame& frame, const NativeCode* native, uint32_t chunk,
                  std::vector<Change>& changes) {
  const Tracking& tracking = *frame.tracking;
  const std::span<const Tracking::Watched> watched = tracking.watched_by(chunk);
  const std::span<const Tracking::Kept> kept = tracking.kept_by(chunk);
  uint64_t before[image::kChunkNodesMax];
  uint64_t kept_before[image::kChunkNodesMax];
  for (size_t i = 0; i < watched.size(); ++i) {
    before[i] = load<uint64_t>(truth_word(frame.blob, watched[i].word));
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    kept_before[i] = load<uint64_t>(frame.blob + kept[i].place);
  }
  frame.next_ms = kNever.ms;
  run_any(frame, native, chunk);
  bool marked = false;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (load<uint64_t>(frame.blob + kept[i].place) == kept_before[i]) continue;
    mark(frame.dirty, tracking.readers_of_node(kept[i].node));
    marked = true;
  }
  for (size_t i = 0; i < watched.size(); ++i) {
    const uint32_t word = watched[i].word;
    const uint64_t now = load<uint64_t>(truth_word(frame.blob, word));
    const uint64_t changed = (now ^ before[i]) & watched[i].mask;
    if (changed == 0) continue;
    note_changes(*frame.prepared, word, changed, now, changes);
    for (uint64_t left = changed & watched[i].read; left != 0; left &= left - 1) {
      const auto bit = static_cast<uint32_t>(std::countr_zero(left));
      mark(frame.dirty, tracking.readers_of_node(tracking.node_at(word * 64 + bit)));
      marked = true;
    }
  }
  for (const uint32_t cell : frame.prepared->crossings_of_chunk[chunk]) {
    follow_crossing(frame, cell);
  }
  return marked;
}

void keep_deadline(Frame& frame, uint32_t chunk) {
  const Tracking& tracking = *frame.tracking;
  const uint32_t slot = tracking.slot_of_chunk(chunk);
  if (slot == image::kNone) return;
  cells::deadlines_set(frame.blob + frame.view->layout[0].deadlines_at, tracking.slots(), slot,
                       frame.next_ms);
}

void settle_marked(Frame& frame, const NativeCode* native, uint32_t begin, uint32_t end,
                   std::vector<Change>& changes) {
  for (uint32_t word = begin / 64; word * 64 < end; ++word) {
    uint64_t within = ~uint64_t{0};
    if (word == begin / 64) within <<= begin % 64;
    if (end - word * 64 < 64) within &= (uint64_t{1} << (end - word * 64)) - 1;
    // What is evaluated may mark chunks behind it, of the same word too.
    while (const uint64_t marked = frame.dirty[word] & within) {
      const auto bit = static_cast<uint32_t>(std::countr_zero(marked));
      frame.dirty[word] &= ~(uint64_t{1} << bit);
      within &= ~uint64_t{1} << bit;
      settle_chunk(frame, native, word * 64 + bit, changes);
      keep_deadline(frame, word * 64 + bit);
    }
  }
}

void note_first(const Frame& frame, std::vector<Change>& changes) {
  changes.clear();
  for (const Prepared::Watched& at : frame.prepared->watched_by_any()) {
    const uint64_t now = load<uint64_t>(truth_word(frame.blob, at.word));
    note_changes(*frame.prepared, at.word, now & at.mask, now, changes);
  }
}

void note_since(const Frame& frame, std::span<const uint64_t> before,
                std::vector<Change>& changes) {
  changes.clear();
  for (const Prepared::Watched& at : frame.prepared->watched_by_any()) {
    const uint64_t now = load<uint64_t>(truth_word(frame.blob, at.word));
    note_changes(*frame.prepared, at.word, (now ^ before[at.word]) & at.mask, now, changes);
  }
}

void mark_all(Frame& frame) {
  for (uint32_t chunk = 0; chunk < frame.view->chunks.size(); ++chunk) {
    frame.dirty[chunk / 64] |= uint64_t{1} << (chunk % 64);
  }
}

void mark_due(Frame& frame) {
  const Tracking& tracking = *frame.tracking;
  frame.due_waits.clear();
  cells::deadlines_each_due(frame.blob + frame.view->layout[0].deadlines_at, tracking.slots(),
                            frame.now_ms, [&](uint32_t slot) {
                              const uint32_t sequence = tracking.sequence_of(slot);
                              if (sequence != image::kNone) {
                                frame.due_waits.push_back(sequence);
                                return;
                              }
                              const uint32_t chunk = tracking.chunk_of(slot);
                              frame.dirty[chunk / 64] |= uint64_t{1} << (chunk % 64);
                            });
  if (frame.due_waits.size() < 2) return;
  std::sort(frame.due_waits.begin(), frame.due_waits.end());
  frame.due_waits.erase(std::unique(frame.due_waits.begin(), frame.due_waits.end()),
                        frame.due_waits.end());
}

}  // namespace segue::interp
