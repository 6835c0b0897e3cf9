#include "cli/state_text.h"

#include <fmt/format.h>

namespace segue::cli {

std::string bytes_text(const StateSize& size) {
  std::string text = counted(size.fixed_bytes, "byte") + " a user";
  if (size.worst_bytes > size.typical_bytes) {
    text += fmt::format(", typically {}, at most {}", count_text(size.typical_bytes),
                        size_text(size.worst_bytes));
  } else if (size.worst_bytes > size.fixed_bytes) {
    text += fmt::format(", at most {}", size_text(size.worst_bytes));
  }
  return text;
}

std::string size_text(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{}", bytes);
  double size = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (size >= 1024 && unit + 1 < std::size(kUnits)) {
    size /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string count_text(uint64_t count) {
  std::string digits = std::to_string(count);
  for (size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

std::string counted(uint64_t count, const char* one) {
  return fmt::format("{} {}{}", count_text(count), one, count == 1 ? "" : "s");
}

}  // namespace segue::cli
