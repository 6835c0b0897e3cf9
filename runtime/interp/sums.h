#pragma once

#include "runtime/base/decimal.h"
#include "runtime/cells/log.h"

/// Sums of one log over the windows of a chunk. Its tests stand in the order of their windows, so
/// each sum is the one before and the entries between: all of a chunk walk the log once.
namespace segue::interp {

/// Forgets the last sum: cells may have moved since. Before each chunk whose sums are shared.
void forget_sum();

/// The sum of the numbers among entries [first, last) of a log of X.
Decimal sum_between(const cells::Entries& entries, uint32_t first, uint32_t last);

/// The sum of the entries inside, exactly as `cells::log_sum` says it. Between two calls of
/// `forget_sum` no log changes.
Decimal shared_sum(uint32_t cell, const cells::LogRead& read);

}  // namespace segue::interp
