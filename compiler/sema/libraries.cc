#include "compiler/sema/libraries.h"

#include <algorithm>

/// {name, rule text}, ends with {nullptr, nullptr}: the files of stdlib/, embedded by the build.
extern const char* const segue_stdlib[][2];

namespace segue {

namespace {

constexpr std::string_view kPrefix = "std.";

}  // namespace

std::optional<std::string_view> library_text(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  for (const auto* row = segue_stdlib; (*row)[0] != nullptr; ++row) {
    if (name == (*row)[0]) return (*row)[1];
  }
  return std::nullopt;
}

std::vector<std::string> library_names() {
  std::vector<std::string> names;
  for (const auto* row = segue_stdlib; (*row)[0] != nullptr; ++row) {
    names.push_back(std::string(kPrefix) + (*row)[0]);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace segue
