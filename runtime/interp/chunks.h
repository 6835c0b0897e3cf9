#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/interp/frame.h"
#include "runtime/interp/program.h"

/// From cells to conditions: nodes in topological order, stored in the blob.
namespace segue::interp {

/// A word of the truths in a blob.
inline std::byte* truth_word(std::byte* blob, uint32_t word) {
  return blob + sizeof(BlobHeader) + size_t{8} * word;
}
inline const std::byte* truth_word(const std::byte* blob, uint32_t word) {
  return blob + sizeof(BlobHeader) + size_t{8} * word;
}

/// Evaluates the nodes of one chunk; `held` cells move right after the node they follow.
void run_chunk(Frame& frame, uint32_t chunk);

/// A segment whose truth became another.
struct Change {
  uint32_t segment;
  bool entered;
};

/// Runs chunks (ascending, of one level), natively where there is code, and appends the segments
/// that changed; nodes that turned feed the streams that follow them.
void settle_chunks(Frame& frame, const NativeCode* native, std::span<const uint32_t> chunks,
                   std::vector<Change>& changes);

/// Of a tracked program: runs a chunk, which leaves its next deadline in the frame, appends the
/// segments that changed, and marks the chunks that read what it changed. Whether there are any.
bool settle_chunk(Frame& frame, const NativeCode* native, uint32_t chunk,
                  std::vector<Change>& changes);

/// Puts the deadline in the frame among those of the blob, as the chunk's own.
void keep_deadline(Frame& frame, uint32_t chunk);

/// Of a tracked program: runs the chunks of [begin, end) that are marked, and those that they mark
/// on the way.
void settle_marked(Frame& frame, const NativeCode* native, uint32_t begin, uint32_t end,
                   std::vector<Change>& changes);

/// Of a first instant: in place of what was appended, the segments that are true.
void note_first(const Frame& frame, std::vector<Change>& changes);

/// Of an instant at which all was looked at: in place of what was appended, the segments whose
/// truth is another than in `before`, the truth words then.
void note_since(const Frame& frame, std::span<const uint64_t> before, std::vector<Change>& changes);

/// Marks all chunks.
void mark_all(Frame& frame);

/// Marks the chunks whose deadline is not after the frame's instant, and lists the sequences with a
/// wait that is over. Cost: a line or two for each.
void mark_due(Frame& frame);

}  // namespace segue::interp
