// Which counts of a sequence in a window need no cap.
#pragma once

#include <vector>

#include "compiler/sema/context.h"

namespace segue::sema {

/// The count that a comparison with a number asks so little of that its sequence, said that many
/// times in a row, is a sequence itself: only its latest start is kept, so no cap is needed. Null
/// if there is none. The window ends now; the sequence ends with no `then no` and has no `by`,
/// whose limit of values depends on where matching begins; with `all within` one match of it is
/// asked for, and its first step is an event. `fit-cells` takes just these.
const hir::Expr* chained_count(const std::vector<hir::Stream>& streams,
                               const hir::Expr& comparison);

/// Takes the cap off those. Once all rules are checked, before their ids are final.
void drop_caps(Context& context);

}  // namespace segue::sema
