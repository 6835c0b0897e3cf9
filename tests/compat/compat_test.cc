// What earlier versions wrote is read, or refused by name: README.md.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "segue/compile.h"
#include "tests/compat/read_set.h"

namespace segue::compat {
namespace {

const std::string kSets = "tests/compat";

/// By number.
std::vector<std::string> sets() {
  std::vector<std::string> found;
  for (int i = 1; std::filesystem::exists(fmt::format("{}/set-{}", kSets, i)); ++i) {
    found.push_back(fmt::format("{}/set-{}", kSets, i));
  }
  return found;
}

std::string file(const std::string& set, std::string_view name) {
  return set + "/" + std::string(name);
}

class CompatTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "segue_compat_XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    folder_ = path;
    newest_ = GetParam() == sets().back();
    image_ = read_image(file(GetParam(), kImage), program_);
    if (program_) return;
    // Under another program of the same rules.
    Compilation rules;
    ASSERT_TRUE(compile_text("rules.seg", kRules, {}, rules).ok());
    ASSERT_TRUE(rules.program(program_).ok());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// `hangs_on_image`: refused too where that is, as of another program.
  void check(std::string_view name, const Reading& reading, bool hangs_on_image) {
    if (reading.refused.ok()) {
      EXPECT_EQ(reading.answers, read_file(file(GetParam(), std::string(name) + ".answers")));
      return;
    }
    const std::string& why = reading.refused.message();
    EXPECT_FALSE(newest_) << name << " of the newest set is refused: " << why
                          << "\nIf a version was raised on purpose, make a new set: README.md";
    if (hangs_on_image && !image_.refused.ok() && reading.refused.fault() == Fault::kInvalid) {
      EXPECT_THAT(why, testing::AnyOf(testing::HasSubstr("another program"),
                                      testing::HasSubstr("other rules")));
      return;
    }
    EXPECT_EQ(reading.refused.fault(), Fault::kUnsupported) << why;
    EXPECT_THAT(why, testing::ContainsRegex("version [0-9]+.*; ")) << "and what to do";
  }

  std::string folder_;
  bool newest_ = false;
  Reading image_;
  std::shared_ptr<const CompiledProgram> program_;
};

TEST_P(CompatTest, Image) { check(kImage, image_, false); }

TEST_P(CompatTest, Pack) { check(kPack, read_pack(file(GetParam(), kPack), program_), false); }

TEST_P(CompatTest, SealedState) {
  check(kSealed, read_sealed(file(GetParam(), kSealed), *program_), true);
}

TEST_P(CompatTest, KeptFolder) {
  const std::string untar = fmt::format("tar -xzf {} -C {}", file(GetParam(), kKept), folder_);
  ASSERT_EQ(std::system(untar.c_str()), 0);
  const Reading reading = read_kept(folder_ + "/kept", program_);
  if (reading.refused.message().find("no RocksDB") != std::string::npos) GTEST_SKIP() << "no store";
  check(kKept, reading, true);
  if (reading.refused.fault() == Fault::kUnsupported) {
    EXPECT_THAT(reading.refused.message(), testing::HasSubstr("begin another folder"));
  }
}

// All sets are of the same rules and events, so what a later version reads can be compared.
TEST_P(CompatTest, IsOfTheSameRulesAndEvents) {
  EXPECT_EQ(read_file(file(GetParam(), "rules.seg")), kRules);
  EXPECT_EQ(read_file(file(GetParam(), "events.jsonl")), events());
}

INSTANTIATE_TEST_SUITE_P(Sets, CompatTest, testing::ValuesIn(sets()), [](const auto& set) {
  return "Set" + set.param.substr(set.param.rfind('-') + 1);
});

TEST(CompatSetsTest, ThereIsOne) { EXPECT_FALSE(sets().empty()); }

}  // namespace
}  // namespace segue::compat
