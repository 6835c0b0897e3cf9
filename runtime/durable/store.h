#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/engine/cold_states.h"

namespace segue::durable {

/// What is written at once: all of it or nothing.
class StoreBatch {
 public:
  virtual ~StoreBatch() = default;
  virtual void put(std::string_view key, std::string_view value) = 0;

  /// The same with 8 bytes in front of the value, little-endian: its seal, of the store's batches.
  /// That is made by `write`, on whatever thread.
  virtual void put_sealed(std::string_view key, std::string_view value) = 0;
  virtual void remove(std::string_view key) = 0;
};

/// A checksum of both.
using Seal = uint64_t (*)(std::string_view key, std::string_view value);

/// Keys and values on disk, sorted by key. Errors name the folder and what the store says:
/// `kCorrupt` of a checksum, else `kUnreadable`. Threads: `write` may run beside reads,
/// `purge` alone.
class Store {
 public:
  virtual ~Store() = default;

  /// `memory_bytes`: what it holds in memory, of more than that the most is on the disk before
  /// `write`. Lives no longer than the store, of which one batch at a time is filled.
  virtual std::unique_ptr<StoreBatch> batch(size_t memory_bytes, Seal seal = nullptr) = 0;

  /// Atomic, and on the disk when it returns. After a failure the same batch may be tried again.
  [[nodiscard]] virtual Status write(StoreBatch& batch) = 0;

  /// Nothing, if the key is not there.
  virtual Result<std::optional<std::string>> get(std::string_view key) = 0;

  /// All whose key begins so, in order.
  [[nodiscard]] virtual Status scan(
      std::string_view prefix,
      const std::function<Status(std::string_view key, std::string_view value)>& take) = 0;

  /// Reads every block and compares its checksum.
  [[nodiscard]] virtual Status verify() = 0;

  /// Rewrites all that stands, so that nothing of what was removed or replaced is in any file.
  [[nodiscard]] virtual Status purge() = 0;

  virtual uint64_t bytes_on_disk() = 0;
};

enum class StoreMode : uint8_t {
  kWrite,
  kWritePlain,  // not compressed: a test can look for texts in it
  kRead,
};

/// In a folder of its own; to write makes it if it is missing. `kUnsupported` in a build without
/// RocksDB.
Result<std::unique_ptr<Store>> open_store(const std::string& folder, StoreMode mode);
using StoreOpener = Result<std::unique_ptr<Store>> (*)(const std::string& folder, StoreMode mode);

/// States of cold users, in a folder that holds nothing beyond its process: what is there before is
/// gone, and nothing is synced. Of `memory_bytes` one half is for what is not written yet, one for
/// blocks that were read. After a failure to write, what was put before can still be read. Every
/// block that is read is compared with its checksum.
Result<std::unique_ptr<ColdStates>> open_cold(const std::string& folder, size_t memory_bytes);
using ColdOpener = Result<std::unique_ptr<ColdStates>> (*)(const std::string& folder,
                                                           size_t memory_bytes);

}  // namespace segue::durable
