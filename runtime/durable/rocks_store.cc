// The only file that knows RocksDB.
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <utility>

#include "runtime/durable/store.h"

namespace segue::durable {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

class RocksBatch final : public StoreBatch {
 public:
  void put(std::string_view key, std::string_view value) override {
    batch.Put(slice(key), slice(value));
  }
  void remove(std::string_view key) override { batch.Delete(slice(key)); }

  rocksdb::WriteBatch batch;
};

class RocksStore final : public Store {
 public:
  RocksStore(std::string folder, std::unique_ptr<rocksdb::DB> db)
      : folder_(std::move(folder)), db_(std::move(db)) {}

  std::unique_ptr<StoreBatch> batch() override { return std::make_unique<RocksBatch>(); }

  Status write(StoreBatch& batch) override {
    // After a full disk a store takes nothing until it is told to try again.
    if (needs_resume_) {
      const Status resumed = told(db_->Resume());
      if (!resumed.ok()) return resumed;
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    // SAFETY: `batch` made it.
    const auto status = db_->Write(options, &static_cast<RocksBatch&>(batch).batch);
    needs_resume_ = !status.ok();
    return told(status);
  }

  Result<std::optional<std::string>> get(std::string_view key) override {
    std::string value;
    const auto status = db_->Get({}, slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return told(status).error();
    return std::optional<std::string>(std::move(value));
  }

  Status scan(std::string_view prefix,
              const std::function<Status(std::string_view, std::string_view)>& take) override {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.readahead_size = size_t{4} << 20;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
    for (at->Seek(slice(prefix)); at->Valid() && at->key().starts_with(slice(prefix)); at->Next()) {
      SEGUE_TRY_STATUS(take(view(at->key()), view(at->value())));
    }
    return told(at->status());
  }

  Status verify() override { return told(db_->VerifyChecksum()); }

  uint64_t bytes_on_disk() override {
    uint64_t bytes = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &bytes);
    return bytes;
  }

  Status told(const rocksdb::Status& status) const {
    if (status.ok()) return {};
    const bool corrupt = status.IsCorruption();
    return Error{corrupt ? Errc::kCorrupt : Errc::kUnreadable,
                 "the checkpoint in `" + folder_ + "`: " + status.ToString()};
  }

 private:
  std::string folder_;
  std::unique_ptr<rocksdb::DB> db_;
  bool needs_resume_ = false;
};

rocksdb::Options options_of(StoreMode mode) {
  rocksdb::Options options;
  options.create_if_missing = mode == StoreMode::kWrite;
  options.paranoid_checks = true;
  options.write_buffer_size = size_t{32} << 20;
  options.max_background_jobs = 2;
  options.keep_log_file_num = 2;
  options.max_open_files = 256;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.no_block_cache = true;  // states are read once, at a start
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& folder, StoreMode mode) {
  rocksdb::DB* db = nullptr;
  const auto status = mode == StoreMode::kWrite
                          ? rocksdb::DB::Open(options_of(mode), folder, &db)
                          : rocksdb::DB::OpenForReadOnly(options_of(mode), folder, &db);
  auto store = std::make_unique<RocksStore>(folder, std::unique_ptr<rocksdb::DB>(db));
  if (!status.ok()) return store->told(status).error();
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace segue::durable
