#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/ingest/marks.h"
#include "runtime/ingest/source.h"

namespace segue {

/// A line may have this many bytes, its end not counted. Longer ones are passed over, never held.
inline constexpr size_t kLineBytesMax = size_t{16} << 20;

/// Bytes that may be read behind a line's end (and mean nothing): lets keys be compared by words.
inline constexpr size_t kLinePadding = 64;

/// The line without blanks at its ends.
inline std::string_view without_blanks(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  const size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) + 1 - begin);
}

struct Line {
  std::string_view text;  // without blanks at its ends; of a line too long its beginning
  uint64_t number = 0;    // counted from 1, blank lines included
  bool too_long = false;
  bool has_end = false;    // else the feed ended there
  bool is_marked = false;  // the marks are known; they may go on behind the text
  Marks marks;
};

/// Splits a feed into lines. Ends are LF or CRLF, the last line needs none; blank lines and a byte
/// order mark at the begin are passed over.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<ByteSource> source);

  /// The next line, or false at the end and when the feed fails: then `status` says so. A line that
  /// a failure cut off is not given out. The text lives until the next call.
  bool next(Line& line);

  /// False if `next` could wait for another process to write.
  bool ready() { return find_end() || source_->ready(); }

  const Status& status() const { return status_; }

 private:
  bool find_end();
  bool find_far_end();
  bool refill();
  bool give(Line& line, size_t end, size_t next, size_t mark);
  void pass_over(Line& line);

  static constexpr size_t kWindow = 4096;

  void scan();
  void drop_marks();

  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  size_t begin_ = 0;    // of the line being looked for
  size_t scanned_ = 0;  // what is before it has been looked at
  size_t end_ = 0;      // of what has been read
  // Of the bytes from the line being looked for on, counted from the buffer's begin.
  std::vector<uint32_t> places_ = std::vector<uint32_t>(2 * kWindow);
  std::vector<Feed> feeds_ = std::vector<Feed>(kWindow + kMarksSlack);
  MarksFound found_;
  size_t mark_ = 0;       // of the line's marks the first one
  size_t feed_ = 0;       // which line feed ends the line
  size_t high_end_ = 0;   // no byte behind it is above 127
  bool dropped_ = false;  // the line is so long that its marks are not kept
  MarkScan scan_ = mark_scans()[0];
  uint64_t number_ = 0;
  std::string shown_;  // the beginning of a line too long
  bool ended_ = false;
  Status status_;
};

}  // namespace segue
