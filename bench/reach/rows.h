// The rows of the table, each a function that measures and prints.
#pragma once

#include "bench/reach/measure.h"
#include "bench/workload.h"

namespace segue::bench {

struct ReachOptions {
  WorkloadOptions workload;
  int turns = 5;
};

/// The hand-written program and Segue must tell the same; ends the program if they do not.
void check_answers(const ReachOptions& options);
/// What the yardstick itself costs, beside a random access.
void limit_row(const ReachOptions& options);
void decoded_rows(const ReachOptions& options);
void lines_rows(const ReachOptions& options);

}  // namespace segue::bench
