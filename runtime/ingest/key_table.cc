#include "runtime/ingest/key_table.h"

#include <bit>

#include "runtime/base/check.h"

namespace segue {
namespace {

constexpr size_t kPaddingBytes = 8;

}  // namespace

KeyTable::KeyTable(std::span<const std::string> names) {
  const size_t places = std::bit_ceil(2 * names.size() + 2);
  entries_.assign(places, Entry{});
  mask_ = places - 1;
  shift_ = 64 - std::countr_zero(places);
  names_.reserve(names.size());
  for (const std::string& name : names) {
    const std::string& padded = names_.emplace_back(name + std::string(kPaddingBytes, '\0'));
    const std::string_view key(padded.data(), name.size());
    SEGUE_CHECK(find(key) == kNone, "names of a table differ");
    uint64_t place = hash(key, first_word(key)) >> shift_;
    while (entries_[place].number != kNone) place = (place + 1) & mask_;
    entries_[place] = {key, first_word(key), static_cast<uint32_t>(names_.size() - 1)};
  }
}

uint32_t KeyTable::find_unpadded(std::string_view key) const {
  std::string padded(key);
  padded.append(kPaddingBytes, '\0');
  return find({padded.data(), key.size()});
}

}  // namespace segue
