#include "runtime/interp/bands.h"

#include <gtest/gtest.h>

#include <random>

#include "runtime/interp/prepared.h"
#include "runtime/interp/test_world.h"

namespace segue {
namespace {

/// Tests of one shape, as code whose constant is `{}`, over cells that each event moves.
struct Shape {
  const char* name;
  const char* code;
  bool of_times;
};

constexpr Shape kShapes[] = {
    {"within", "  nth-within c0 2 {}\n", true},
    {"not within", "  nth-within c0 1 {}\n  not\n", true},
    {"reached age", "  time {}\n  now\n  newest-time c0\n  time-subtract\n  time-less-equal -1\n",
     true},
    {"below age", "  now\n  newest-time c0\n  time-subtract\n  time {}\n  time-less 1\n", true},
    {"sum less", "  total-sum c1\n  sum-less {}\n", false},
    {"sum reached", "  total-sum c1\n  sum-less {}\n  not\n", false},
    {"sum up to", "  total-sum c1\n  sum-less-equal {}\n", false},
    {"sum equal", "  total-sum c1\n  sum-equal {}\n", false},
    {"constant less", "  number {}\n  total-count c1\n  less\n", false},
    {"constant up to", "  number {}\n  total-count c1\n  less-equal\n", false},
    {"less than constant", "  total-count c1\n  number {}\n  less\n", false},
    {"average not above", "  total-avg c1\n  number {}\n  less-equal\n  not\n", false},
    {"equal", "  total-count c1\n  number {}\n  equal\n", false},
};

std::string image_of(const Shape& shape, const std::vector<int>& constants, bool tracked) {
  const auto count = static_cast<uint32_t>(constants.size());
  std::string text = fmt::format("layout words 2 fixed 128 growing 0 max 128\n{}",
                                 tracked ? "tracked deadlines 120\n" : "");
  text +=
      "kind-set 0 2\nslot 0 property \"x\"\nkind 0\nkind 1\n"
      "kind 2 name \"view\" slots 0 streams 0 chunks 0\n"
      "stream 0 name \"view\" cells 0 1\n  kind-in k0\n"
      "cell 0 newest source 0 k 2 at 56 bytes 12\n"
      "cell 1 total source 0 value X at 72 bytes 26\n  slot 0\n  sum-of\n";
  for (uint32_t i = 0; i < count; ++i) {
    text += fmt::format("node {0} B place {1}{2} segment {0}\n", i, i + 40,
                        shape.of_times ? " timed" : "");
    text += fmt::format(fmt::runtime(shape.code), constants[i]);
  }
  text += fmt::format("chunk 0 first 0 count {}{}\n", count, shape.of_times ? " timed" : "");
  for (uint32_t i = 0; i < count; ++i) {
    text += fmt::format("segment {0} name \"s{0}\" node {0}\n", i);
  }
  return text;
}

/// A searched table says what its tests say one by one, at every event and deadline; its bits lie
/// over the end of a word.
TEST(Bands, SayWhatTheirTestsSay) {
  std::mt19937 random(3);
  for (const Shape& shape : kShapes) {
    for (const int count : {5, 24, 63}) {
      SCOPED_TRACE(fmt::format("{} {}", shape.name, count));
      std::vector<int> constants;
      int constant = -3;
      for (int i = 0; i < count; ++i) constants.push_back(constant += 1 + random() % 3);
      if (shape.of_times) {
        for (int& length : constants) length += 3;
      }
      World plain(image_of(shape, constants, false));
      World table(image_of(shape, constants, true));
      ASSERT_TRUE(table.program().prepared().bands);
      ASSERT_EQ(table.program().prepared().bands->all().size(), 1u);
      EXPECT_TRUE(table.program().prepared().bands->cover(table.program().view(), 0));
      int64_t now = 1000;
      for (int turn = 0; turn < 60; ++turn) {
        now += random() % 40;
        const std::string digits = std::to_string(random() % 5);
        const Value value = random() % 4 == 0 ? text_value("none") : number_value(digits);
        const TestEvent event{2, {value}, "m", false};
        ASSERT_TRUE(plain.apply(now, {event}).ok());
        ASSERT_TRUE(table.apply(now, {event}).ok());
        ASSERT_EQ(table.changes(), plain.changes());
        const int64_t until = now + static_cast<int64_t>(random() % 200);
        if (random() % 3 != 0) continue;
        plain.advance(until);
        table.advance(until);
        ASSERT_EQ(table.changes(), plain.changes());
        now = until;
      }
    }
  }
}

/// Where the order breaks, or fewer than five stand together, tests are looked at one by one.
TEST(Bands, TakeAscendingConstantsAlone) {
  const auto bands = [](const std::vector<int>& constants) {
    const World world(image_of(kShapes[0], constants, true));
    return world.program().prepared().bands->all().size();
  };
  EXPECT_EQ(bands({1, 2, 3, 4, 5}), 1u);
  EXPECT_EQ(bands({1, 2, 3, 4}), 0u);
  EXPECT_EQ(bands({1, 2, 3, 3, 4, 5}), 0u);
  EXPECT_EQ(bands({1, 2, 3, 4, 5, 1, 2, 3, 4, 5}), 2u);
}

constexpr int kWindows = 9;

/// What tests look at that each read a window of their own.
enum class Of {
  kDays,
  kSums,         // of numbers that may be negative
  kFallingSums,  // … that are not, and only beside constants that not all come to
};

std::string windows_image(Of of, bool tracked) {
  const bool days = of == Of::kDays;
  std::string text = fmt::format("layout words 2 fixed 160 growing 1 max 100000\n{}",
                                 tracked ? "tracked deadlines 152\n" : "");
  text +=
      "kind-set 0 2\nslot 0 property \"x\"\nkind 0\nkind 1\n"
      "kind 2 name \"view\" slots 0 streams 0 chunks 0\n"
      "stream 0 name \"view\" cells 0 1\n  kind-in k0\n"
      "cell 0 days source 0 k 9 zone 0 at 56 bytes 12\n"
      "cell 1 log source 0 horizon 900 value X at 72 bytes 16\n  slot 0\n  sum-of\n"
      "zone 0 \"UTC\" 0 0\n";
  for (int i = 0; i < kWindows; ++i) {
    text +=
        days ? fmt::format("window {} days {}{}\n", i, i + 1, i % 4 == 3 ? " full" : "")
             : fmt::format("window {} rolling {} 0{}\n", i, 100 * (i + 1), i > 6 ? " cap 5" : "");
  }
  for (int i = 0; i < kWindows; ++i) {
    text += fmt::format("node {0} B place {1} timed segment {0}\n", i, i + 60);
    if (days) {
      text += fmt::format("  days-count c0 w{}\n  number {}\n  {}\n", i, i / 2 + 1,
                          i % 3 == 0 ? "less-equal" : "less");
    } else {
      text +=
          fmt::format("  log-sum c1 w{}\n  {} {}\n", i, i % 3 == 0 ? "sum-less-equal" : "sum-less",
                      i % 5 + (of == Of::kFallingSums ? 1 : 0));
    }
    if (i % 2 == 0) text += "  not\n";
  }
  text += fmt::format("chunk 0 first 0 count {} timed\n", kWindows);
  for (int i = 0; i < kWindows; ++i) text += fmt::format("segment {0} name \"s{0}\" node {0}\n", i);
  return text;
}

/// Windows that are looked at together say what each says, at every event and deadline.
TEST(Bands, SayWhatTheirWindowsSay) {
  std::mt19937 random(4);
  for (const Of of : {Of::kDays, Of::kSums, Of::kFallingSums}) {
    const bool days = of == Of::kDays;
    const int least = of == Of::kSums ? -1 : 0;
    World plain(windows_image(of, false));
    World table(windows_image(of, true));
    ASSERT_EQ(table.program().prepared().bands->all().size(), 1u);
    const int64_t unit = days ? kDayMs / 4 : 20;
    int64_t now = unit;
    for (int turn = 0; turn < 2000; ++turn) {
      now += unit * static_cast<int64_t>(random() % 8);
      const std::string digits = std::to_string(static_cast<int>(random() % 5) + least);
      const Value value = random() % 5 == 0 ? text_value("none") : number_value(digits);
      ASSERT_TRUE(plain.apply(now, {{2, {value}, "m", false}}).ok());
      ASSERT_TRUE(table.apply(now, {{2, {value}, "m", false}}).ok());
      ASSERT_EQ(table.changes(), plain.changes()) << static_cast<int>(of) << turn;
      if (random() % 4 != 0) continue;
      now += unit * static_cast<int64_t>(random() % 60);
      plain.advance(now);
      table.advance(now);
      ASSERT_EQ(table.changes(), plain.changes()) << static_cast<int>(of) << turn;
    }
  }
}

}  // namespace
}  // namespace segue
