#include "runtime/ingest/lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/ingest/memory_source.h"

namespace segue {
namespace {

using ::testing::ElementsAre;

struct Got {
  std::string text;
  uint64_t number;
  bool too_long;
  friend bool operator==(const Got&, const Got&) = default;
};

std::vector<Got> read_all(LineReader& reader) {
  std::vector<Got> all;
  Line line;
  while (reader.next(line)) all.push_back({std::string(line.text), line.number, line.too_long});
  return all;
}

std::vector<Got> lines_of(const std::string& bytes, size_t piece_bytes = SIZE_MAX) {
  LineReader reader(std::make_unique<MemorySource>(bytes, piece_bytes));
  std::vector<Got> all = read_all(reader);
  EXPECT_TRUE(reader.status().ok());
  return all;
}

TEST(Lines, SplitsAndCounts) {
  const std::string bytes = "one\ntwo\r\n\n  \t \n three \nlast";
  const std::vector<Got> want = {
      {"one", 1, false}, {"two", 2, false}, {"three", 5, false}, {"last", 6, false}};
  for (const size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{1000}}) {
    EXPECT_EQ(lines_of(bytes, piece), want) << piece;
  }
}

TEST(Lines, NothingIsNoLine) {
  EXPECT_THAT(lines_of(""), ElementsAre());
  EXPECT_THAT(lines_of("\n\r\n\n"), ElementsAre());
}

TEST(Lines, AByteOrderMarkIsPassedOver) {
  EXPECT_THAT(lines_of("\xEF\xBB\xBF{}\n"), ElementsAre(Got{"{}", 1, false}));
  EXPECT_THAT(lines_of("a\n\xEF\xBB\xBF{}\n"),
              ElementsAre(Got{"a", 1, false}, Got{"\xEF\xBB\xBF{}", 2, false}));
}

TEST(Lines, LongLinesGrowTheBuffer) {
  const std::string longer(3'000'000, 'x');
  EXPECT_THAT(lines_of("a\n" + longer + "\nb\n", 100'000),
              ElementsAre(Got{"a", 1, false}, Got{longer, 2, false}, Got{"b", 3, false}));
}

TEST(Lines, TheLimitIsExact) {
  for (const std::string end : {"\n", "\r\n", ""}) {
    for (const size_t size : {kLineBytesMax - 1, kLineBytesMax, kLineBytesMax + 1}) {
      const std::vector<Got> got =
          lines_of(std::string(size, 'x') + end + (end.empty() ? "" : "b"));
      ASSERT_EQ(got.size(), end.empty() ? 1u : 2u);
      EXPECT_EQ(got[0].too_long, size > kLineBytesMax) << size;
      EXPECT_EQ(got[0].text.size(), size > kLineBytesMax ? 4096 : size);
      EXPECT_EQ(got.back(), end.empty() ? got[0] : (Got{"b", 2, false}));
    }
  }
}

/// A line of any length that is never in memory as a whole, then a short one.
class EndlessSource : public ByteSource {
 public:
  explicit EndlessSource(size_t size) : left_(size) {}
  Result<size_t> read(std::span<char> out) override {
    most_asked_ = std::max(most_asked_, out.size());
    if (left_ == 0) {
      if (last_.empty()) return size_t{0};
      const size_t size = last_.copy(out.data(), out.size());
      last_.clear();
      return size;
    }
    const size_t size = std::min(left_, out.size());
    std::fill_n(out.data(), size, 'x');
    left_ -= size;
    return size;
  }
  const std::string& name() const override { return name_; }
  size_t most_asked() const { return most_asked_; }

 private:
  size_t left_;
  size_t most_asked_ = 0;
  std::string last_ = "\nshort\n";
  std::string name_ = "endless";
};

TEST(Lines, AHugeLineIsNeverHeld) {
  auto source = std::make_unique<EndlessSource>(size_t{200} << 20);
  const EndlessSource& watched = *source;
  LineReader reader(std::move(source));
  const std::vector<Got> got = read_all(reader);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_TRUE(got[0].too_long);
  EXPECT_EQ(got[0].text, std::string(4096, 'x'));
  EXPECT_EQ(got[1], (Got{"short", 2, false}));
  EXPECT_LE(watched.most_asked(), kLineBytesMax + (size_t{1} << 20));
}

/// Fails after some bytes.
class FailingSource : public MemorySource {
 public:
  using MemorySource::MemorySource;
  Result<size_t> read(std::span<char> out) override {
    auto got = MemorySource::read(out);
    if (*got == 0) return Error{Errc::kUnreadable, "gone"};
    return got;
  }
};

TEST(Lines, AFailureCutsOnlyTheLineItFallsIn) {
  LineReader reader(std::make_unique<FailingSource>("one\ntwo\nthr"));
  EXPECT_THAT(read_all(reader), ElementsAre(Got{"one", 1, false}, Got{"two", 2, false}));
  EXPECT_EQ(reader.status().error().message, "gone");
}

}  // namespace
}  // namespace segue
