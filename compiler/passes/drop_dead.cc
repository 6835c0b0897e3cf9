#include "compiler/passes/passes.h"

namespace segue::passes {

// before                                   after
//   stream s0 "view" = (kind-in k2)          stream s0 "view" = (kind-in k2)
//   stream s1 "gone" = (kind-in k3)
//   cell c0 = seen s1
//   cell c1 = seen s0                        cell c0 = seen s0
//   node n0 = (seen c1)                      node n0 = (seen c0)
void drop_dead(plan::Plan& plan) { plan::compact(plan); }

}  // namespace segue::passes
