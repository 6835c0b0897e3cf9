#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/cells/attempts.h"
#include "runtime/cells/matching.h"
#include "runtime/image/view.h"
#include "runtime/interp/frame.h"

/// The sequences of an instant: those that an occurrence of it touched, and those whose wait is
/// over.
namespace segue {
struct Prepared;
}

namespace segue::interp {

/// One occurrence's part in one sequence.
struct Touch {
  uint32_t sequence;
  uint32_t event;
  cells::SequenceHit hit;
  Scalar key;  // of the sequence's `by`
};

/// What the one event of an instant is to a sequence without `by`, by one of its streams. Of
/// several streams that it is an occurrence of, the parts are or-ed.
struct SequencePart {
  uint32_t sequence = 0;
  uint32_t level = 0;
  uint32_t breakers = 0;
  cells::Possible possible;
};

/// A sequence of two steps of which nobody asks more than where the latest match begins (a `starts`
/// cell, of the lowest level, that feeds one cell): what an instant with one event does to it.
struct Pair {
  uint32_t time_at = 0;             // in the blob: when the first step was
  uint32_t starts = image::kNone;   // the cell that keeps where the latest match begins
  uint32_t derived = image::kNone;  // the stream of the matches; kNone: the sequence is no pair
  int64_t shortest_ms = 0;
  int64_t longest_ms = 0;
};

/// The parts of each stream, ascending by sequence; those of pairs apart. Found once a program;
/// cost: steps of sequences.
class SequenceParts {
 public:
  explicit SequenceParts(const image::View& view);

  /// False if some sequence of the stream asks for more than which stream it is: for a value.
  bool known(uint32_t stream) const { return known_[stream]; }
  std::span<const SequencePart> of_stream(uint32_t stream) const {
    return part(parts_, of_stream_[stream].parts);
  }
  /// The pairs whose second step it is, and where those whose first it is keep its time.
  std::span<const Pair> ended_by(uint32_t stream) const {
    return part(ended_, of_stream_[stream].ended);
  }
  std::span<const uint32_t> begun_by(uint32_t stream) const {
    return part(begun_, of_stream_[stream].begun);
  }

 private:
  struct OfStream {
    image::Range parts, begun, ended;
  };

  template <class Row>
  static std::span<const Row> part(const std::vector<Row>& rows, image::Range range) {
    return {rows.data() + range.first, range.count};
  }
  static void find_pair(const image::View& view, uint32_t cell, std::vector<Pair>& pair_of);

  std::vector<SequencePart> parts_;
  std::vector<Pair> ended_;
  std::vector<uint32_t> begun_;
  std::vector<OfStream> of_stream_;
  std::vector<bool> known_;
};

/// Working memory, reused.
struct SequenceScratch {
  std::vector<SequencePart> parts;
  std::vector<Touch> touches;
  std::vector<cells::SequenceHit> hits;
  std::vector<cells::Moment> moments;
  std::vector<cells::Ended> ended;
};

/// Takes in the frame's hits for the sequences of one level, all of an instant together, inner
/// sequences before the ones whose step they are; matches that end feed their derived streams.
/// `due`: a deadline is, so waits may be over too, and the next ones are noted (else they are part
/// of the blob's next deadline already).
void advance_sequences(Frame& frame, SequenceScratch& scratch, uint32_t level, bool due);

/// Whether an instant with one event moves the sequence by nothing but what its streams have in
/// common with it: no `by`, no step that may not lie between others.
bool is_plain(const Prepared& prepared, uint32_t sequence);

/// What the occurrence of a stream allows a sequence at an instant with no other event.
cells::Possible possible_alone(const image::View& view, uint32_t sequence, uint32_t stream);

/// `advance_sequences` of one plain sequence, of whose match no sequence is made: by one event
/// (what its streams allow together), or, if nothing is possible, by a wait that may be over.
void advance_plain(Frame& frame, uint32_t sequence, cells::Possible possible);

}  // namespace segue::interp
