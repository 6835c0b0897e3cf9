#include "compiler/codegen/object_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/random_image.h"
#include "runtime/interp/test_world.h"

namespace segue {
namespace {

namespace fs = std::filesystem;

/// An empty folder, and objects that are no code: the cache does not look into them.
class ObjectCacheTest : public testing::Test {
 protected:
  ObjectCacheTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "/segue-objects-" + test->name();
    fs::remove_all(folder_);
  }
  ~ObjectCacheTest() override { fs::remove_all(folder_); }

  codegen::ObjectCache cache(uint32_t seed, uint64_t bytes_max = 1 << 20) const {
    return {folder_, program_of(codegen::random_image(seed, 5))->image(), "machine", bytes_max};
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.push_back(entry.path());
    return found;
  }

  std::string folder_;
  const std::vector<std::string> objects_ = {"first", "", std::string(1000, 'x')};
};

TEST_F(ObjectCacheTest, KeepsWhatItIsGivenForItsOwner) {
  EXPECT_TRUE(cache(1).load().empty());
  cache(1).store(objects_);
  EXPECT_EQ(cache(1).load(), objects_);
  EXPECT_TRUE(cache(2).load().empty());
  ASSERT_EQ(files().size(), 1u);
  struct stat info{};
  ASSERT_EQ(stat(folder_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(files()[0].c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(ObjectCacheTest, DropsWhatIsDamaged) {
  cache(1).store(objects_);
  const fs::path file = files().at(0);
  std::ifstream in(file, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  for (size_t at = 0; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    std::ofstream(file, std::ios::binary) << damaged;
    EXPECT_TRUE(cache(1).load().empty()) << at;
    EXPECT_FALSE(fs::exists(file)) << at;
    std::ofstream(file, std::ios::binary) << whole.substr(0, at);
    EXPECT_TRUE(cache(1).load().empty()) << at;
    EXPECT_FALSE(fs::exists(file)) << at;
  }
  cache(1).store(objects_);
  EXPECT_EQ(cache(1).load(), objects_);
}

TEST_F(ObjectCacheTest, TakesNoFileUnderAnothersName) {
  cache(1).store(objects_);
  const fs::path first = files().at(0);
  cache(2).store({"other"});
  for (const fs::path& file : files()) {
    if (file != first) fs::copy_file(first, file, fs::copy_options::overwrite_existing);
  }
  EXPECT_TRUE(cache(2).load().empty());
  EXPECT_EQ(cache(1).load(), objects_);
}

TEST_F(ObjectCacheTest, UsesNothingThatOthersMayWrite) {
  cache(1).store(objects_);
  const fs::path file = files().at(0);
  fs::permissions(file, fs::perms::group_write, fs::perm_options::add);
  EXPECT_TRUE(cache(1).load().empty());
  fs::permissions(file, fs::perms::group_write, fs::perm_options::remove);
  EXPECT_EQ(cache(1).load(), objects_);
  fs::permissions(folder_, fs::perms::others_write, fs::perm_options::add);
  EXPECT_TRUE(cache(1).load().empty());
  cache(2).store(objects_);
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(ObjectCacheTest, RemovesWhatIsLongestUnusedAndWhatWasNeverFinished) {
  cache(1).store(objects_);
  const fs::path oldest = files().at(0);
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(oldest, now - std::chrono::hours(48));
  const fs::path unfinished = fs::path(folder_) / "0.segobj.abc123";
  std::ofstream(unfinished) << "half";
  fs::last_write_time(unfinished, now - std::chrono::hours(2));
  for (uint32_t seed = 2; seed <= 4; ++seed) cache(seed, 4500).store(objects_);
  EXPECT_TRUE(fs::exists(oldest));  // four of 1,060 bytes are not too many
  EXPECT_FALSE(fs::exists(unfinished));
  cache(5, 4500).store(objects_);
  EXPECT_FALSE(fs::exists(oldest));
  EXPECT_EQ(cache(5).load(), objects_);
  EXPECT_EQ(files().size(), 3u);
  cache(6, 100).store(objects_);  // larger than all there may be
  EXPECT_TRUE(cache(6).load().empty());
}

TEST_F(ObjectCacheTest, ManyWriteAndReadAtOnce) {
  const codegen::ObjectCache shared = cache(1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 50; ++turn) {
        const std::vector<std::string> found = shared.load();
        if (!found.empty()) {
          EXPECT_EQ(found, objects_);
        }
        shared.store(objects_);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shared.load(), objects_);
  EXPECT_EQ(files().size(), 1u);
}

// ---- through the code generator -----------------------------------------------------------------

TEST_F(ObjectCacheTest, CodeOfLargeProgramsIsKept) {
  const auto program = program_of(codegen::random_image(3, 200));
  CodegenStats first;
  ASSERT_TRUE(generate(*program, {.cache_dir = folder_}, &first));
  EXPECT_EQ(first.cached_modules, 0u);
  EXPECT_GT(first.modules, 0u);
  CodegenStats second;
  ASSERT_TRUE(generate(*program, {.cache_dir = folder_}, &second));
  EXPECT_EQ(second.cached_modules, first.modules);
  EXPECT_EQ(second.bytes, first.bytes);
  for (const fs::path& file : files()) fs::resize_file(file, fs::file_size(file) / 2);
  CodegenStats third;
  ASSERT_TRUE(generate(*program, {.cache_dir = folder_}, &third));
  EXPECT_EQ(third.cached_modules, 0u);
  EXPECT_EQ(third.bytes, first.bytes);
}

TEST_F(ObjectCacheTest, CodeOfSmallProgramsIsNot) {
  const auto program = program_of(codegen::random_image(3, 5));
  ASSERT_TRUE(generate(*program, {.cache_dir = folder_}));
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(ObjectCacheTest, WhatIsStoppedIsNotKept) {
  const auto program = program_of(codegen::random_image(3, 200));
  const std::atomic<bool> stop = true;
  EXPECT_FALSE(generate(*program, {.cache_dir = folder_, .stop = &stop}));
  EXPECT_FALSE(fs::exists(folder_));
}

}  // namespace
}  // namespace segue
