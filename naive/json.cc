#include "naive/json.h"

#include <cstdint>

#include "runtime/base/check.h"

namespace segue::naive {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Walks over the tokens of correct JSON.
class Walk {
 public:
  explicit Walk(std::string_view json) : rest_(json) { skip_blanks(); }

  char next() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char c) {
    if (next() != c) return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }

  /// A whole value as it is written.
  std::string_view value() {
    const std::string_view from = rest_;
    size_t depth = 0;
    size_t size = 0;
    do {
      SEGUE_CHECK(size < from.size(), "the decoder lets nothing through that is not JSON");
      const char c = from[size];
      if (c == '"') {
        size += string_size(from.substr(size));
      } else if (c == '{' || c == '[') {
        ++depth;
        ++size;
      } else if (c == '}' || c == ']') {
        --depth;
        ++size;
      } else if (depth > 0 && (c == ',' || c == ':' || is_blank(c))) {
        ++size;
      } else {
        while (size < from.size() && !ends_word(from[size])) ++size;
      }
    } while (depth > 0);
    rest_.remove_prefix(size);
    skip_blanks();
    return from.substr(0, size);
  }

 private:
  static bool ends_word(char c) { return c == ',' || c == ']' || c == '}' || is_blank(c); }

  static size_t string_size(std::string_view from) {
    size_t at = 1;
    while (from[at] != '"') at += from[at] == '\\' ? 2 : 1;
    return at + 1;
  }

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

uint32_t hex4(std::string_view digits) {
  uint32_t value = 0;
  for (const char c : digits.substr(0, 4)) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  return value;
}

void append_utf8(uint32_t point, std::string& out) {
  const auto add = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | point >> 6);
    add(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  } else {
    add(0xF0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3F));
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  }
}

std::string unquoted(std::string_view json) {
  std::string out;
  std::string_view rest = json.substr(1, json.size() - 2);
  while (!rest.empty()) {
    if (rest.front() != '\\') {
      out.push_back(rest.front());
      rest.remove_prefix(1);
      continue;
    }
    const char kind = rest[1];
    rest.remove_prefix(2);
    if (kind == 'u') {
      uint32_t point = hex4(rest);
      rest.remove_prefix(4);
      if (point >= 0xD800 && point < 0xDC00) {  // the first half of a pair
        point = 0x10000 + ((point - 0xD800) << 10) + (hex4(rest.substr(2)) - 0xDC00);
        rest.remove_prefix(6);
      }
      append_utf8(point, out);
      continue;
    }
    static constexpr std::string_view kNames = "bfnrt";
    static constexpr std::string_view kMeanings = "\b\f\n\r\t";
    const size_t named = kNames.find(kind);
    out.push_back(named == std::string_view::npos ? kind : kMeanings[named]);
  }
  return out;
}

/// The value of the last member with that key, as written; empty if there is none.
std::string_view member(std::string_view record, const std::string& key) {
  std::string_view found;
  Walk walk(record);
  if (!walk.take('{')) return found;
  while (walk.next() == '"') {
    const bool wanted = unquoted(walk.value()) == key;
    walk.take(':');
    const std::string_view value = walk.value();
    if (wanted) found = value;
    walk.take(',');
  }
  return found;
}

}  // namespace

Value Json::at(const Value& item, const std::vector<std::string>& path) {
  if (path.empty()) return item;
  if (item.tag != ValueTag::kRecord) return {};
  std::string_view json = item.text;
  for (const std::string& key : path) {
    json = member(json, key);
    if (json.empty()) return {};
  }
  return read(json);
}

Value Json::read(std::string_view json) {
  Value value;
  value.text = json;
  switch (json.front()) {
    case '"':
      value.tag = ValueTag::kText;
      value.text = texts_.emplace_back(unquoted(json));
      return value;
    case '{':
      value.tag = ValueTag::kRecord;
      return value;
    case '[': {
      value.tag = ValueTag::kList;
      std::vector<Value> items;
      Walk walk(json);
      for (walk.take('['); walk.next() != ']'; walk.take(',')) items.push_back(read(walk.value()));
      value.items = lists_.emplace_back(std::move(items));
      return value;
    }
    case 'n':
      return {};
    case 't':
    case 'f':
      value.tag = json.front() == 't' ? ValueTag::kTrue : ValueTag::kFalse;
      return value;
    default:
      return number_from_text(json);
  }
}

}  // namespace segue::naive
