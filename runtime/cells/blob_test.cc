#include "runtime/cells/blob.h"
#include "runtime/cells/capped.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "runtime/cells/entries.h"
#include "runtime/cells/log.h"
#include "runtime/cells/test_cell.h"

namespace segue::cells {
namespace {

using image::Type;

std::vector<int64_t> times_of(const CellView& cell) {
  const Entries entries = entries_of(cell);
  std::vector<int64_t> times;
  for (uint32_t i = 0; i < entries.count; ++i) times.push_back(entries.time_of(i));
  return times;
}

TEST(Blob, IsEmptyUntilCreated) {
  Blob blob;
  EXPECT_TRUE(blob.empty());
  EXPECT_TRUE(blob.bytes().empty());
  blob.create({.fixed_bytes = 48}, 7);
  EXPECT_FALSE(blob.empty());
  EXPECT_EQ(blob.bytes().size(), 48u);
  EXPECT_EQ(blob.header().program, 7u);
  EXPECT_EQ(blob.header().next_ms, kNever.ms);
  Blob moved = std::move(blob);
  EXPECT_TRUE(blob.empty());
  blob = std::move(moved);
  EXPECT_FALSE(blob.empty());
}

TEST(Blob, KeptByAnotherItStaysHomeWhileItFits) {
  TestCells cells({log_of(Type::B, INT64_MAX)});
  const image::Layout& layout = cells.tables.layout[0];
  std::vector<uint64_t> home(layout.fixed_bytes / 8 + 4);
  auto* const room = reinterpret_cast<std::byte*>(home.data());
  const auto room_bytes = static_cast<uint32_t>(home.size() * 8);
  std::byte* data = nullptr;
  uint32_t capacity = room_bytes;
  for (int64_t t = 1; t < 300; ++t) {
    Blob blob = Blob::kept(room, room_bytes, data, capacity);
    if (blob.empty()) {
      blob.create(layout, 7);
      init(cells.tables.cells[0], blob.data() + cells.tables.cells[0].offset);
    }
    const CellRef cell{blob, cells.view(), cells.tables.cells[0]};
    log_push(cell, t);
    ASSERT_EQ(blob.data() == room, t <= 4) << t;
    ASSERT_EQ(times_of(cell).size(), static_cast<size_t>(t));
    ASSERT_LE(blob.header().bytes, blob.capacity());
    data = blob.data();
    capacity = blob.capacity();
  }
  Blob::release(data, capacity);
}

TEST(Blob, GrowingPartsKeepTheirEntriesWhereverTheyMove) {
  TestCells cells({log_of(Type::B, INT64_MAX), log_of(Type::S, INT64_MAX),
                   cell_of(image::CellKind::kSeen), log_of(Type::B, 100)});
  std::vector<std::vector<int64_t>> expected(4);
  std::mt19937 random(1);
  for (int64_t t = 1; t < 5000; ++t) {
    const size_t i = random() % 4;
    cells.push(i, t);
    if (i != 2) expected[i].push_back(t);
    while (!expected[3].empty() && i == 3 && expected[3].front() <= t - 100) {
      expected[3].erase(expected[3].begin());
    }
    if (t % 500 != 0) continue;
    for (const size_t log : {0, 1, 3}) ASSERT_EQ(times_of(cells[log]), expected[log]);
  }
  EXPECT_EQ(load<uint64_t>(cells[2].state()), 1u);
  const uint32_t capacity = cells.blob().capacity();
  EXPECT_LE(cells.blob().header().bytes, capacity);
  EXPECT_LT(capacity, 2 * (expected[0].size() * 8 + expected[1].size() * 24))
      << "room left behind is reclaimed";
}

/// As far as a mapping, whose parts stay where they are, and at home for as long as that is enough.
TEST(Blob, ALargeOneGrowsInPlace) {
  TestCells cells({log_of(Type::B, INT64_MAX), log_of(Type::S, 50'000, 40'000),
                   log_of(Type::X, INT64_MAX, 20'000)});
  std::mt19937 random(1);
  const int64_t end = 120'000;
  for (int64_t t = 1; t <= end; ++t) {
    const uint32_t before = cells.blob().capacity();
    cells.push(t % 3, t);
    ASSERT_GE(cells.blob().capacity(), before);
    if (t % 10'007 != 0 && t != end) continue;
    const std::vector<int64_t> all = times_of(cells[0]);
    ASSERT_EQ(all.size(), static_cast<size_t>(t / 3));
    for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], static_cast<int64_t>(3 * (i + 1)));
    const std::vector<int64_t> capped = times_of(cells[2]);
    ASSERT_EQ(capped.size(), std::min<size_t>(20'000, (t + 1) / 3));
    ASSERT_EQ(capped.back() - capped.front(), 3 * static_cast<int64_t>(capped.size() - 1));
    const std::vector<int64_t> recent = times_of(cells[1]);
    ASSERT_GT(recent.front(), recent.back() - 50'000);
  }
  Blob copy = Blob::copy_of(cells.blob().bytes());
  EXPECT_EQ(times_of({copy.data(), cells.view(), cells.tables.cells[2]}), times_of(cells[2]));
  copy.create({.fixed_bytes = 48}, 7);
  EXPECT_EQ(copy.bytes().size(), 48u);
}

TEST(Blob, ACopyIsTheSameState) {
  TestCells cells({log_of(Type::B, INT64_MAX)});
  for (int64_t t = 1; t < 100; ++t) cells.push(0, t);
  Blob copy = Blob::copy_of(cells.blob().bytes());
  EXPECT_EQ(times_of({copy.data(), cells.view(), cells.tables.cells[0]}), times_of(cells[0]));
  const CellRef cell{copy, cells.view(), cells.tables.cells[0]};
  for (int64_t t = 100; t < 300; ++t) log_push(cell, t);
  EXPECT_EQ(times_of(cell).size(), 299u);
  EXPECT_EQ(times_of(cells[0]).size(), 99u);
  EXPECT_TRUE(Blob::copy_of({}).empty());
}

TEST(Blob, ACappedLogStopsGrowing) {
  TestCells cells({log_of(Type::S, INT64_MAX, 100)});
  for (int64_t t = 1; t < 1000; ++t) cells.push(0, t);
  const uint32_t capacity = cells.blob().capacity();
  for (int64_t t = 1000; t < 10'000; ++t) cells.push(0, t);
  EXPECT_EQ(cells.blob().capacity(), capacity);
  EXPECT_EQ(times_of(cells[0]).size(), 100u);
  EXPECT_EQ(times_of(cells[0]).front(), 9900);
}

TEST(Blob, WhatACapDropsIsCounted) {
  TestCells cells({log_of(Type::S, 1000, 3)});
  take_capped();
  for (int64_t t = 1; t <= 2; ++t) cells.push(0, t);
  EXPECT_EQ(take_capped(), 0u);
  cells.push(0, 3);
  EXPECT_EQ(take_capped(), 0u) << "the cap itself is no loss";
  cells.push(0, 4);
  EXPECT_EQ(take_capped(), 1u);
  cells.push(0, 5000);
  EXPECT_EQ(take_capped(), 0u) << "what left the horizon was no loss either";
}

TEST(Blob, RefusesToGrowWithoutEnd) {
  TestCells cells({log_of(Type::B, INT64_MAX)});
  EXPECT_FALSE(cells.blob().grow(cells.tables.cells[0].offset, 1u << 30, cells.tables.layout[0],
                                 cells.tables.cells));
  EXPECT_EQ(cells.blob().header().bytes, cells.tables.layout[0].fixed_bytes);
}

}  // namespace
}  // namespace segue::cells
