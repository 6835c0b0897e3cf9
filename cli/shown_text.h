// Text from events on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace segue::cli {

/// Control characters become `?`, so that a user id cannot move the cursor or change colours.
std::string shown_text(std::string_view text);

/// Columns of a terminal: one a code point. Wide characters are taken as one; a table of them is
/// uneven, not wrong.
size_t shown_width(std::string_view text);

}  // namespace segue::cli
