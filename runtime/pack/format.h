#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/ingest/source.h"

/// The bytes of a packed event log, `.segl`; docs/formats/segl.md describes them for other readers.
///
///   header · blocks · directory
///
/// All numbers are little-endian. A block holds whole users in order of (hash of the id, id), each
/// with its events in order of time; a user too large for one goes on in the next. Bytes are
/// hostile until they have been checked: the directory by its hash, a chunk by its own.
namespace segue::pack {

static_assert(std::endian::native == std::endian::little, "the format is copied as it is");

inline constexpr std::string_view kMagic = kPackMagic;
inline constexpr uint32_t kVersion = 2;        // as is written
inline constexpr uint32_t kVersionOldest = 1;  // that is read; it has no kIds, and planes of times

struct FileHeader {
  char magic[8];
  uint32_t version;
  uint32_t reserved;
  uint64_t file_bytes;
  uint64_t directory_at;  // from the begin of the file, as all offsets
  uint64_t directory_bytes;
  uint64_t directory_hash;  // XXH3-64
  uint64_t header_hash;     // XXH3-64 of the bytes before it
};
static_assert(sizeof(FileHeader) == 56);

/// Head of the directory. Behind it: kinds, columns (see catalog.h), blocks (BlockRow).
struct DirectoryHead {
  uint64_t events;
  uint64_t users;
  int64_t first_ms;
  int64_t last_ms;
  uint32_t kinds;
  uint32_t columns;
  uint32_t blocks;
  uint32_t reserved;
};
static_assert(sizeof(DirectoryHead) == 48);

enum BlockFlags : uint32_t {
  kContinues = 1,  // its first user is the last one of the block before
  // Different events of a user and instant share a messageId: which of them stays depends on what
  // rules read, so a reader has to order such instants itself.
  kConflicts = 2,
};

struct BlockRow {
  uint64_t offset;  // of its chunk table
  uint64_t table_hash;
  int64_t min_ms;
  int64_t max_ms;
  uint32_t chunks;
  uint32_t events;
  uint32_t users;
  uint32_t flags;
};
static_assert(sizeof(BlockRow) == 48);

/// What a chunk holds; from kFirstColumn on a column of the directory.
enum ChunkId : uint32_t {
  kUsers = 0,
  kTimes = 1,
  kKinds = 2,
  kTies = 3,
  kIds = 4,
  kFirstColumn = 16
};

struct ChunkRow {
  uint32_t id;  // ascending in a block's table
  uint32_t stored_bytes;
  uint32_t raw_bytes;  // equal to stored_bytes: not compressed, else one zstd frame
  uint32_t reserved;
  uint64_t offset;
  uint64_t hash;  // XXH3-64 of the stored bytes
};
static_assert(sizeof(ChunkRow) == 32);

// ---- bounds -------------------------------------------------------------------------------------

/// A block is cut before it has more events or bytes, at the next instant of its user.
inline constexpr uint32_t kBlockEvents = 32'768;
inline constexpr size_t kBlockBytes = size_t{16} << 20;

/// What a reader takes at most.
inline constexpr uint32_t kBlockEventsMax = 1u << 24;
inline constexpr uint32_t kChunkBytesMax = 1u << 27;
inline constexpr uint64_t kDirectoryBytesMax = uint64_t{1} << 31;
inline constexpr uint32_t kColumnsMax = 1u << 20;

}  // namespace segue::pack
