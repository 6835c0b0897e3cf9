// Changes as bytes, while they wait for a durable engine's sink: docs/formats/state.md.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/byte_fields.h"
#include "segue/engine.h"

namespace segue {

void put_change(std::string& out, const MembershipChange& change);

/// The next one; its texts stand in the bytes. False, if they are no change.
[[nodiscard]] bool take_change(ByteReader& in, MembershipChange& change);

}  // namespace segue
