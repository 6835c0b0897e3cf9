#pragma once

#include "compiler/plan/plan.h"

namespace segue::passes {

// One a file; each file says what it does in plan text, before and after.
void fold(plan::Plan& plan);
void share_streams(plan::Plan& plan);
void fit_cells(plan::Plan& plan);
void share_cells(plan::Plan& plan);
void share_conditions(plan::Plan& plan);
void drop_dead(plan::Plan& plan);
void narrow_times(plan::Plan& plan);
void track_inputs(plan::Plan& plan);
void sort_constants(plan::Plan& plan);
void lay_out(plan::Plan& plan);

}  // namespace segue::passes
