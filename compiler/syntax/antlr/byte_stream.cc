#include "compiler/syntax/antlr/byte_stream.h"

namespace segue {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

size_t ByteStream::LA(ssize_t i) {
  // ANTLR counts the next symbol as 1, the one before as -1, and never asks for 0.
  const size_t at = at_ + static_cast<size_t>(i > 0 ? i - 1 : i);
  if (at >= text_.size()) return IntStream::EOF;
  const auto byte = static_cast<unsigned char>(text_[at]);
  if (byte < 0x80) return byte;
  const bool marked = at < kByteOrderMark.size() && text_.substr(0, 3) == kByteOrderMark;
  return marked ? ' ' : 0x7F;
}

std::string ByteStream::getText(const antlr4::misc::Interval& interval) {
  const auto begin = static_cast<size_t>(interval.a), end = static_cast<size_t>(interval.b) + 1;
  if (begin >= text_.size() || end <= begin) return {};
  return std::string(text_.substr(begin, end - begin));
}

}  // namespace segue
