#include "runtime/interp/sums.h"

#include "runtime/cells/bytes.h"
#include "runtime/image/tables.h"

namespace segue::interp {
namespace {

struct Last {
  uint32_t cell = image::kNone;
  uint32_t first = 0;
  uint32_t last = 0;
  Decimal sum;
};

Last& last_of_thread() {
  static thread_local Last last;
  return last;
}

}  // namespace

Decimal sum_between(const cells::Entries& entries, uint32_t first, uint32_t last) {
  Decimal sum;
  for (uint32_t i = first; i < last; ++i) {
    const auto value = cells::load<Decimal>(entries.payload(i));
    if (value.hi != cells::kNoSum.hi) sum = sum + value;
  }
  return sum;
}

void forget_sum() { last_of_thread().cell = image::kNone; }

Decimal shared_sum(uint32_t cell, const cells::LogRead& read) {
  if (read.inside.sift) return cells::log_sum(read);
  Last& last = last_of_thread();
  const uint32_t first = read.inside.first;
  const uint32_t end = read.inside.last;
  // A window that does not touch the last one begins anew.
  if (last.cell != cell || last.last != end || first > end || last.first > end) {
    last = {cell, first, end, sum_between(read.entries, first, end)};
    return last.sum;
  }
  if (first < last.first) {
    last.sum = last.sum + sum_between(read.entries, first, last.first);
  } else {
    last.sum = last.sum - sum_between(read.entries, last.first, first);
  }
  last.first = first;
  return last.sum;
}

}  // namespace segue::interp
