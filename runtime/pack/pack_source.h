#pragma once

#include <cstdint>
#include <memory>

#include "runtime/base/schema.h"
#include "runtime/ingest/reader.h"
#include "runtime/pack/pack.h"

namespace segue::pack {

/// The events of a pack in order of time over all users, with ids and copies told apart as in the
/// lines they came from. A damaged block is a reject of kind `kBlockDamaged` whose line is its
/// number, counted from 1. `file` is the pack's position among the inputs.
///
/// A pack is in order of users, so it is read in slices of time, of about two million events each,
/// which are sorted. Memory: a slice; a stretch of time with more events than that cannot be cut
/// finer than a 4096th of the whole. Cost: blocks are unpacked once a slice that they reach into.
std::unique_ptr<BatchSource> read_pack(std::shared_ptr<const Pack> pack, uint32_t file,
                                       const InputSchema& schema, const ReaderOptions& options);

/// What is said of a damaged block: its number from 1, where it is, how many users it had.
std::string block_text(const Pack& pack, uint32_t block);

}  // namespace segue::pack
