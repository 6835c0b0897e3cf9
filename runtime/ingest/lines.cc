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
// Lines up to this size have their marks known.
constexpr size_t kMarkedMax = size_t{64} << 10;
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
      const Feed feed = feeds_[feed_++];
      if (give(line, feed.place, feed.place + 1, feed.mark)) return true;
      continue;
    }
    if (end_ - begin_ > kHeldMax) {
      pass_over(line);
      return status_.ok();
    }
    if (refill()) continue;
    if (!status_.ok() || begin_ == end_) return false;
    if (give(line, end_, end_, found_.count)) return true;
  }
}

/// True if it is known where the line ends. Of a long line marks would take more room than it does.
bool LineReader::find_end() {
  while (feed_ == found_.feed_count) {
    if (scanned_ == end_) return false;
    if (scanned_ - begin_ > kMarkedMax) return find_far_end();
    scan();
  }
  return true;
}

/// Finds the marks of the next bytes that have been read. No line feed is known.
void LineReader::scan() {
  std::copy(places_.begin() + static_cast<ptrdiff_t>(mark_),
            places_.begin() + static_cast<ptrdiff_t>(found_.count), places_.begin());
  found_.count -= mark_;
  mark_ = feed_ = found_.feed_count = 0;
  const size_t room = found_.count + kWindow + kMarksSlack;
  if (places_.size() < room) places_.resize(2 * room);
  found_.places = places_.data();
  found_.feeds = feeds_.data();
  found_.high = false;
  const size_t size = std::min(kWindow, end_ - scanned_);
  scan_(buffer_.data() + scanned_, size, static_cast<uint32_t>(scanned_), found_);
  scanned_ += size;
  if (found_.high) high_end_ = scanned_;
}

/// Of the line at hand marks are known no more.
void LineReader::drop_marks() {
  mark_ = feed_ = found_.count = found_.feed_count = 0;
  dropped_ = true;
}

/// The same as `find_end` without marks.
bool LineReader::find_far_end() {
  drop_marks();
  const char* const begin = buffer_.data() + scanned_;
  const void* const found = std::memchr(begin, '\n', end_ - scanned_);
  if (found == nullptr) {
    scanned_ = end_;
    return false;
  }
  scanned_ += static_cast<size_t>(static_cast<const char*>(found) - begin);
  feeds_[found_.feed_count++] = {static_cast<uint32_t>(scanned_++), 0};
  places_[found_.count++] = feeds_[0].place;
  return true;
}

/// Takes the line before `end`, whose mark has that number; false if it is blank.
bool LineReader::give(Line& line, size_t end, size_t next, size_t mark) {
  const char* const begin = buffer_.data() + begin_;
  std::string_view text(begin, end - begin_);
  line.is_marked = !dropped_;
  line.marks = {buffer_.data(), places_.data() + mark_, mark - mark_, begin_ >= high_end_};
  dropped_ = false;
  begin_ = next;
  mark_ = std::min(mark + 1, found_.count);
  ++number_;
  if (number_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  line.number = number_;
  line.has_end = next > end;
  line.too_long = text.size() > kLineBytesMax;
  line.text = line.too_long ? text.substr(0, kShownBytes) : trim(text);
  line.is_marked = line.is_marked && line.text.data() == begin;
  return !line.text.empty();
}

/// Reads on behind what is held, making room first; false at the end or on a failure.
bool LineReader::refill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    for (size_t i = mark_; i < found_.count; ++i) places_[i] -= static_cast<uint32_t>(begin_);
    high_end_ -= std::min(high_end_, begin_);
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
  line.is_marked = false;
  do {
    begin_ = scanned_ = end_;
    drop_marks();
  } while (refill() && !find_end());
  dropped_ = false;
  line.has_end = begin_ != end_;
  if (!line.has_end) return;
  const Feed feed = feeds_[feed_++];
  begin_ = feed.place + 1;
  mark_ = feed.mark + 1;
}

}  // namespace segue
