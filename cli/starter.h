// The project that `seg new` makes.
#pragma once

#include <span>
#include <string_view>

namespace segue::cli {

struct StarterFile {
  std::string_view name;
  std::string_view text;
};

std::span<const StarterFile> starter_files();

}  // namespace segue::cli
