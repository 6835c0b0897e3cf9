#include <algorithm>

#include "compiler/source/utf8.h"
#include "compiler/syntax/decode.h"

namespace segue {

namespace {

std::optional<uint32_t> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<uint32_t>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
    value = value * 16 + digit;
  }
  return value;
}

bool is_high(uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

class TextDecoder {
 public:
  explicit TextDecoder(std::string_view quoted) : rest_(quoted) {}

  DecodedText decode() {
    at_ = 1;
    while (at_ < rest_.size() && rest_[at_] != '"') {
      const auto c = static_cast<unsigned char>(rest_[at_]);
      if (c == '\\') {
        escape();
      } else if (c < 0x20) {
        fail(DecodedText::Fault::kControl, 1);
      } else {
        plain();
      }
    }
    return std::move(out_);
  }

 private:
  void fail(DecodedText::Fault fault, size_t bytes) {
    bytes = std::min(bytes, rest_.size() - at_);
    if (out_.fault == DecodedText::Fault::kNone) {
      out_.fault = fault;
      out_.fault_begin = at_;
      out_.fault_end = at_ + bytes;
    }
    append_utf8(out_.value, 0xFFFD);
    at_ += bytes;
  }

  void plain() {
    const size_t length = utf8_length(rest_.substr(at_));
    if (length == 0) return fail(DecodedText::Fault::kNotUtf8, 1);
    out_.value += rest_.substr(at_, length);
    at_ += length;
  }

  void escape() {
    const char next = at_ + 1 < rest_.size() ? rest_[at_ + 1] : '\0';
    if (next == 'u') return unicode();
    const char meant = simple_escape(next);
    if (meant == '\0') {
      // The whole character behind the backslash is part of what is wrong.
      return fail(DecodedText::Fault::kEscape, 1 + std::max<size_t>(1, utf8_length(tail(1))));
    }
    out_.value.push_back(meant);
    at_ += 2;
  }

  void unicode() {
    const std::optional<uint32_t> unit = hex4(tail(2));
    if (!unit) return fail(DecodedText::Fault::kEscape, 2);
    if (is_low(*unit)) return fail(DecodedText::Fault::kSurrogate, 6);
    if (!is_high(*unit)) {
      append_utf8(out_.value, *unit);
      at_ += 6;
      return;
    }
    const std::optional<uint32_t> second =
        tail(6).substr(0, 2) == "\\u" ? hex4(tail(8)) : std::nullopt;
    if (!second || !is_low(*second)) return fail(DecodedText::Fault::kSurrogate, 6);
    append_utf8(out_.value, 0x10000 + ((*unit - 0xD800) << 10) + (*second - 0xDC00));
    at_ += 12;
  }

  std::string_view tail(size_t from) const {
    return at_ + from < rest_.size() ? rest_.substr(at_ + from) : std::string_view{};
  }

  std::string_view rest_;
  size_t at_ = 0;
  DecodedText out_;
};

}  // namespace

DecodedText decode_text(std::string_view quoted) { return TextDecoder(quoted).decode(); }

}  // namespace segue
