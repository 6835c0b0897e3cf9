#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/pack/block_builder.h"
#include "runtime/pack/catalog.h"
#include "runtime/pack/files.h"
#include "runtime/pack/raw_event.h"

namespace segue::pack {

struct WriterOptions {
  std::optional<Duration> dedupe;  // also drops copies stamped anew within this time
  size_t memory_bytes = size_t{512} << 20;
};

struct WriterStats {
  uint64_t events = 0;
  uint64_t duplicates = 0;
  uint64_t users = 0;
  uint64_t blocks = 0;
  uint64_t bytes = 0;
};

/// Makes a pack of events that come in any order.
///
/// Events are dealt by the hash of their user onto parts, which go to a file aside when together
/// they pass `memory_bytes`; at the end each part is sorted and written. Memory: the larger of that
/// and a part, which is 1/256 of all, or as large as its largest user; beside it the names.
class Writer {
 public:
  Writer(NewFile file, std::string path, const WriterOptions& options);
  ~Writer();

  /// Kinds and columns of the events that will be added.
  Catalog& catalog() { return catalog_; }

  Status add(const RawEvent& event);

  /// Writes the pack and gives it its name.
  Status finish();

  const WriterStats& stats() const { return stats_; }

 private:
  static constexpr size_t kParts = 256;  // by the highest byte of the hash

  struct Piece {
    uint64_t offset;
    size_t bytes;
  };
  struct Part {
    std::string bytes;
    std::vector<Piece> aside;
  };
  struct Sorted;  // an event of a part

  Status put_aside();
  Status write_part(Part& part);
  Status write_user(std::vector<Sorted>& events, size_t begin, size_t end);
  Status write_instant(std::vector<Sorted>& events, size_t begin, size_t end);
  Status write_block();
  Status write_directory();

  NewFile file_;
  Catalog catalog_;
  WriterOptions options_;
  Spill spill_;
  std::array<Part, kParts> parts_;
  size_t held_bytes_ = 0;
  std::deque<std::string> held_;  // parts whose texts the block being made points into
  BlockBuilder builder_;
  std::vector<BlockRow> blocks_;
  std::vector<RawField> fields_;        // of the event being written
  std::vector<std::string_view> ties_;  // of the instant being written: its messageIds
  WriterStats stats_;
};

}  // namespace segue::pack
