#include "runtime/interp/json_part.h"

#include <cstdint>

namespace segue::interp {
namespace {

/// Walks over the tokens of JSON that the decoder has checked. Of other text it finds nothing, but
/// never reads past its end.
class Walk {
 public:
  explicit Walk(std::string_view json) : rest_(json) { skip_blanks(); }

  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  /// The next value as it is written; empty if there is none.
  std::string_view value() {
    const std::string_view from = rest_;
    size_t depth = 0;
    size_t size = 0;
    while (size < from.size()) {
      const char c = from[size];
      const size_t token = c == '"' ? string_size(from.substr(size)) : size_t{1};
      if (depth == 0 && is_end(c)) break;
      size += token;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) break;
      if (depth == 0 && c == '"') break;
    }
    rest_.remove_prefix(size);
    skip_blanks();
    return from.substr(0, size);
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  static bool is_end(char c) { return c == ',' || c == ']' || c == '}' || is_blank(c); }

  static size_t string_size(std::string_view from) {
    size_t at = 1;
    while (at < from.size() && from[at] != '"') at += from[at] == '\\' ? 2 : 1;
    return at < from.size() ? at + 1 : from.size();
  }

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

uint32_t hex_of(std::string_view digits) {
  uint32_t value = 0;
  for (const char c : digits.substr(0, 4)) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value * 16 + static_cast<uint32_t>(digit & 0xF);
  }
  return value;
}

char* put_utf8(uint32_t point, char* out) {
  const auto put = [&](uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
  return out;
}

/// The code point of what follows `\u`, which it takes from `rest`: one or a pair of halves.
uint32_t take_point(std::string_view& rest) {
  const auto take = [&] {
    const uint32_t half = hex_of(rest);
    rest.remove_prefix(rest.size() < 4 ? rest.size() : 4);
    return half;
  };
  const uint32_t first = take();
  if (first < 0xD800 || first >= 0xDC00 || rest.size() < 6) return first;
  rest.remove_prefix(2);
  return 0x10000 + ((first - 0xD800) << 10) + ((take() - 0xDC00) & 0x3FF);
}

/// The text of a JSON string; a copy only if something in it is escaped.
std::string_view text_of(std::string_view json, Arena& arena) {
  if (json.size() < 2) return {};
  std::string_view rest = json.substr(1, json.size() - 2);
  if (rest.find('\\') == std::string_view::npos) return rest;
  char* begin = arena.bytes(rest.size());  // an escape is never shorter than what it means
  char* out = begin;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\' || rest.empty()) {
      *out++ = c;
      continue;
    }
    const char kind = rest.front();
    rest.remove_prefix(1);
    if (kind == 'u') {
      out = put_utf8(take_point(rest), out);
      continue;
    }
    constexpr std::string_view kNames = "bfnrt";
    constexpr std::string_view kMeanings = "\b\f\n\r\t";
    const size_t named = kNames.find(kind);
    *out++ = named == std::string_view::npos ? kind : kMeanings[named];
  }
  return {begin, static_cast<size_t>(out - begin)};
}

/// The last member of a record with that key, as written; empty if there is none.
std::string_view member(std::string_view record, std::string_view key, Arena& arena) {
  std::string_view found;
  Walk walk(record);
  if (!walk.take('{')) return found;
  while (walk.peek() == '"') {
    const bool wanted = text_of(walk.value(), arena) == key;
    if (!walk.take(':')) return {};
    const std::string_view value = walk.value();
    if (wanted) found = value;
    if (!walk.take(',')) break;
  }
  return found;
}

Value read(std::string_view json, Arena& arena);

std::span<const Value> items_of(std::string_view json, Arena& arena) {
  const auto each = [&](const auto& visit) {
    Walk walk(json);
    if (!walk.take('[')) return;
    while (walk.peek() != ']' && walk.peek() != '\0') {
      visit(walk.value());
      if (!walk.take(',')) break;
    }
  };
  size_t count = 0;
  each([&](std::string_view) { ++count; });
  const std::span<Value> items = arena.make<Value>(count);
  size_t next = 0;
  each([&](std::string_view item) { items[next++] = read(item, arena); });
  return items;
}

Value read(std::string_view json, Arena& arena) {
  switch (json.empty() ? '\0' : json.front()) {
    case '\0':
      return {};
    case '"':
      return {.tag = ValueTag::kText, .text = text_of(json, arena)};
    case '{':
      return {.tag = ValueTag::kRecord, .text = json};
    case '[':
      return {.tag = ValueTag::kList, .text = json, .items = items_of(json, arena)};
    case 'n':
      return {.tag = ValueTag::kMissing};
    case 't':
      return {.tag = ValueTag::kTrue};
    case 'f':
      return {.tag = ValueTag::kFalse};
    default:
      return number_from_text(json);
  }
}

}  // namespace

Value part_of(const Value& item, std::span<const uint32_t> path, const image::View& view,
              Arena& arena) {
  if (path.empty()) return item;
  if (item.tag != ValueTag::kRecord) return {};
  std::string_view json = item.text;
  for (const uint32_t key : path) {
    json = member(json, view.text(key), arena);
    if (json.empty()) return {};
  }
  return read(json, arena);
}

}  // namespace segue::interp
