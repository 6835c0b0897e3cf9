// What changes between two texts, as `diff -u` shows it.
#pragma once

#include <string>
#include <string_view>

namespace segue::cli {

/// Empty if the texts are equal. Cost: lines times changes (Myers 1986); beyond 4,000 changed lines
/// the rest is shown as one block.
std::string unified_diff(const std::string& name, std::string_view before, std::string_view after,
                         bool color);

}  // namespace segue::cli
