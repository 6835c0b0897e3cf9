// The only file that knows RocksDB.
#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/fetch.h"
#include "runtime/durable/store.h"

namespace segue::durable {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

rocksdb::Options options_of(StoreMode mode);

/// Of a disk that is full RocksDB learns in the midst of its own files, and may end the process
/// then. So there is room for these, and for what is to be written, before it begins.
constexpr uint64_t kSpareBytes = uint64_t{1} << 20;

rocksdb::Status room_for(const std::string& folder, uint64_t bytes) {
  std::error_code unknown;
  const uint64_t free = std::filesystem::space(folder, unknown).available;
  if (unknown || free >= bytes + kSpareBytes) return rocksdb::Status::OK();
  return rocksdb::Status::NoSpace(
      fmt::format("the disk is full: {} bytes are needed, {} are free", bytes + kSpareBytes, free));
}

/// Keys and values as they came, to be sorted; what memory has no room for is in tables already.
class RocksBatch final : public StoreBatch {
 public:
  RocksBatch(std::string folder, StoreMode mode, size_t memory_bytes, Seal seal)
      : folder_(std::move(folder)),
        mode_(mode),
        seal_(seal),
        memory_bytes_(memory_bytes),
        write_at_(memory_bytes) {}
  ~RocksBatch() override {
    std::error_code gone;  // the store has taken them
    for (const std::string& path : tables_) std::filesystem::remove(path, gone);
  }

  void put(std::string_view key, std::string_view value) override { add(key, value, Kind::kValue); }
  void put_sealed(std::string_view key, std::string_view value) override {
    add(key, value, Kind::kSealed);
  }
  void remove(std::string_view key) override { add(key, {}, Kind::kRemoval); }

  /// The tables of all of it. Of a key that comes twice the last one counts: later tables win.
  rocksdb::Status finish(std::vector<std::string>& tables) {
    tables = tables_;
    if (entries_.empty()) return rocksdb::Status::OK();
    tables.push_back(folder_ + "/next.table");
    return write(tables.back());
  }

  /// The store has them: should it be asked again, these are gone, and what is in memory may go
  /// once more.
  void forget_tables() { tables_.clear(); }

 private:
  enum class Kind : uint8_t { kValue, kSealed, kRemoval };
  static constexpr size_t kSealBytes = sizeof(uint64_t);
  static constexpr size_t kPrefixBytes = 16;
  // In the order of keys they lie anywhere in memory.
  static constexpr size_t kFetchedAhead = 8;
  static constexpr size_t kFetchedLines = 4;

  /// Most keys differ in their first bytes, which are here as numbers: sorting looks at no other.
  struct Entry {
    std::array<uint64_t, kPrefixBytes / 8> prefix;  // big-endian, filled with zeros
    char* data;                                     // the key, then the value with its seal
    uint64_t value_bytes;
    uint32_t key_bytes;
    uint32_t number;  // in the order of coming
    Kind kind;

    std::string_view key() const { return {data, key_bytes}; }
    bool has_key_of(const Entry& other) const {
      return prefix == other.prefix && key() == other.key();
    }
    std::string_view value() const { return {data + key_bytes, value_bytes}; }

    bool operator<(const Entry& other) const {
      if (prefix != other.prefix) return prefix < other.prefix;
      const int order = key().compare(other.key());
      return order != 0 ? order < 0 : number < other.number;
    }
  };

  static std::array<uint64_t, kPrefixBytes / 8> prefix_of(std::string_view key) {
    std::array<uint64_t, kPrefixBytes / 8> prefix = {};
    std::memcpy(prefix.data(), key.data(), std::min(key.size(), kPrefixBytes));
    for (uint64_t& word : prefix) word = __builtin_bswap64(word);
    return prefix;
  }

  void add(std::string_view key, std::string_view value, Kind kind) {
    const size_t seal_bytes = kind == Kind::kSealed ? kSealBytes : 0;
    const size_t value_bytes = seal_bytes + value.size();
    char* const data = arena_.bytes(key.size() + value_bytes);
    key.copy(data, key.size());
    value.copy(data + key.size() + seal_bytes, value.size());
    entries_.push_back({prefix_of(key), data, value_bytes, static_cast<uint32_t>(key.size()),
                        static_cast<uint32_t>(entries_.size()), kind});
    bytes_ += key.size() + value_bytes;
    if (bytes_held() >= write_at_) [[unlikely]]
      write_ahead();
  }

  size_t bytes_held() const { return bytes_ + entries_.size() * sizeof(Entry); }

  /// If that fails, all stays in memory, and it is tried again when there is as much again.
  void write_ahead() {
    const std::string path = fmt::format("{}/next-{}.table", folder_, tables_.size());
    if (!write(path).ok()) {
      write_at_ = bytes_held() + memory_bytes_;
      return;
    }
    tables_.push_back(path);
    arena_ = Arena();
    bytes_ = 0;
    entries_.clear();
    write_at_ = memory_bytes_;
  }

  /// What is in memory, sorted, as one table.
  rocksdb::Status write(const std::string& path) {
    // A process that ended while a table was taken in leaves another name of a live one here.
    std::error_code failure;
    std::filesystem::remove(path, failure);
    if (failure) return rocksdb::Status::IOError("cannot remove `" + path + "`");
    if (auto full = room_for(folder_, bytes_); !full.ok()) return full;
    rocksdb::SstFileWriter table(rocksdb::EnvOptions(), options_of(mode_));
    const auto opened = table.Open(path);
    if (!opened.ok()) return opened;
    std::sort(entries_.begin(), entries_.end());
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (i + kFetchedAhead < entries_.size()) {
        const char* const data = entries_[i + kFetchedAhead].data;
        for (size_t line = 0; line < kFetchedLines; ++line) fetch_line(data + 64 * line);
      }
      const Entry& entry = entries_[i];
      if (i + 1 < entries_.size() && entry.has_key_of(entries_[i + 1])) continue;
      if (entry.kind == Kind::kSealed) seal(entry);
      const auto status = entry.kind == Kind::kRemoval
                              ? table.Delete(slice(entry.key()))
                              : table.Put(slice(entry.key()), slice(entry.value()));
      if (!status.ok()) return status;
    }
    return table.Finish();
  }

  void seal(const Entry& entry) const {
    const uint64_t checksum = seal_(entry.key(), entry.value().substr(kSealBytes));
    std::memcpy(entry.data + entry.key_bytes, &checksum, kSealBytes);
  }

  std::string folder_;
  StoreMode mode_;
  Seal seal_;
  size_t memory_bytes_;
  size_t write_at_;
  Arena arena_;
  size_t bytes_ = 0;  // of keys and values in memory
  std::vector<Entry> entries_;
  std::vector<std::string> tables_;
};

/// Of what RocksDB tells in its files `LOG` errors are kept, and of these no more than so much:
/// what it says of each table and each wait would fill the disk of a process that lives long.
void bound_words(rocksdb::Options& options) {
  options.info_log_level = rocksdb::ERROR_LEVEL;
  options.max_log_file_size = size_t{1} << 20;
  options.keep_log_file_num = 2;
}

rocksdb::Options options_of(StoreMode mode) {
  rocksdb::Options options;
  bound_words(options);
  options.create_if_missing = mode != StoreMode::kRead;
  options.paranoid_checks = true;
  options.write_buffer_size = size_t{32} << 20;
  options.max_background_jobs = 2;
  options.max_open_files = 256;
  options.compression =
      mode == StoreMode::kWritePlain ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.no_block_cache = true;  // states are read once, at a start
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class RocksStore final : public Store {
 public:
  RocksStore(std::string folder, StoreMode mode) : folder_(std::move(folder)), mode_(mode) {}

  Status open() {
    rocksdb::DB* db = nullptr;
    rocksdb::Status status;
    if (mode_ == StoreMode::kRead) {
      status = rocksdb::DB::OpenForReadOnly(options_of(mode_), folder_, &db);
    } else {
      status = make_room();
      if (status.ok()) status = rocksdb::DB::Open(options_of(mode_), folder_, &db);
    }
    db_.reset(db);
    return told(status);
  }

  std::unique_ptr<StoreBatch> batch(size_t memory_bytes, Seal seal) override {
    return std::make_unique<RocksBatch>(folder_, mode_, memory_bytes, seal);
  }

  /// Tables of its own, taken in at once: each byte is written once, sorted, where a log and a
  /// table in memory would write it twice and sort it slowly.
  Status write(StoreBatch& batch) override {
    if (!db_) SEGUE_TRY_STATUS(open());  // a purge or the write before could not
    // SAFETY: `batch` made it.
    auto& of_store = static_cast<RocksBatch&>(batch);
    std::vector<std::string> tables;
    auto status = of_store.finish(tables);
    if (!status.ok() || tables.empty()) return told(status);
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.failed_move_fall_back_to_copy = false;
    status = db_->IngestExternalFile(tables, options);
    if (status.ok()) {
      of_store.forget_tables();
    } else {
      db_.reset();  // it may take nothing more
    }
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

  /// What says which files there are names their first and last keys, and keeps those of files that
  /// are gone; a start writes it anew.
  Status purge() override {
    if (!db_) SEGUE_TRY_STATUS(open());
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    SEGUE_TRY_STATUS(told(db_->CompactRange(options, nullptr, nullptr)));
    db_.reset();
    return open();
  }

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
  /// Each start leaves a log of RocksDB's own, in which nothing ever is.
  rocksdb::Status make_room() {
    std::error_code none;
    for (const auto& file : std::filesystem::directory_iterator(folder_, none)) {
      std::error_code gone;
      if (file.path().extension() != ".log" || file.file_size(gone) != 0) continue;
      std::filesystem::remove(file.path(), gone);
    }
    return room_for(std::filesystem::path(folder_).parent_path(), 0);
  }

  std::string folder_;
  StoreMode mode_;
  std::unique_ptr<rocksdb::DB> db_;  // null after a failure: to be opened again
};

/// Of a batch whose process ended before the store took them, or before it took their names away:
/// then they are other names of live tables, and not to be written over.
void remove_tables(const std::string& folder) {
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(folder, none)) {
    if (file.path().extension() != ".table") continue;
    std::error_code gone;
    std::filesystem::remove(file.path(), gone);
  }
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& folder, StoreMode mode) {
  if (mode != StoreMode::kRead) remove_tables(folder);
  auto store = std::make_unique<RocksStore>(folder, mode);
  SEGUE_TRY_STATUS(store->open());
  return std::unique_ptr<Store>(std::move(store));
}

// ---- states of cold users -----------------------------------------------------------------------

namespace {

class RocksCold final : public ColdStates {
 public:
  RocksCold(std::string folder, std::unique_ptr<rocksdb::DB> db, size_t buffer_bytes)
      : folder_(std::move(folder)), db_(std::move(db)), buffer_bytes_(buffer_bytes) {}

  uint32_t add_table() override { return tables_++; }

  Status put(uint32_t table, std::span<const State> states) override {
    if (needs_resume_) {
      const Status resumed = told(db_->Resume());
      if (!resumed.ok()) return resumed;
    }
    rocksdb::WriteBatch batch;
    for (const State& state : states) {
      // SAFETY: any object may be looked at as chars.
      const auto* const bytes = reinterpret_cast<const char*>(state.bytes.data());
      batch.Put(slice(Key(table, state.number)), {bytes, state.bytes.size()});
    }
    // What is in memory of it now comes to the disk later.
    const auto full = room_for(folder_, 2 * buffer_bytes_ + batch.GetDataSize());
    if (!full.ok()) return told(full);
    return write(batch);
  }

  Status get(uint32_t table, uint32_t number, std::string& into) override {
    const auto status = db_->Get({}, slice(Key(table, number)), &into);
    if (status.IsNotFound()) {
      return Error{Errc::kCorrupt, "`" + folder_ + "` has lost the state of a cold user"};
    }
    return told(status);
  }

  Status remove(uint32_t table, uint32_t number) override {
    rocksdb::WriteBatch batch;
    batch.Delete(slice(Key(table, number)));
    return write(batch);
  }

  Status remove_table(uint32_t table) override {
    rocksdb::WriteBatch batch;
    batch.DeleteRange(slice(Key(table, 0)), slice(Key(table + 1, 0)));
    return write(batch);
  }

  Status told(const rocksdb::Status& status) const {
    if (status.ok()) return {};
    return Error{status.IsCorruption() ? Errc::kCorrupt : Errc::kUnreadable,
                 "the cold users in `" + folder_ + "`: " + status.ToString()};
  }

 private:
  /// Users of a table stand in the order of their numbers: who came together lies together.
  struct Key {
    Key(uint32_t table, uint32_t number) {
      for (size_t i = 0; i < 4; ++i) {
        bytes[i] = static_cast<char>(table >> (24 - 8 * i));
        bytes[4 + i] = static_cast<char>(number >> (24 - 8 * i));
      }
    }
    operator std::string_view() const { return {bytes.data(), bytes.size()}; }
    std::array<char, 8> bytes;
  };

  Status write(rocksdb::WriteBatch& batch) {
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    const auto status = db_->Write(options, &batch);
    needs_resume_ = !status.ok();
    return told(status);
  }

  std::string folder_;
  std::unique_ptr<rocksdb::DB> db_;
  size_t buffer_bytes_;
  std::atomic<uint32_t> tables_ = 0;
  std::atomic<bool> needs_resume_ = false;
};

rocksdb::Options options_of_cold(size_t memory_bytes) {
  constexpr size_t kBufferMin = size_t{64} << 10;
  constexpr size_t kBufferMax = size_t{64} << 20;
  rocksdb::Options options;
  bound_words(options);
  options.create_if_missing = true;
  options.error_if_exists = true;
  // One is filled while another is written.
  options.write_buffer_size = std::clamp(memory_bytes / 4, kBufferMin, kBufferMax);
  options.max_write_buffer_number = 2;
  options.max_background_jobs = 2;
  options.max_open_files = 256;
  options.compaction_style = rocksdb::kCompactionStyleUniversal;  // less is written anew
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.block_cache = rocksdb::NewLRUCache(memory_bytes / 2);
  // What is asked for is there: a filter saves a read only above the last level. Filters and
  // indices are some bytes a state, and are read with each: in a small cache they would push out
  // the blocks, and each other.
  options.optimize_filters_for_hits = true;
  table.cache_index_and_filter_blocks = false;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

Result<std::unique_ptr<ColdStates>> open_cold(const std::string& folder, size_t memory_bytes) {
  rocksdb::DB* db = nullptr;
  const rocksdb::Options options = options_of_cold(memory_bytes);
  auto status = room_for(std::filesystem::path(folder).parent_path(), 0);
  if (status.ok()) status = rocksdb::DB::Open(options, folder, &db);
  auto cold = std::make_unique<RocksCold>(folder, std::unique_ptr<rocksdb::DB>(db),
                                          options.write_buffer_size);
  if (!status.ok()) return cold->told(status).error();
  return std::unique_ptr<ColdStates>(std::move(cold));
}

}  // namespace segue::durable
