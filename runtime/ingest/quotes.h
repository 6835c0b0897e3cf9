#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace segue {

/// What a pass over a text found before its first line feed.
struct QuoteScanned {
  size_t size = 0;       // of the text up to there
  size_t count = 0;      // of quotes
  uint64_t strange = 0;  // not 0: a backslash or a control character
  uint64_t high = 0;     // not 0: a byte above 127
};

/// Looks for the first line feed of a text, and for all else before it. Writes where the quotes
/// are, from left to right, and up to 32 positions behind them. All of the last 64 bytes are read,
/// also those behind the text, which do not count.
using QuoteScan = void (*)(const char* text, size_t size, uint16_t* places, QuoteScanned& scanned);

/// Those that this machine can run, the quickest first. All find the same.
std::span<const QuoteScan> quote_scans();

/// Where the quotes of a line are, and whether its strings can be told from that alone.
///
/// Cost: one pass with the widest vectors of the machine.
class QuoteMap {
 public:
  static constexpr size_t kBytesMax = 4096;

  explicit QuoteMap(QuoteScan scan = quote_scans()[0]) : scan_(scan) {}

  /// Looks at the first line of `text`, which can be read for `kLinePadding` bytes more. True if a
  /// line feed stands behind it; of a line longer than `kBytesMax` that is not known.
  bool look(std::string_view text) {
    const size_t size = text.size() < kBytesMax ? text.size() : kBytesMax;
    text_ = text.data();
    scan_(text_, size, places_.data(), found_);
    return found_.size < size;
  }

  /// Its size, or what has been looked at of it.
  size_t size() const { return found_.size; }

  /// True if the last line was `line`, all of it, and has neither backslashes nor control
  /// characters. Only then may be asked for more.
  bool knows(std::string_view line) const {
    return line.data() == text_ && line.size() == found_.size && found_.strange == 0;
  }

  /// No byte is above 127, so the line is UTF-8.
  bool is_ascii() const { return found_.high == 0; }

  size_t count() const { return found_.count; }

  /// Position of quote `number`, counted from 0. `number` is below `count`.
  size_t at(size_t number) const { return places_[number]; }

 private:
  QuoteScanned found_;
  const char* text_ = nullptr;
  QuoteScan scan_;
  std::array<uint16_t, kBytesMax + 64> places_;  // written before they are read
};

}  // namespace segue
