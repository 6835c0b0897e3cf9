// What a `StateBlob` keeps, and how it is sealed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/cells/blob.h"
#include "segue/blob.h"

namespace segue {

struct StateBlob::State {
  Blob blob;
  uint64_t identity = 0;  // of the program that made it; of a blob that is not empty
};

/// Head of sealed bytes, little-endian; the blob's bytes follow. docs/formats/state.md.
struct SealedHead {
  char magic[4] = {'S', 'E', 'G', 'B'};
  uint32_t version = 1;
  uint64_t identity = 0;
  uint64_t bytes = 0;     // that follow
  uint64_t checksum = 0;  // XXH3-64 of what is before it here, and what follows
};
static_assert(sizeof(SealedHead) == 32);

}  // namespace segue
