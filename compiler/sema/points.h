// The points of a score as whole numbers.
#pragma once

#include <vector>

#include "compiler/sema/context.h"

namespace segue::sema {

/// Points in units of 10^-decimals: the fewest decimals that make all of a score's points whole.
struct Points {
  uint32_t decimals = 0;
  int64_t one = 1;             ///< 10^decimals
  std::vector<int64_t> units;  ///< by term, with its sign
};

/// Empty if it was reported.
std::optional<Points> points_of(Context& context, const Scope& scope, const ast::ScoreDecl& decl);

}  // namespace segue::sema
