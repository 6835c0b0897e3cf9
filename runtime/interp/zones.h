#pragma once

#include "runtime/base/zone.h"
#include "runtime/interp/frame.h"

namespace segue::interp {

/// The zone that an op or a cell names: UTC if none, the present one of the user if it is theirs.
ZoneView zone_at(const Frame& frame, uint32_t zone);

}  // namespace segue::interp
