#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "runtime/base/arena.h"
#include "runtime/base/event_batch.h"

namespace segue {

/// Lists and records inside each other, the outermost counted. Deeper lines are rejects.
inline constexpr uint32_t kJsonDepthMax = 1024;

/// True for the grammar of RFC 8259, whole text.
bool is_json_number(std::string_view text);

/// The text of a JSON string without its quotes; made in `arena` only if something is escaped.
/// Empty if an escape is none, or names half a surrogate pair.
std::optional<std::string_view> unescape(std::string_view content, Arena& arena);

/// Walks the tokens of one line from left to right, checking the grammar as it goes. A step that
/// meets what JSON does not allow returns false, and `fault` says what it was; nothing is read
/// after that.
class JsonCursor {
 public:
  /// `starts` as a Tokenizer gives them: the size of `text` stands behind the last one.
  JsonCursor(std::string_view text, std::span<const uint32_t> starts)
      : text_(text),
        starts_(starts.data()),
        count_(static_cast<uint32_t>(starts.size())),
        escapes_(std::memchr(text.data(), '\\', text.size()) != nullptr) {}

  /// First byte of the token at hand; 0 behind the last one.
  char peek() const { return at_ < count_ ? text_[starts_[at_]] : '\0'; }
  bool done() const { return at_ == count_; }
  uint32_t position() const { return at_; }
  void go_to(uint32_t position) { at_ = position; }
  RejectKind fault() const { return fault_; }
  bool has_escapes() const { return escapes_; }

  /// A token passed earlier: a bracket, a string with its quotes, a scalar.
  std::string_view token_at(uint32_t position) const {
    const size_t begin = starts_[position];
    return trim_end(text_.substr(begin, starts_[position + 1] - begin));
  }

  /// What was passed since `position`.
  std::string_view passed_since(uint32_t position) const {
    const size_t begin = starts_[position];
    return trim_end(text_.substr(begin, starts_[at_] - begin));
  }

  /// The caller walks into a list or record and out again by itself: depth is counted over both.
  bool enter() { return ++outside_ <= kJsonDepthMax || fail(RejectKind::kTooDeep); }
  void leave() { --outside_; }

  bool take(char c) {
    if (peek() != c) return fail();
    ++at_;
    return true;
  }

  /// A string: what stands between its quotes, as written, its escapes checked.
  bool take_string(std::string_view& content) {
    if (peek() != '"') return fail();
    const std::string_view all = token_at(at_);
    if (all.size() < 2 || all.back() != '"') return fail();
    content = all.substr(1, all.size() - 2);
    ++at_;
    return !escapes_ || check_escapes(content);
  }

  /// A number, `true`, `false` or `null`: its text.
  bool take_scalar(std::string_view& content);

  /// Any value, however deep, all of it checked.
  bool skip() {
    const char c = peek();
    if (c == '"') {
      std::string_view unused;
      if (escapes_) return take_string(unused);
      ++at_;
      return true;
    }
    if (c == '{' || c == '[') return skip_nested();
    std::string_view unused;
    return take_scalar(unused);
  }

  /// A comma, if there is one: else what is open must end.
  bool take_comma() {
    if (peek() != ',') return false;
    ++at_;
    return true;
  }

 private:
  bool fail(RejectKind kind = RejectKind::kNotJson) {
    fault_ = kind;
    return false;
  }

  static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  static std::string_view trim_end(std::string_view text) {
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
  }

  /// A key of a record and its colon.
  bool take_key() {
    std::string_view unused;
    return take_string(unused) && take(':');
  }

  bool skip_nested();
  bool check_escapes(std::string_view content);

  std::string_view text_;
  const uint32_t* starts_;
  uint32_t count_;
  uint32_t at_ = 0;
  uint32_t outside_ = 0;  // lists and records around a value that is passed
  bool escapes_;
  RejectKind fault_ = RejectKind::kNotJson;
};

}  // namespace segue
