#include "runtime/durable/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "runtime/durable/test_files.h"
#include "runtime/durable/test_host.h"

namespace segue::durable {
namespace {

using StoreTest = KeptTest;

std::map<std::string, std::string> all_of(Store& store) {
  std::map<std::string, std::string> found;
  const Status status = store.scan("", [&](std::string_view key, std::string_view value) -> Status {
    found[std::string(key)] = value;
    return {};
  });
  EXPECT_TRUE(status.ok());
  return found;
}

/// What a batch holds in memory changes nothing of what it writes: of a key the last word counts,
/// though it is in another table than the one before.
TEST_F(StoreTest, ABatchMayBeInTablesBeforeItIsWritten) {
  std::mt19937 random(1);
  std::map<std::string, std::string> expected;
  auto store = open_store(folder_.path() + "/store", StoreMode::kWrite);
  ASSERT_TRUE(store.has_value());
  for (const size_t memory_bytes : {size_t{1}, size_t{300}, size_t{5'000}, SIZE_MAX}) {
    const auto batch = (*store)->batch(memory_bytes);
    for (int i = 0; i < 300; ++i) {
      const std::string key = "k" + std::to_string(random() % 60);
      if (random() % 4 == 0) {
        batch->remove(key);
        expected.erase(key);
      } else {
        expected[key] = std::string(random() % 50, static_cast<char>('a' + random() % 26));
        batch->put(key, expected[key]);
      }
    }
    ASSERT_TRUE((*store)->write(*batch).ok());
    EXPECT_EQ(all_of(**store), expected) << memory_bytes;
    EXPECT_TRUE((*store)->verify().ok());
  }
  store->reset();
  store = open_store(folder_.path() + "/store", StoreMode::kWrite);
  EXPECT_EQ(all_of(**store), expected);
}

/// The bound is of all that a batch holds: of users who were removed that is little beside what it
/// sorts them by.
TEST_F(StoreTest, ABatchOfShortKeysKeepsToItsMemoryToo) {
  const std::string folder = folder_.path() + "/store";
  auto store = open_store(folder, StoreMode::kWrite);
  ASSERT_TRUE(store.has_value());
  const auto batch = (*store)->batch(10'000);
  for (int i = 0; i < 1'000; ++i) batch->remove("k" + std::to_string(i));
  int tables = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    tables += file.path().extension() == ".table" ? 1 : 0;
  }
  EXPECT_GE(tables, 4);
  ASSERT_TRUE((*store)->write(*batch).ok());
}

/// A checkpoint that was written is written again if what comes behind it fails.
TEST_F(StoreTest, ABatchMayBeWrittenAgain) {
  auto store = open_store(folder_.path() + "/store", StoreMode::kWrite);
  ASSERT_TRUE(store.has_value());
  for (const size_t memory_bytes : {size_t{30}, SIZE_MAX}) {
    const auto batch = (*store)->batch(memory_bytes);
    std::map<std::string, std::string> expected;
    for (int i = 0; i < 10; ++i) {
      const std::string key = "key " + std::to_string(i);
      batch->put(key, expected[key] = "a value of some bytes");
    }
    for (int turn = 0; turn < 3; ++turn) {
      const Status written = (*store)->write(*batch);
      ASSERT_TRUE(written.ok()) << written.error().message;
      EXPECT_EQ(all_of(**store), expected);
    }
  }
}

/// A disk of its own, of so many KiB; whoever runs the test may not be let make one.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directory(path_);
    is_there_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (is_there_) umount2(path_.c_str(), MNT_DETACH);
  }
  bool is_there() const { return is_there_; }
  bool resize(int kib) {
    const std::string size = "size=" + std::to_string(kib) + "k";
    return mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, size.c_str()) == 0;
  }

 private:
  std::string path_;
  bool is_there_ = false;
};

/// RocksDB ends the process when it learns so in the midst of its own files.
TEST_F(StoreTest, AFullDiskIsToldByNameAndTriedAgain) {
  SmallDisk disk(folder_.path() + "/disk");
  if (!disk.is_there()) GTEST_SKIP() << "no disk can be made";
  const std::string folder = folder_.path() + "/disk/store";
  auto store = open_store(folder, StoreMode::kWritePlain);
  ASSERT_FALSE(store.has_value());
  EXPECT_THAT(store.error().message, testing::HasSubstr("the disk is full"));
  ASSERT_TRUE(disk.resize(4096));
  store = open_store(folder, StoreMode::kWritePlain);
  ASSERT_TRUE(store.has_value()) << store.error().message;
  // Six megabytes at a time, of which the first turn leaves as many on the disk.
  for (const auto& [memory_bytes, kib] : {std::pair(size_t{1'000'000}, 4096), {SIZE_MAX, 10'240}}) {
    ASSERT_TRUE(disk.resize(kib));
    const auto batch = (*store)->batch(memory_bytes);
    std::map<std::string, std::string> expected;
    for (int i = 0; i < 600; ++i) {
      const std::string key = "key " + std::to_string(i);
      batch->put(key, expected[key] = std::string(10'000, static_cast<char>('a' + i % 26)));
    }
    const Status full = (*store)->write(*batch);
    ASSERT_FALSE(full.ok());
    EXPECT_THAT(full.error().message, testing::HasSubstr("the disk is full"));
    ASSERT_TRUE(disk.resize(65'536));
    const Status written = (*store)->write(*batch);
    ASSERT_TRUE(written.ok()) << written.error().message;
    EXPECT_EQ(all_of(**store), expected);
    ASSERT_TRUE((*store)->purge().ok());
  }
}

TEST_F(StoreTest, StartsLeaveNoLogsBehind) {
  const std::string folder = folder_.path() + "/store";
  for (int start = 0; start < 5; ++start) {
    auto store = open_store(folder, StoreMode::kWrite);
    ASSERT_TRUE(store.has_value());
    const auto batch = (*store)->batch(SIZE_MAX);
    batch->put("key", std::to_string(start));
    ASSERT_TRUE((*store)->write(*batch).ok());
  }
  int logs = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    logs += file.path().extension() == ".log" ? 1 : 0;
  }
  EXPECT_LE(logs, 1);
  const auto store = open_store(folder, StoreMode::kWrite);
  EXPECT_EQ(all_of(**store), (std::map<std::string, std::string>{{"key", "4"}}));
}

/// Bytes of what RocksDB tells in words.
uint64_t words_in(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().filename().string().starts_with("LOG")) bytes += file.file_size();
  }
  return bytes;
}

TEST_F(StoreTest, ALongLifeIsNotToldInWords) {
  const std::string folder = folder_.path() + "/store";
  auto store = open_store(folder, StoreMode::kWrite);
  ASSERT_TRUE(store.has_value());
  const uint64_t at_first = words_in(folder);
  for (int turn = 0; turn < 30; ++turn) {
    const auto batch = (*store)->batch(SIZE_MAX);
    batch->put("key", std::to_string(turn));
    ASSERT_TRUE((*store)->write(*batch).ok());
  }
  EXPECT_EQ(words_in(folder), at_first);

  const std::string cold_folder = folder_.path() + "/cold";
  auto cold = open_cold(cold_folder, 1);
  ASSERT_TRUE(cold.has_value());
  const uint32_t table = (*cold)->add_table();
  const uint64_t cold_at_first = words_in(cold_folder);
  const std::vector<std::byte> bytes(50'000);
  for (uint32_t number = 0; number < 50; ++number) {
    const ColdStates::State state{number, bytes};
    ASSERT_TRUE((*cold)->put(table, {&state, 1}).ok());
  }
  EXPECT_EQ(words_in(cold_folder), cold_at_first);
}

TEST_F(StoreTest, ABatchThatIsNeverWrittenLeavesNothing) {
  const std::string folder = folder_.path() + "/store";
  auto store = open_store(folder, StoreMode::kWrite);
  ASSERT_TRUE(store.has_value());
  const auto tables = [&] {
    int count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      count += file.path().extension() == ".table" ? 1 : 0;
    }
    return count;
  };
  {
    const auto batch = (*store)->batch(10);
    batch->put("key", "a value that is longer");
    EXPECT_EQ(tables(), 1);
  }
  EXPECT_EQ(tables(), 0);
  EXPECT_TRUE(all_of(**store).empty());
  // As a process leaves it that is killed.
  std::ofstream(folder + "/next-0.table") << "half a table";
  store->reset();
  store = open_store(folder, StoreMode::kWrite);
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(tables(), 0);
}

}  // namespace
}  // namespace segue::durable
