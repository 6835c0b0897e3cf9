// A store that fails as it is told to, over one whose tables can be searched for texts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/durable/store.h"

namespace segue::durable {

inline bool store_write_fails = false;
inline bool store_purge_fails = false;

class FaultyStore final : public Store {
 public:
  explicit FaultyStore(std::unique_ptr<Store> under) : under_(std::move(under)) {}

  std::unique_ptr<StoreBatch> batch(size_t memory_bytes, Seal seal) override {
    return under_->batch(memory_bytes, seal);
  }
  Status write(StoreBatch& batch) override {
    return store_write_fails ? Status(full()) : under_->write(batch);
  }
  Result<std::optional<std::string>> get(std::string_view key) override { return under_->get(key); }
  Status scan(std::string_view prefix,
              const std::function<Status(std::string_view, std::string_view)>& take) override {
    return under_->scan(prefix, take);
  }
  Status verify() override { return under_->verify(); }
  Status purge() override { return store_purge_fails ? Status(full()) : under_->purge(); }
  uint64_t bytes_on_disk() override { return under_->bytes_on_disk(); }

 private:
  static Error full() { return {Errc::kUnreadable, "No space left on device"}; }

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
