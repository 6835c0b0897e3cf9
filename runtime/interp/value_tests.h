#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/base/decimal.h"
#include "runtime/base/value.h"
#include "runtime/image/view.h"
#include "runtime/interp/prepared.h"

/// What the ops on values off the wire do, without the stack: native code calls these directly. A
/// constant stands folded in the image where case is ignored.
namespace segue::interp {

bool equal_values(const Value& left, const Value& right, bool ignoring_case);
bool equal_text(const Value& value, std::string_view text, bool ignoring_case);
bool in_set(const Prepared& prepared, const Value& value, uint32_t set, bool ignoring_case);

// Of two texts; false of anything else.
bool contains(const Value& text, const Value& part, bool ignoring_case);
bool starts_with(const Value& text, const Value& part, bool ignoring_case);
bool ends_with(const Value& text, const Value& part, bool ignoring_case);

/// The exact value of a number; of another type `kNoSum`.
Decimal sum_of(const Value& value);

}  // namespace segue::interp
