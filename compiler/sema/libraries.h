// The library rule files that travel inside the binary: `use std.web`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

/// The rule text of `std.web`; empty if there is no such library.
std::optional<std::string_view> library_text(std::string_view name);

/// All of them, by name.
std::vector<std::string> library_names();

}  // namespace segue
