// UTF-8: the only encoding of rule files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segue {

/// Offset of the first byte that is not well-formed UTF-8 (overlong forms and surrogates are not).
std::optional<size_t> first_bad_utf8(std::string_view text);

/// Bytes of the well-formed sequence at the begin of `text`; 0 when there is none.
size_t utf8_length(std::string_view text);

/// Code points; every byte that is not well-formed counts as one.
uint32_t count_code_points(std::string_view text);

/// `code_point` must be a Unicode scalar value.
void append_utf8(std::string& out, uint32_t code_point);

}  // namespace segue
