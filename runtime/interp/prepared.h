#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "runtime/base/value.h"
#include "runtime/cells/near.h"
#include "runtime/image/view.h"
#include "runtime/interp/bands.h"
#include "runtime/interp/first.h"
#include "runtime/interp/sequences.h"
#include "runtime/interp/set_table.h"
#include "runtime/interp/tracking.h"

namespace segue {

/// What the interpreter makes of an image once, so that an instant searches nothing.
struct Prepared {
  explicit Prepared(const image::View& image_view, uint64_t image_identity);

  /// Truth bits of segments in one word of the blob.
  struct Watched {
    uint32_t word;
    uint64_t mask;
  };

  bool in_kind_set(uint32_t set, uint32_t kind) const {
    return kind_sets[size_t{set} * kinds + kind] != 0;
  }
  const RE2& regex(uint32_t text, bool ignoring_case) const {
    return *regexes.at(uint64_t{text} << 1 | (ignoring_case ? 1 : 0));
  }
  std::span<const Watched> watched_by(uint32_t chunk) const {
    const image::Range range = chunk_watches[chunk];
    return {watches.data() + range.first, range.count};
  }
  /// The same of all the chunks that an event of the kind can change, and of those that time can.
  std::span<const Watched> watched_by_kind(uint32_t kind) const {
    const image::Range range = kind_watches[kind];
    return {watches.data() + range.first, range.count};
  }
  std::span<const Watched> watched_by_time() const {
    return {watches.data() + timed_watches.first, timed_watches.count};
  }
  std::span<const Watched> watched_by_any() const {
    return {watches.data() + all_watches.first, all_watches.count};
  }
  /// The segments whose truth is bit `place`.
  std::span<const uint32_t> segments_at(uint32_t place) const {
    const uint32_t first = places[place];
    return {segment_places.data() + first, places[place + 1] - first};
  }

  const image::View& view;
  uint64_t identity = 0;
  uint32_t kinds = 0;
  bool reads_user = false;

  std::vector<uint8_t> kind_sets;  // a byte a set and kind
  std::vector<interp::SetTable> sets;
  std::vector<Value> texts;                              // text constants as values
  std::unordered_map<std::string_view, uint32_t> zones;  // rows by name
  std::unordered_map<uint64_t, std::unique_ptr<RE2>> regexes;

  interp::SequenceParts parts;
  std::vector<std::vector<uint32_t>> cells_of_sequence;  // `steps` and `sequence` cells
  /// Sequences with a `sequence` cell whose match ends with a wait, ascending.
  std::vector<uint32_t> waiting_sequences;
  std::vector<uint32_t> change_cells;
  std::vector<std::vector<uint32_t>> crossings_of_chunk;  // `crossing` cells of its nodes
  uint32_t levels = 1;                                    // of sequences and chunks
  std::vector<uint32_t> all_chunks;
  std::vector<uint32_t> timed_chunks;
  std::vector<image::Range> chunk_watches;
  std::vector<image::Range> kind_watches;
  image::Range timed_watches;
  image::Range all_watches;
  std::vector<Watched> watches;
  std::vector<bool> score_moves;  // by the millisecond, so that it is worked out when asked for
  std::vector<cells::NearRun> near;
  std::optional<interp::Tracking> tracking;  // of a tracked program
  std::optional<interp::Bands> bands;        // … its tests in constant tables
  std::vector<uint32_t> segment_places;      // segments by place
  std::vector<uint32_t> places;              // … where those of each begin, and an end
  std::optional<interp::First> first;        // what a user begins with
};

}  // namespace segue
