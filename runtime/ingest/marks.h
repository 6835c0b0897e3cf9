#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace segue {

/// Marks are the bytes that end a JSON text, or that a text may not have as they are: quotes,
/// backslashes and control characters, so line feeds too.

/// A line feed among the marks.
struct Feed {
  uint32_t place = 0;
  uint32_t mark = 0;  // its number among the places
};

/// What scans have found, one behind the other.
struct MarksFound {
  uint32_t* places = nullptr;  // of marks
  size_t count = 0;
  Feed* feeds = nullptr;
  size_t feed_count = 0;
  bool high = false;  // a byte above 127
};

/// Appends the marks and line feeds of a text from left to right, counted from `first`. Writes up
/// to `kMarksSlack` places and feeds behind them. All of the last 64 bytes are read, also those
/// behind the text, which do not count.
///
/// Cost: one pass with the widest vectors of the machine, of which next to no step hangs on what
/// the text says: where lines end need not be foretold.
using MarkScan = void (*)(const char* text, size_t size, uint32_t first, MarksFound& found);

inline constexpr size_t kMarksSlack = 64;

/// Those that this machine can run, the quickest first. All find the same.
std::span<const MarkScan> mark_scans();

/// The marks of a line.
struct Marks {
  const char* origin = nullptr;  // places are counted from there
  const uint32_t* places = nullptr;
  size_t count = 0;
  bool is_ascii = false;  // no byte of the line is above 127
};

}  // namespace segue
