#pragma once

#include <string_view>

#include "runtime/base/result.h"
#include "runtime/image/view.h"

namespace segue::image {

/// Reads the text that `print` writes back into tables: the way in which tests write images by
/// hand. Looks only at the form; `Image::open` checks the rest. Members of a set may come in any
/// order, a text from `#` on to the end of a line is a comment, and without a `layout` line words,
/// fixed bytes and growing cells are counted from the rows.
Result<Tables> assemble(std::string_view text);

}  // namespace segue::image
