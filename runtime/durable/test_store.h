// A store that fails as it is told to, over one whose tables can be searched for texts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/durable/store.h"

namespace segue::durable {

/// What goes wrong, and when: the call of that kind with number `after`, from 0, and if `stays` all
/// that follow.
struct StoreFault {
  enum class Kind { kNone, kNotWritten, kWrittenAndFailed, kNotPurged };
  Kind kind = Kind::kNone;
  uint64_t after = 0;
  bool stays = false;
  uint64_t calls = 0;

  bool fails() {
    const uint64_t call = calls++;
    return call == after || (stays && call > after);
  }
};

/// The one that is set, for all stores; a checkpoint asks from a thread of its own.
class StoreFaults {
 public:
  void set(const StoreFault& next) {
    const std::lock_guard lock(mutex_);
    fault_ = next;
  }
  /// What the next write or purge does.
  StoreFault::Kind next(bool is_purge) {
    const std::lock_guard lock(mutex_);
    const bool is_meant = is_purge == (fault_.kind == StoreFault::Kind::kNotPurged);
    return is_meant && fault_.fails() ? fault_.kind : StoreFault::Kind::kNone;
  }

 private:
  std::mutex mutex_;
  StoreFault fault_;
};
inline StoreFaults store_faults;

class FaultyStore final : public Store {
 public:
  explicit FaultyStore(std::unique_ptr<Store> under) : under_(std::move(under)) {}

  std::unique_ptr<StoreBatch> batch(size_t memory_bytes, Seal seal) override {
    return under_->batch(memory_bytes, seal);
  }
  Status write(StoreBatch& batch) override {
    const StoreFault::Kind fault = store_faults.next(false);
    if (fault == StoreFault::Kind::kNotWritten) return full();
    const Status status = under_->write(batch);
    return fault == StoreFault::Kind::kNone ? status : full();
  }
  Result<std::optional<std::string>> get(std::string_view key) override { return under_->get(key); }
  Status scan(std::string_view prefix,
              const std::function<Status(std::string_view, std::string_view)>& take) override {
    return under_->scan(prefix, take);
  }
  Status verify() override { return under_->verify(); }
  Status purge() override {
    return store_faults.next(true) == StoreFault::Kind::kNone ? under_->purge() : full();
  }
  uint64_t bytes_on_disk() override { return under_->bytes_on_disk(); }

 private:
  static Status full() { return Error{Errc::kUnreadable, "No space left on device"}; }

  std::unique_ptr<Store> under_;
};

inline Result<std::unique_ptr<Store>> open_plain(const std::string& folder, StoreMode) {
  return open_store(folder, StoreMode::kWritePlain);
}

inline Result<std::unique_ptr<Store>> open_faulty(const std::string& folder, StoreMode mode) {
  SEGUE_TRY(auto under, open_plain(folder, mode));
  return std::unique_ptr<Store>(std::make_unique<FaultyStore>(std::move(under)));
}

}  // namespace segue::durable
