// The rule texts of one compilation, and places in them.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

/// Rule files larger than this are a named error; nothing of them is kept.
inline constexpr uint32_t kSourceBytesMax = 8u << 20;

/// Names one text of a SourceManager. A default-constructed id names none.
struct SourceId {
  uint32_t value = UINT32_MAX;

  constexpr bool valid() const { return value != UINT32_MAX; }
  constexpr auto operator<=>(const SourceId&) const = default;
};

/// Half-open range of bytes [begin, end) of one text.
struct Span {
  SourceId file;
  uint32_t begin = 0;
  uint32_t end = 0;

  constexpr uint32_t size() const { return end - begin; }
  constexpr auto operator<=>(const Span&) const = default;
};

/// The smallest span that covers both; they must lie in one file.
constexpr Span cover(Span a, Span b) {
  return {a.file, a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

/// Both count from 1; a column is a Unicode code point, not a byte.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;

  constexpr auto operator<=>(const LineColumn&) const = default;
};

/// One text with its line table. Never changes after it was added.
class SourceFile {
 public:
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  /// True when the text was over kSourceBytesMax and therefore dropped (text() is empty).
  bool oversized() const { return oversized_; }

  uint32_t line_count() const { return static_cast<uint32_t>(line_begins_.size()); }
  /// Offset of the first byte of a line; `line` counts from 1.
  uint32_t line_begin(uint32_t line) const;
  /// The line without its end (`\n`, `\r\n`); `line` counts from 1.
  std::string_view line_text(uint32_t line) const;
  /// Offsets past the end are taken as the end. Costs a binary search and the length of the line.
  LineColumn locate(uint32_t offset) const;

 private:
  std::string path_;
  std::string text_;
  std::vector<uint32_t> line_begins_;
  bool oversized_ = false;
};

enum class LoadError : uint8_t { kNone, kUnreadable };

struct LoadResult {
  LoadError error = LoadError::kNone;
  SourceId id;          ///< valid when there was no error
  std::string message;  ///< why a file could not be read, in the system's words
};

/// Owns all texts of a compilation; ids and references stay valid as long as it lives.
class SourceManager {
 public:
  /// Adds a text held in memory; `path` is what diagnostics print. Too large a text is kept as an
  /// oversized, empty file, so that the parser can report it in its place.
  SourceId add_text(std::string path, std::string text);
  /// Reads a file, at most one byte more than the limit of it.
  LoadResult load_file(const std::string& path);

  const SourceFile& file(SourceId id) const;
  uint32_t file_count() const { return static_cast<uint32_t>(files_.size()); }
  std::string_view text(Span span) const;
  LineColumn locate(SourceId id, uint32_t offset) const { return file(id).locate(offset); }

 private:
  std::deque<SourceFile> files_;
};

}  // namespace segue
