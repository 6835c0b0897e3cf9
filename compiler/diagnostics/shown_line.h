// A source line as a terminal shows it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

/// Tabs become blanks, control characters and wrong bytes U+FFFD, wide characters count two
/// columns. A long line is cut around `focus` (a byte of it), with `…` at the cuts.
class ShownLine {
 public:
  ShownLine(std::string_view line, uint32_t focus);

  const std::string& text() const { return text_; }
  /// Display column of a byte of the line, from 0; what is cut off maps to the cut.
  uint32_t column(uint32_t byte) const;

 private:
  void show(std::string_view piece);

  std::string text_;
  uint32_t first_byte_ = 0;
  uint32_t width_ = 0;
  std::vector<uint32_t> columns_;  // of each byte from first_byte_, and of the end
};

}  // namespace segue
