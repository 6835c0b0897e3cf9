#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

/// Numbers a fixed set of names: keys of a record, event names. Most keys of a line are in no set,
/// so saying no must be cheap: one multiplication and one load.
class KeyTable {
 public:
  /// No name. More than any number.
  static constexpr uint32_t kNone = UINT32_MAX;

  KeyTable() = default;

  /// Names are numbered in the order given and must differ.
  explicit KeyTable(std::span<const std::string> names);

  /// Bytes behind `key` (8 of them) are read but do not count: a key stands in a padded line.
  uint32_t find(std::string_view key) const {
    const uint64_t first = first_word(key);
    for (uint64_t place = hash(key, first) >> shift_;; place = (place + 1) & mask_) {
      const Entry& entry = entries_[place];
      if (entry.number == kNone) return kNone;
      if (entry.first != first || entry.name.size() != key.size()) continue;
      if (key.size() <= sizeof(first) || entry.name == key) return entry.number;
    }
  }

  /// The same for a text without padding.
  uint32_t find_unpadded(std::string_view key) const;

 private:
  struct Entry {
    std::string_view name;
    uint64_t first = 0;
    uint32_t number = kNone;
  };

  static uint64_t first_word(std::string_view key) {
    uint64_t word = 0;
    __builtin_memcpy(&word, key.data(), sizeof(word));
    return key.size() >= sizeof(word) ? word : word & ((uint64_t{1} << (8 * key.size())) - 1);
  }

  static uint64_t hash(std::string_view key, uint64_t first) {
    uint64_t last = 0;
    if (key.size() > sizeof(last)) {
      __builtin_memcpy(&last, key.data() + key.size() - sizeof(last), sizeof(last));
    }
    constexpr uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;
    return ((first ^ key.size()) * kOdd ^ last) * kOdd;
  }

  std::vector<std::string> names_;  // each padded, so that entries can be hashed like keys
  std::vector<Entry> entries_ = {Entry{}, Entry{}};
  uint64_t mask_ = 1;
  int shift_ = 63;
};

}  // namespace segue
