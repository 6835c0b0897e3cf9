// Which counts in a window need no cap.
#pragma once

#include <vector>

#include "compiler/sema/context.h"

namespace segue::sema {

/// The count that a comparison with a number asks so little of that little is kept and no cap is
/// needed. Null if there is none. The window ends now. Of days, not of the user's own zone, only
/// the newest time of each of the newest ones is kept. A sequence, said that many times in a row,
/// is a sequence itself, of which only the latest start is kept; it ends with no `then no` and has
/// no `by`, whose limit of values depends on where matching begins; with `all within` one match of
/// it is asked for, and its first step is an event. `fit-cells` takes just these.
const hir::Expr* uncapped_count(const std::vector<hir::Stream>& streams,
                                const hir::Expr& comparison);

/// Takes the cap off those. Once all rules are checked, before their ids are final.
void drop_caps(Context& context);

}  // namespace segue::sema
