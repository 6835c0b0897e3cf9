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

/// The parts of each stream, ascending by sequence. Found once a program; cost: steps of sequences.
class SequenceParts {
 public:
  explicit SequenceParts(const image::View& view);

  /// False if some sequence of the stream asks for more than which stream it is: for a value.
  bool known(uint32_t stream) const { return known_[stream]; }
  std::span<const SequencePart> of_stream(uint32_t stream) const {
    return {parts_.data() + of_stream_[stream].first, of_stream_[stream].count};
  }

 private:
  std::vector<SequencePart> parts_;
  std::vector<image::Range> of_stream_;
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
