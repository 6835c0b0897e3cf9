#include "runtime/ingest/json_cursor.h"

#include <array>
#include <bitset>

namespace segue {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The value of four hex digits at the front, or -1.
int hex4(std::string_view text) {
  if (text.size() < 4) return -1;
  int value = 0;
  for (const char c : text.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    int digit = -1;
    if (is_digit(c)) digit = c - '0';
    if (lower >= 'a' && lower <= 'f') digit = lower - 'a' + 10;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// Reads the escape at the front of `text` (which begins with a backslash) and removes it: a code
/// point, or -1 if it is none or half a pair.
int32_t take_escape(std::string_view& text) {
  if (text.size() < 2) return -1;
  const char c = text[1];
  text.remove_prefix(2);
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
    case 'u':
      break;
    default:
      return -1;
  }
  const int first = hex4(text);
  if (first < 0) return -1;
  text.remove_prefix(4);
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || !text.starts_with("\\u")) return -1;
  const int second = hex4(text.substr(2));
  if (second < 0xDC00 || second > 0xDFFF) return -1;
  text.remove_prefix(6);
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

char* put_utf8(char* out, int32_t code) {
  const auto byte = [&](int32_t value) { *out++ = static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
  return out;
}

const char* skip_digits(const char* at, const char* end) {
  while (at != end && is_digit(*at)) ++at;
  return at;
}

}  // namespace

bool is_json_number(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at != end && *at == '-') ++at;
  const char* const whole = at;
  at = skip_digits(at, end);
  if (at == whole || (*whole == '0' && at - whole > 1)) return false;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    at = skip_digits(at, end);
    if (at == fraction) return false;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    const char* const exponent = at;
    at = skip_digits(at, end);
    if (at == exponent) return false;
  }
  return at == end;
}

std::optional<std::string_view> unescape(std::string_view content, Arena& arena) {
  size_t backslash = content.find('\\');
  if (backslash == std::string_view::npos) return content;
  char* const first = arena.bytes(content.size());  // no escape is shorter than what it stands for
  char* out = first;
  std::string_view rest = content;
  while (backslash != std::string_view::npos) {
    out += rest.copy(out, backslash);
    rest.remove_prefix(backslash);
    const int32_t code = take_escape(rest);
    if (code < 0) return {};
    out = put_utf8(out, code);
    backslash = rest.find('\\');
  }
  out += rest.copy(out, rest.size());
  return std::string_view(first, static_cast<size_t>(out - first));
}

bool JsonCursor::take_scalar(std::string_view& content) {
  if (done()) return fail();
  content = token_at(at_);
  ++at_;
  const bool good =
      content == "true" || content == "false" || content == "null" || is_json_number(content);
  return good || fail();
}

bool JsonCursor::check_escapes(std::string_view content) {
  for (size_t at = content.find('\\'); at != std::string_view::npos; at = content.find('\\')) {
    content.remove_prefix(at);
    // A lone half of a surrogate pair is JSON by its grammar, but no text that UTF-8 can hold.
    const bool names_a_surrogate = content.starts_with("\\u") && hex4(content.substr(2)) >= 0xD800;
    if (take_escape(content) < 0) {
      return fail(names_a_surrogate ? RejectKind::kNotUtf8 : RejectKind::kNotJson);
    }
  }
  return true;
}

bool JsonCursor::skip_nested() {
  std::bitset<kJsonDepthMax> is_record;  // by depth: what we are in
  uint32_t depth = 0;
  for (;;) {
    // A value is due.
    const char c = peek();
    if (c == '{' || c == '[') {
      if (outside_ + depth == kJsonDepthMax) return fail(RejectKind::kTooDeep);
      is_record[depth++] = c == '{';
      ++at_;
      if (peek() != (c == '{' ? '}' : ']')) {
        if (c == '{' && !take_key()) return false;
        continue;
      }
    } else if (!skip()) {
      return false;
    } else if (take_comma()) {
      if (is_record[depth - 1] && !take_key()) return false;
      continue;
    }
    // Whatever is not continued by a comma must end.
    do {
      if (!take(is_record[depth - 1] ? '}' : ']')) return false;
      if (--depth == 0) return true;
    } while (!take_comma());
    if (is_record[depth - 1] && !take_key()) return false;
  }
}

}  // namespace segue
