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

}  // namespace segue::interp
