#pragma once

#include <span>
#include <string_view>

#include "runtime/base/arena.h"
#include "runtime/base/value.h"
#include "runtime/image/view.h"

namespace segue::interp {

/// The value at `path` (texts of the image) in an item of a list; absent if it leads to nothing. Of
/// a key that comes twice the last one counts, as in the decoder. What has to be made (texts with
/// escapes, items) is made in `arena`.
Value part_of(const Value& item, std::span<const uint32_t> path, const image::View& view,
              Arena& arena);

}  // namespace segue::interp
