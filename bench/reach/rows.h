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

/// 1,000 rules tell what the naive evaluator tells of a sample; ends the program if not.
void check_shapes(const ReachOptions& options);
void shape_rows(const ReachOptions& options);
void each_shape(const ReachOptions& options);
void code_rows(const ReachOptions& options);

void as_of_rows(const ReachOptions& options);
/// The log named by SEGUE_SHOP_EVENTS, whose rules are bench/ga_ten.seg.
void shop_row(const ReachOptions& options);

/// Points of the plot, a JSON object each.
void curves(const ReachOptions& options);

void storm_row(const ReachOptions& options);
/// Of `workload.users` users all are carried over.
void deploy_row(const ReachOptions& options);
void one_user_row(const ReachOptions& options);

}  // namespace segue::bench
