#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/pack/catalog.h"
#include "runtime/pack/codec.h"
#include "runtime/pack/format.h"

namespace segue::pack {

/// Whether the file begins as a pack does, or is named like one. Standard input never is one.
bool is_pack(const std::string& path);

/// A packed event log, opened: its directory is checked, of its blocks nothing is read yet. A file
/// is read, never mapped, so one that shrinks is an error and not a signal. Immutable; any thread.
class Pack {
 public:
  /// Errors: `kUnreadable`; `kCorrupt` if header or directory fail a check; `kUnsupported` for
  /// another version than those known.
  static Result<std::shared_ptr<const Pack>> open(const std::string& path);

  Pack(const Pack&) = delete;
  Pack& operator=(const Pack&) = delete;
  ~Pack();

  const std::string& path() const { return path_; }
  uint32_t version() const { return header_.version; }
  const DirectoryHead& head() const { return head_; }
  const Catalog& catalog() const { return catalog_; }
  std::span<const BlockRow> blocks() const { return blocks_; }
  uint64_t file_bytes() const { return header_.file_bytes; }

  /// The chunk table of a block; false if it fails its checks.
  bool read_table(uint32_t block, std::vector<ChunkRow>& table) const;

  /// The plain bytes of a chunk, in `into`; `scratch` is for the packed ones. False if it fails its
  /// checks.
  bool read_chunk(const ChunkRow& chunk, Buffer& scratch, Buffer& into,
                  std::string_view& bytes) const;

 private:
  Pack(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Status check_header();
  Status read_directory();
  Error corrupt(std::string_view why) const;
  bool lies_inside(uint64_t offset, uint64_t bytes) const;

  int fd_;
  std::string path_;
  FileHeader header_ = {};
  DirectoryHead head_ = {};
  Catalog catalog_;
  std::vector<BlockRow> blocks_;
};

}  // namespace segue::pack
