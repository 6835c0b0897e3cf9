#include "runtime/ingest/lines.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace segue {
namespace {

// Fits the second-level cache together with what is decoded from it.
constexpr size_t kBufferBytes = size_t{256} << 10;
// A line end and the CR before it are no part of the line.
constexpr size_t kHeldMax = kLineBytesMax + 2;
// What is shown of a line that is too long.
constexpr size_t kShownBytes = 4096;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), buffer_(kBufferBytes + kLinePadding) {}

bool LineReader::next(Line& line) {
  for (;;) {
    if (find_end()) {
      if (give(line, line_end_, line_end_ + 1)) return true;
      continue;
    }
    if (end_ - begin_ > kHeldMax) {
      pass_over(line);
      return status_.ok();
    }
    if (refill()) continue;
    if (!status_.ok() || begin_ == end_) return false;
    if (give(line, end_, end_)) return true;
  }
}

/// The pass for quotes finds line ends on its way; only what it cannot hold is searched again.
bool LineReader::find_end() {
  if (scanned_ == begin_) {
    const bool found = quotes_.look({buffer_.data() + begin_, end_ - begin_});
    scanned_ += quotes_.size();
    if (found) {
      line_end_ = scanned_;
      scanned_ = begin_;  // as if it had not been found, should this be called again
      return true;
    }
  }
  const void* found = std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
  if (found == nullptr) {
    scanned_ = end_;
    return false;
  }
  line_end_ = static_cast<size_t>(static_cast<const char*>(found) - buffer_.data());
  return true;
}

/// Takes the line before `end`; false if it is blank.
bool LineReader::give(Line& line, size_t end, size_t next) {
  std::string_view text(buffer_.data() + begin_, end - begin_);
  begin_ = scanned_ = next;
  ++number_;
  if (number_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  line.number = number_;
  line.has_end = next > end;
  line.too_long = text.size() > kLineBytesMax;
  line.text = line.too_long ? text.substr(0, kShownBytes) : trim(text);
  line.quotes = quotes_.knows(line.text) ? &quotes_ : nullptr;
  return !line.text.empty();
}

/// Reads on behind what is held, making room first; false at the end or on a failure.
bool LineReader::refill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    scanned_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ + kLinePadding == buffer_.size()) {
    const size_t grown = std::min(2 * end_, kHeldMax + kBufferBytes);
    buffer_.resize(grown + kLinePadding);
  } else if (buffer_.size() > 4 * kBufferBytes && end_ < kBufferBytes) {
    // One huge line must not keep its room for ever.
    buffer_.resize(kBufferBytes + kLinePadding);
    buffer_.shrink_to_fit();
  }
  const size_t room = buffer_.size() - kLinePadding - end_;
  auto got = source_->read(std::span(buffer_).subspan(end_, room));
  if (!got) status_ = got.error();
  ended_ = !got || *got == 0;
  if (ended_) return false;
  end_ += *got;
  return true;
}

/// Drops a line that is too long up to its end, in pieces.
void LineReader::pass_over(Line& line) {
  line.number = ++number_;
  line.too_long = true;
  shown_.assign(buffer_.data() + begin_, kShownBytes);
  line.text = shown_;
  do {
    begin_ = scanned_ = end_;
  } while (refill() && !find_end());
  line.has_end = begin_ != end_;
  begin_ = scanned_ = line.has_end ? line_end_ + 1 : end_;
}

}  // namespace segue
