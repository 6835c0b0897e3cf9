// The only file that knows RocksDB.
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/durable/store.h"

namespace segue::durable {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

/// Texts kept in one piece, to be sorted.
class RocksBatch final : public StoreBatch {
 public:
  void put(std::string_view key, std::string_view value) override { add(key, value, false); }
  void remove(std::string_view key) override { add(key, {}, true); }

  /// Writes all of it, sorted, as one table. Of a key that comes twice the last one counts.
  rocksdb::Status write(rocksdb::SstFileWriter& table) {
    const auto key = [&](const Entry& entry) {
      return std::string_view(bytes_).substr(entry.begin, entry.key_bytes);
    };
    std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
      const int order = key(a).compare(key(b));
      return order != 0 ? order < 0 : a.begin < b.begin;
    });
    for (size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (i + 1 < entries_.size() && key(entry) == key(entries_[i + 1])) continue;
      const std::string_view value =
          std::string_view(bytes_).substr(entry.begin + entry.key_bytes, entry.value_bytes);
      const auto status = entry.is_removal ? table.Delete(slice(key(entry)))
                                           : table.Put(slice(key(entry)), slice(value));
      if (!status.ok()) return status;
    }
    return table.Finish();
  }

 private:
  struct Entry {
    uint64_t begin;
    uint32_t key_bytes;
    bool is_removal;
    uint64_t value_bytes;
  };

  void add(std::string_view key, std::string_view value, bool is_removal) {
    entries_.push_back(
        {bytes_.size(), static_cast<uint32_t>(key.size()), is_removal, value.size()});
    bytes_.append(key).append(value);
  }

  std::string bytes_;
  std::vector<Entry> entries_;
};

class RocksStore final : public Store {
 public:
  RocksStore(std::string folder, std::unique_ptr<rocksdb::DB> db)
      : folder_(std::move(folder)), db_(std::move(db)) {}

  std::unique_ptr<StoreBatch> batch() override { return std::make_unique<RocksBatch>(); }

  /// A table of its own, taken in at once: each byte is written once, sorted, where a log and a
  /// table in memory would write it twice and sort it slowly.
  Status write(StoreBatch& batch) override {
    // After a full disk a store takes nothing until it is told to try again.
    if (needs_resume_) {
      const Status resumed = told(db_->Resume());
      if (!resumed.ok()) return resumed;
    }
    const std::string path = folder_ + "/next.table";
    rocksdb::SstFileWriter table(rocksdb::EnvOptions(), db_->GetOptions());
    auto status = table.Open(path);
    // SAFETY: `batch` made it.
    if (status.ok()) status = static_cast<RocksBatch&>(batch).write(table);
    if (status.ok()) {
      rocksdb::IngestExternalFileOptions options;
      options.move_files = true;
      options.failed_move_fall_back_to_copy = false;
      status = db_->IngestExternalFile({path}, options);
    }
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
