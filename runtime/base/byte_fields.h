#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

/// Plain values to and from bytes, at any alignment.
namespace segue {

template <class T>
void put(std::string& out, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <class T>
void put_all(std::string& out, std::span<const T> values) {
  static_assert(std::is_trivially_copyable_v<T>);
  // SAFETY: the bytes of trivially copyable objects.
  out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

inline void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<uint32_t>(text.size()));
  out.append(text);
}

/// Takes values from the front of bytes; false, and nothing is taken, where they end too early.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  [[nodiscard]] bool take(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (rest_.size() < sizeof(value)) return false;
    std::memcpy(&value, rest_.data(), sizeof(value));
    rest_.remove_prefix(sizeof(value));
    return true;
  }

  [[nodiscard]] bool take_bytes(uint64_t count, std::string_view& bytes) {
    if (rest_.size() < count) return false;
    bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
  }

  [[nodiscard]] bool take_text(std::string_view& text) {
    uint32_t size = 0;
    return take(size) && take_bytes(size, text);
  }

  bool done() const { return rest_.empty(); }
  size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

/// Element `i` of values that stand in bytes without alignment.
template <class T>
T element(std::string_view bytes, size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

}  // namespace segue
