#include "segue/kept_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "runtime/durable/test_files.h"

namespace segue {
namespace {

using testing::HasSubstr;

class KeptFileTest : public testing::Test {
 protected:
  std::string text() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  /// A process that commits what it writes, and ends.
  void write(const std::string& text) {
    KeptFile file(path_);
    ASSERT_TRUE(file.resume(position_).ok());
    ASSERT_TRUE(file.write(text).ok());
    ASSERT_TRUE(file.commit(position_, mark_).ok());
  }
  Outcome check() const { return KeptFile(path_).check(position_, mark_); }

  const durable::TestFolder folder_;
  std::string path_ = folder_.path() + "/lines";
  uint64_t position_ = 0;
  std::string mark_;
};

TEST_F(KeptFileTest, WhatIsBehindThePositionIsCut) {
  write("one\n");
  EXPECT_EQ(position_, 4u);
  {
    KeptFile file(path_);
    ASSERT_TRUE(file.resume(position_).ok());
    ASSERT_TRUE(file.write("lost\n").ok());
    ASSERT_TRUE(file.flush().ok());
    EXPECT_EQ(text(), "one\nlost\n");
  }
  EXPECT_TRUE(check().ok());
  write("two\n");
  EXPECT_EQ(text(), "one\ntwo\n");
}

TEST_F(KeptFileTest, AnothersContentIsToldBeforeItIsCut) {
  write(std::string(10'000, 'a') + "\n");
  EXPECT_TRUE(check().ok());
  put(std::string(9'999, 'a') + "b\nand more\n");
  const Outcome wrong = check();
  EXPECT_EQ(wrong.fault(), Fault::kInvalid);
  EXPECT_THAT(wrong.message(), HasSubstr("is not what the state wrote there, up to byte 10001"));
  put("short\n");
  EXPECT_THAT(check().message(), HasSubstr("has 6 bytes, and the state goes on behind 10001"));
  std::filesystem::remove(path_);
  EXPECT_THAT(check().message(), HasSubstr("has 0 bytes"));
  EXPECT_FALSE(std::filesystem::exists(path_)) << "nothing was made";
}

TEST_F(KeptFileTest, WithoutAMarkThereIsOnlyALength) {
  put("anything\n");
  position_ = 4;
  EXPECT_TRUE(check().ok());
  position_ = 40;
  EXPECT_FALSE(check().ok());
}

TEST_F(KeptFileTest, OneHasItAtATime) {
  KeptFile first(path_), second(path_);
  ASSERT_TRUE(first.resume(0).ok());
  EXPECT_THAT(second.resume(0).message(), HasSubstr("another process writes to"));
  ASSERT_TRUE(first.resume(0).ok()) << "it is its own";
  first = KeptFile(path_);
  EXPECT_TRUE(second.resume(0).ok());
}

TEST_F(KeptFileTest, ADeviceHasNoPosition) {
  path_ = "/dev/null";
  write("gone\n");
  EXPECT_EQ(position_, 0u);
  EXPECT_EQ(mark_, "");
  EXPECT_THAT(KeptFile(path_).check(5, "").message(), HasSubstr("is no file"));
}

TEST_F(KeptFileTest, WhatIsNotWrittenIsTriedAgain) {
  path_ = "/dev/full";
  KeptFile file(path_);
  ASSERT_TRUE(file.resume(0).ok());
  EXPECT_TRUE(file.write("some\n").ok()) << "it is in memory";
  EXPECT_THAT(file.flush().message(), HasSubstr("cannot write `/dev/full`: No space left"));
  EXPECT_FALSE(file.commit(position_, mark_).ok());
}

}  // namespace
}  // namespace segue
