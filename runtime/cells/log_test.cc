#include "runtime/cells/log.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "runtime/cells/distinct.h"
#include "runtime/cells/earliest.h"
#include "runtime/cells/extreme.h"
#include "runtime/cells/latest.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/seen.h"
#include "runtime/cells/test_cell.h"
#include "runtime/cells/total.h"

namespace segue::cells {
namespace {

using image::CellKind;
using image::Type;
using image::WindowRow;

struct Kept {
  int64_t at_ms;
  Scalar scalar;
};

/// The slow reference: which of all occurrences a window holds, straight from its definition.
std::vector<Kept> inside(const std::vector<Kept>& all, const WindowRow& window, int64_t now) {
  std::vector<Kept> kept;
  for (const Kept& one : all) {
    bool in = one.at_ms <= now;
    if (window.kind == WindowRow::Kind::kRolling) {
      in = now - window.from_ms < one.at_ms && one.at_ms <= now - window.to_ms;
    }
    if (window.kind == WindowRow::Kind::kAbsolute) {
      in = in && window.from_ms <= one.at_ms && one.at_ms < window.to_ms;
    }
    if (in) kept.push_back(one);
  }
  const size_t cap = window.cap == 0 ? kept.size() : window.cap;
  if (kept.size() > cap) kept.erase(kept.begin(), kept.end() - static_cast<long>(cap));
  return kept;
}

std::vector<WindowRow> windows(uint32_t cap) {
  return {{.cap = cap},
          rolling(1, 0, cap),
          rolling(7, 0, cap),
          rolling(20, 0, cap),
          rolling(9, 4, cap),
          rolling(20, 19, cap),
          absolute(5, 30, cap),
          absolute(20, 21, cap),
          absolute(30, INT64_MAX, cap),
          absolute(INT64_MIN, 10, cap)};
}

Scalar any_scalar(std::mt19937& random) {
  switch (random() % 6) {
    case 0:
      return {};
    case 1:
      return scalar_of_text("a");
    case 2:
      return {0, static_cast<uint64_t>(ScalarTag::kOther) << 60};
    case 3:
      return scalar_of_truth(true);
    default:
      return scalar_of_number(static_cast<double>(random() % 4) - 1);
  }
}

double or_minus_seven(double number) { return number == number ? number : -7; }

double least(const std::vector<Kept>& kept, bool greatest) {
  std::optional<double> found;
  for (const Kept& one : kept) {
    if (tag_of(one.scalar) != ScalarTag::kNumber) continue;
    double number;
    std::memcpy(&number, &one.scalar.lo, 8);
    if (!found || (greatest ? number > *found : number < *found)) found = number;
  }
  return found.value_or(-7);
}

uint32_t distinct(const std::vector<Kept>& kept) {
  std::set<std::pair<uint64_t, uint64_t>> values;
  for (const Kept& one : kept) {
    const ScalarTag tag = tag_of(one.scalar);
    if (tag != ScalarTag::kMissing && tag != ScalarTag::kOther) {
      values.insert({one.scalar.hi, one.scalar.lo});
    }
  }
  return static_cast<uint32_t>(values.size());
}

TEST(Log, AnswersLikeTheWholeHistoryAndIsNeverLate) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    TestCells cells({log_of(Type::S, INT64_MAX)});
    std::vector<Kept> all;
    int64_t now = 1;
    for (int i = 0; i < 12; ++i) {
      now += static_cast<int64_t>(random() % 6);
      all.push_back({now, any_scalar(random)});
      cells.push(0, now, all.back().scalar);
      for (const WindowRow& window : windows(random() % 3)) {
        for (int64_t t = now; t < now + 25; ++t) {
          const LogRead read = log_read(cells[0], window, t);
          const std::vector<Kept> kept = inside(all, window, t);
          ASSERT_EQ(log_count(read), kept.size());
          ASSERT_EQ(log_distinct(read), distinct(kept));
          ASSERT_EQ(or_minus_seven(log_min(read)), least(kept, false));
          ASSERT_EQ(or_minus_seven(log_max(read)), least(kept, true));
          ASSERT_EQ(log_first(read), kept.empty() ? Scalar{} : kept.front().scalar);
          ASSERT_EQ(log_last(read), kept.empty() ? Scalar{} : kept.back().scalar);
        }
        expect_never_late(
            [&](int64_t t) {
              const LogRead read = log_read(cells[0], window, t);
              const Scalar first = log_first(read);
              return Answer{log_count(read) + 100.0 * static_cast<double>(first.lo % 97),
                            log_deadline(read, window, t)};
            },
            now, now + 40);
      }
    }
  }
}

TEST(Log, AnEntryLeavesAtExactlyItsAge) {
  TestCells cells({log_of(Type::B, 100)});
  cells.push(0, 1000);
  const WindowRow window = rolling(100);
  const auto count = [&](int64_t t) { return log_count(log_read(cells[0], window, t)); };
  EXPECT_EQ(count(1000), 1u);
  EXPECT_EQ(count(1099), 1u);
  EXPECT_EQ(count(1100), 0u);
  EXPECT_EQ(log_deadline(log_read(cells[0], window, 1000), window, 1000), 1100);
  EXPECT_EQ(log_deadline(log_read(cells[0], window, 1100), window, 1100), kNever.ms);
  const WindowRow ago = rolling(100, 40);
  EXPECT_EQ(log_count(log_read(cells[0], ago, 1039)), 0u);
  EXPECT_EQ(log_count(log_read(cells[0], ago, 1040)), 1u);
  EXPECT_EQ(log_deadline(log_read(cells[0], ago, 1000), ago, 1000), 1040);
  EXPECT_EQ(log_deadline(log_read(cells[0], ago, 1040), ago, 1040), 1100);
}

TEST(Log, AHorizonOrACapOfTheCellChangesNoAnswerItAllows) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    TestCells cells({log_of(Type::S, INT64_MAX), log_of(Type::S, 20), log_of(Type::S, 20, 3)});
    int64_t now = 1;
    for (int i = 0; i < 60; ++i) {
      now += static_cast<int64_t>(random() % 5);
      const Scalar scalar = any_scalar(random);
      for (size_t cell = 0; cell < 3; ++cell) cells.push(cell, now, scalar);
      const WindowRow window = rolling(1 + random() % 20, 0, 3);
      for (int64_t t = now; t < now + 25; ++t) {
        const uint32_t count = log_count(log_read(cells[0], window, t));
        ASSERT_EQ(log_count(log_read(cells[1], window, t)), count);
        ASSERT_EQ(log_count(log_read(cells[2], window, t)), count);
        ASSERT_EQ(log_first(log_read(cells[2], window, t)),
                  log_first(log_read(cells[0], window, t)));
      }
    }
  }
}

TEST(Log, SumsAreExactAndSkipWhatIsNoNumber) {
  TestCells cells({log_of(Type::X, INT64_MAX)});
  const WindowRow ever;
  EXPECT_EQ(log_sum(log_read(cells[0], ever, 1)), Decimal{});
  EXPECT_TRUE(std::isnan(log_avg(log_read(cells[0], ever, 1))));
  log_push_sum(cells[0], 1, *decimal_from_text("0.1"));
  log_push_sum(cells[0], 2, kNoSum);
  log_push_sum(cells[0], 3, *decimal_from_text("0.2"));
  EXPECT_EQ(to_text(log_sum(log_read(cells[0], ever, 3))), "0.3");
  EXPECT_EQ(log_avg(log_read(cells[0], ever, 3)), 0.3 / 2);
  EXPECT_EQ(log_count(log_read(cells[0], ever, 3)), 3u);
  const WindowRow one = rolling(2);
  EXPECT_EQ(to_text(log_sum(log_read(cells[0], one, 4))), "0.2");
  EXPECT_TRUE(std::isnan(log_avg(log_read(cells[0], rolling(1), 4))));
}

/// The same sums as words, where all are small and none is negative.
void expect_units(const Entries& entries) {
  bool fits = true;
  for (uint32_t i = 0; i < entries.count; ++i) {
    const Decimal one = sum_between(entries, i, i + 1).sum;
    fits = fits && one >= Decimal{} && one < Decimal{SumsFrom::kUnitMax, 0};
  }
  std::vector<uint64_t> units(entries.count);
  ASSERT_EQ(SumsFrom(entries).units_from(entries.count, units.data()), fits);
  for (uint32_t i = 0; fits && i < entries.count; ++i) {
    ASSERT_EQ((Decimal{units[i], 0}), sum_between(entries, i, entries.count).sum);
  }
}

/// Sums of all entries from one on, by their order beside a constant.
void expect_order(const Entries& entries, std::mt19937& random) {
  const Decimal unit{1, 0};
  const uint32_t any = random() % (entries.count + 1);
  const Decimal sum = sum_between(entries, any, entries.count).sum;
  const Decimal largest{UINT64_MAX, (int64_t{1} << 43) - 1};
  for (const Decimal bound : {sum, sum + unit, sum - unit, Decimal{}, largest, -largest - unit}) {
    ASSERT_TRUE(SumsFrom::fits(bound));
    const SumsFrom sums(entries);
    for (uint32_t first = 0; first <= entries.count; first += 1 + entries.count / 4) {
      const Decimal from = sum_between(entries, first, entries.count).sum;
      ASSERT_EQ(sums.order(first, SumsFrom::raised(bound)), from < bound    ? 0u
                                                            : from == bound ? 1u
                                                                            : 2u);
    }
  }
  expect_units(entries);
  EXPECT_FALSE(SumsFrom::fits(largest + unit));
  EXPECT_FALSE(SumsFrom::fits(kNoSum));
}

/// Whatever was dropped before, a window's sum and mean are those of its own entries.
TEST(Log, SumsOfWindowsAreThoseOfTheirEntries) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    TestCells cells({log_of(Type::X, seed % 2 == 0 ? 60 : INT64_MAX)});
    if (seed % 3 == 0) cells.tables.cells[0].cap = 7;
    std::vector<std::pair<int64_t, std::optional<Decimal>>> pushed;
    int64_t now = 1;
    for (int turn = 0; turn < 300; ++turn) {
      now += random() % (turn % 50 == 0 ? 200 : 6);
      std::optional<Decimal> value;
      if (random() % 4 != 0) {
        value = random() % 2 == 0 ? Decimal{random(), 1 << 20} : -Decimal{random(), 1 << 20};
      }
      log_push_sum(cells[0], now, value.value_or(kNoSum));
      pushed.emplace_back(now, value);
      const auto length = static_cast<int64_t>(1 + random() % 60);
      const LogRead read = log_read(cells[0], rolling(length, 0, 7), now);
      expect_order(read.entries, random);
      Decimal sum;
      double numbers = 0;
      uint32_t looked_at = 0;
      for (size_t i = pushed.size(); i-- > 0 && pushed[i].first > now - length;) {
        if (++looked_at > 7) break;
        if (!pushed[i].second) continue;
        sum = sum + *pushed[i].second;
        ++numbers;
      }
      ASSERT_EQ(log_sum(read), sum) << seed;
      if (numbers == 0) {
        ASSERT_TRUE(std::isnan(log_avg(read)));
      } else {
        ASSERT_EQ(log_avg(read), to_double(sum) / numbers) << seed;
      }
    }
  }
}

/// Each smaller kind against the log of the same stream: the reason why a pass may use it.
TEST(Log, EqualsTheSmallerKinds) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    image::CellRow distinct_row = cell_of(CellKind::kDistinct);
    distinct_row.horizon_ms = 20;
    TestCells cells({log_of(Type::S, INT64_MAX), cell_of(CellKind::kNewest, 1 + seed % 9),
                     cell_of(CellKind::kOldest), cell_of(CellKind::kSeen),
                     cell_of(CellKind::kTotal), cell_of(CellKind::kLatest),
                     cell_of(CellKind::kEarliest), distinct_row});
    const uint32_t k = cells.tables.cells[1].k;
    int64_t now = 1;
    const auto check = [&] {
      const LogRead ever = log_read(cells[0], {}, now);
      ASSERT_EQ(latest_value(cells[5].state()), log_last(ever));
      ASSERT_EQ(earliest_value(cells[6].state()), log_first(ever));
      ASSERT_EQ(total_count(cells[4].state()), log_count(ever));
      ASSERT_EQ(seen_test(cells[3].state()), log_count(ever) != 0);
      ASSERT_EQ(load_instant(cells[2].state()), log_oldest_time(cells[0]));
      ASSERT_EQ(newest_nth(cells[1].state(), 1), log_newest_time(cells[0]));
      const WindowRow window = rolling(1 + random() % 20);
      for (int64_t t = now; t < now + 25; ++t) {
        const LogRead read = log_read(cells[0], window, t);
        const uint32_t count = log_count(read);
        ASSERT_EQ(distinct_count(cells[7], window, t), log_distinct(read));
        ASSERT_EQ(newest_count(cells[1], t, window.from_ms), std::min(count, k));
        for (uint32_t n = 1; n <= k; ++n) {
          const int64_t time = newest_nth(cells[1].state(), n);
          ASSERT_EQ(within_test(time, t, window.from_ms), count >= n);
        }
      }
      expect_never_late(
          [&](int64_t t) {
            return Answer{static_cast<double>(distinct_count(cells[7], window, t)),
                          distinct_deadline(cells[7], window, t)};
          },
          now, now + 25);
      expect_never_late(
          [&](int64_t t) {
            const uint32_t count = newest_count(cells[1], t, window.from_ms);
            return Answer{static_cast<double>(count),
                          newest_count_deadline(cells[1], count, window.from_ms)};
          },
          now, now + 25);
    };
    check();
    for (int i = 0; i < 30; ++i) {
      now += static_cast<int64_t>(random() % 5);
      const Scalar scalar = any_scalar(random);
      for (size_t cell = 0; cell < cells.tables.cells.size(); ++cell) {
        cells.push(cell, now, scalar);
      }
      check();
    }
  }
}

}  // namespace
}  // namespace segue::cells
