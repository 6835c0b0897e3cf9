#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/base/decimal.h"
#include "runtime/image/tables.h"
#include "runtime/interp/frame.h"

/// Tests in a row that each read a window of their own of one cell: what they share, the day at
/// hand or a walk of the log, is worked out once.
namespace segue::interp {

/// A test of such a row.
struct WindowTest {
  image::Op op{};               // of the comparison
  bool negated = false;         // the test is the `not` of it
  bool constant_first = false;  // of numbers: the constant stands left
  uint32_t window = 0;          // row of the image
  double number = 0;            // of days: the constant
  Decimal sum;                  // of sums
  /// Of sums: bit 0, 1, 2: whether the test holds of one that is less than, equal to, greater than
  /// the constant. Of days: whether it holds of fewer than `days` days (bit 0) and of as many and
  /// more (bit 2).
  uint32_t holds = 0;
  uint32_t days = kAnyDays;
  Decimal raised;        // of sums: the constant as cells::SumsFrom compares it
  uint64_t reaches = 0;  // … if all that is asked is whether a sum comes to so many units; else 0

  static constexpr uint32_t kAnyDays = UINT32_MAX;  // no such number tells
  /// Fills these in.
  void find_holds(bool of_days);
};

/// Of a row of sums that all ask no more than whether a sum comes to so much: one of them.
struct Reach {
  uint64_t units = 0;
  int64_t from_ms = 0;  // the length of its window
  uint32_t cap = 0;     // … and how many of the newest entries count; 0: all
  uint32_t test = 0;    // its number in the row
};

/// … and all, the least first; none if one of the row asks something else.
struct Reaches {
  std::span<const Reach> tests;
  uint64_t otherwise = 0;  // bit i: whether the i-th holds of a sum that does not come to so much
};

/// The tests of such a row, the least first; none of another.
std::vector<Reach> reaches_of(const image::View& view, std::span<const WindowTest> tests);

/// How many tests of a row stand in a word of bits.
inline constexpr uint32_t kWindowTestsMax = 64;

/// Local days of the cell `row`, a `days` cell, in calendar windows of days, against constants.
/// Bit i: the i-th test. Notes the first instant at which one of them may turn. Cost: a word a
/// window; one search for midnight.
uint64_t test_days(Frame& frame, const image::CellRow& row, std::span<const WindowTest> tests);

/// The exact sums of the cell `row`, a log of X, in rolling windows up to now that ascend, against
/// constants. `reaches`: of the same tests. Cost: where these are and no value is negative, one
/// walk of the entries for all windows; else a short search and a few differences a window.
uint64_t test_sums(Frame& frame, uint32_t cell, std::span<const WindowTest> tests,
                   const Reaches& reaches);

}  // namespace segue::interp
