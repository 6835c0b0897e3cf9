#include "runtime/interp/sums.h"

#include <gtest/gtest.h>

#include <random>

#include "runtime/cells/test_cell.h"

namespace segue::interp {
namespace {

/// Whatever window follows whatever other, a sum that goes on from the last is that of its own
/// entries; values that are no numbers are no part of it.
TEST(Sums, GoOnFromTheLastOne) {
  std::mt19937 random(11);
  cells::TestCells cells({cells::log_of(image::Type::X, 1'000'000)});
  int64_t now = 1000;
  for (int turn = 0; turn < 200; ++turn) {
    now += static_cast<int64_t>(random() % 5);
    const bool number = random() % 4 != 0;
    const Decimal value = number ? Decimal{random() % 100, 0} : cells::kNoSum;
    cells::log_push_sum(cells[0], now, value);
    forget_sum();
    for (int reads = 0; reads < 20; ++reads) {
      const auto from = static_cast<int64_t>(1 + random() % 100);
      const auto to = static_cast<int64_t>(random() % 3 == 0 ? random() % from : 0);
      const cells::LogRead read = cells::log_read(cells[0], cells::rolling(from, to, 0), now);
      ASSERT_EQ(shared_sum(0, read), cells::log_sum(read)) << from << " " << to;
    }
  }
}

}  // namespace
}  // namespace segue::interp
