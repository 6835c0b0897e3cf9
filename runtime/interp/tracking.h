#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/cells/sequence.h"
#include "runtime/image/deadlines.h"
#include "runtime/image/view.h"

/// What a tracked program (image::Layout::deadlines_at) is asked at an instant: which chunks read
/// what has changed. Chunks that are to be looked at are marked in a set of bits, one a chunk;
/// marks only ever lie ahead, since nodes read earlier nodes.
namespace segue::interp {

/// Chunks of one word of that set.
struct Mark {
  uint32_t word = 0;
  uint64_t mask = 0;
};

/// Who reads what, by rows of the image. Made once a program; cost: its rows and ops.
class Tracking {
 public:
  explicit Tracking(const image::View& view);

  /// A number or time of a chunk that other chunks read.
  struct Kept {
    uint32_t place = 0;
    uint32_t node = 0;
  };
  /// Truths in one word of the blob.
  struct Watched {
    uint32_t word = 0;
    uint64_t mask = 0;
    uint64_t read = 0;  // those of them that other chunks read
  };

  uint32_t words() const { return words_; }  // of the set of chunks
  uint32_t slots() const { return slots_; }  // of deadlines

  /// … of its cells but for those that tell it themselves.
  std::span<const Mark> readers_of_stream(uint32_t stream) const { return in(of_stream_, stream); }
  std::span<const Mark> readers_of_cell(uint32_t cell) const { return in(of_cell_, cell); }
  std::span<const Mark> readers_of_node(uint32_t node) const { return in(of_node_, node); }

  /// Of a chunk: the truths that segments or other chunks ask for, and the numbers these read.
  std::span<const Watched> watched_by(uint32_t chunk) const {
    return part(watched_, of_chunk_[chunk].watched);
  }
  std::span<const Kept> kept_by(uint32_t chunk) const { return part(kept_, of_chunk_[chunk].kept); }
  /// The node whose truth is the bit; kNone if no chunk but its own reads it.
  uint32_t node_at(uint32_t place) const { return node_at_[place]; }

  /// kNone: none.
  uint32_t slot_of_chunk(uint32_t chunk) const { return of_chunk_[chunk].slot; }
  uint32_t slot_of_cell(uint32_t cell) const { return slot_of_cell_[cell]; }
  /// Of slots behind those of chunks: the sequence whose wait it is; of others kNone.
  uint32_t sequence_of(uint32_t slot) const {
    return slot < chunk_of_slot_.size() ? image::kNone
                                        : sequence_of_slot_[slot - chunk_of_slot_.size()];
  }
  uint32_t chunk_of(uint32_t slot) const { return chunk_of_slot_[slot]; }
  /// Of a slot: whether it is of a chunk that is settled apart from others (`apart.h`).
  bool is_apart(uint32_t slot) const { return slot < is_apart_.size() && is_apart_[slot] != 0; }
  bool any_apart() const { return any_apart_; }

  /// The first chunk that is not of the level or a lower one.
  uint32_t end_of_level(uint32_t level) const { return level_ends_[level]; }

 private:
  struct OfChunk {
    image::Range watched;
    image::Range kept;
    uint32_t slot = image::kNone;
  };
  using Lists = std::vector<std::vector<uint32_t>>;

  template <class Row>
  static std::span<const Row> part(const std::vector<Row>& rows, image::Range range) {
    return {rows.data() + range.first, range.count};
  }
  std::span<const Mark> in(const std::vector<image::Range>& ranges, uint32_t row) const {
    return part(marks_, ranges[row]);
  }
  image::Range add_marks(std::vector<uint32_t> chunks);
  void find_readers(const image::View& view, Lists& of_cell, Lists& of_node) const;
  void find_watched(const image::View& view);
  void give_slots(const image::View& view);

  uint32_t words_ = 0;
  uint32_t slots_ = 0;
  std::vector<uint32_t> chunk_of_node_;
  std::vector<Mark> marks_;
  std::vector<image::Range> of_stream_, of_cell_, of_node_;
  std::vector<OfChunk> of_chunk_;
  std::vector<Watched> watched_;
  std::vector<Kept> kept_;
  std::vector<uint32_t> node_at_;
  std::vector<uint32_t> slot_of_cell_;
  std::vector<uint32_t> chunk_of_slot_;
  std::vector<uint32_t> sequence_of_slot_;
  std::vector<uint8_t> is_apart_;  // by slot, of chunks
  bool any_apart_ = false;
  std::vector<uint32_t> level_ends_;
};

/// Whether feeding the cell itself tells its readers, and only if it changed: most occurrences come
/// on a day that is known. Others are told of with their stream.
inline bool marks_itself(const image::CellRow& cell) { return cell.kind == image::CellKind::kDays; }

/// Adds chunks to the set.
inline void mark(uint64_t* set, std::span<const Mark> marks) {
  for (const Mark& at : marks) set[at.word] |= at.mask;
}

}  // namespace segue::interp
