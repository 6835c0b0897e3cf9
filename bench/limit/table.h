// Users by the 64-bit hash of their id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/huge_array.h"
#include "bench/limit/row.h"

namespace segue::limit {

/// Open addressing over slots of eight bytes: the upper half of a hash beside the number of a row,
/// which has the lower half. A user is the 64-bit hash: ids are kept to name users, never compared.
/// An event reads a slot and a row, both fetched ahead.
class Table {
 public:
  Table() : slots_(size_t{1} << kFirstBits) {}

  uint32_t size() const { return count_; }
  Row& row(uint32_t number) { return rows_[number]; }
  Cold& cold(uint32_t number) { return colds_[number]; }
  std::string_view id(uint32_t number) const {
    return {ids_.data() + colds_[number].id_begin, colds_[number].id_bytes};
  }

  void fetch_slot(uint64_t hash) const { __builtin_prefetch(&slots_[place_of(hash)], 1); }
  void fetch_row(uint32_t number) { __builtin_prefetch(&rows_[number], 1); }

  void fetch_cold(uint32_t number) { __builtin_prefetch(&colds_[number], 1); }

  /// By the upper half of the hash alone, which is wrong once in 2^32 lookups: see `confirm`.
  uint32_t find_or_add(const Event& event) {
    for (size_t place = place_of(event.hash);; place = (place + 1) & mask()) {
      const uint64_t slot = slots_[place];
      if (slot == 0) return add(event, place);
      if ((slot ^ event.hash) >> 32 == 0) return static_cast<uint32_t>(slot) - 1;
    }
  }

  /// `number` if it is the user's, else the one that is.
  uint32_t confirm(const Event& event, uint32_t number) {
    if (rows_[number].tag == static_cast<uint32_t>(event.hash)) [[likely]]
      return number;
    for (size_t place = place_of(event.hash);; place = (place + 1) & mask()) {
      const uint64_t slot = slots_[place];
      if (slot == 0) return add(event, place);
      const uint32_t other = static_cast<uint32_t>(slot) - 1;
      if ((slot ^ event.hash) >> 32 == 0 && rows_[other].tag == static_cast<uint32_t>(event.hash))
        return other;
    }
  }

  size_t bytes() const {
    return slots_.size() * sizeof(uint64_t) + count_ * (sizeof(Row) + sizeof(Cold)) + ids_.size();
  }

 private:
  static constexpr int kFirstBits = 16;

  size_t mask() const { return slots_.size() - 1; }
  size_t place_of(uint64_t hash) const { return static_cast<uint32_t>(hash) >> shift_; }

  uint32_t add(const Event& event, size_t place) {
    const uint32_t number = count_++;
    if (number == rows_.size()) {
      const size_t room = number == 0 ? 1024 : size_t{number} * 2;
      rows_.grow(room);
      colds_.grow(room);
    }
    rows_[number] = Row{};
    rows_[number].tag = static_cast<uint32_t>(event.hash);
    colds_[number].id_begin = static_cast<uint32_t>(ids_.size());
    colds_[number].id_bytes = event.user_bytes;
    ids_.append(event.user, event.user_bytes);
    slots_[place] = (event.hash >> 32 << 32) | (number + 1);
    if (count_ > slots_.size() / 4 * 3) grow();
    return number;
  }

  void grow() {
    const bench::HugeArray<uint64_t> old = std::move(slots_);
    slots_ = bench::HugeArray<uint64_t>(old.size() * 2);
    --shift_;
    for (size_t i = 0; i < old.size(); ++i) {
      if (old[i] == 0) continue;
      const uint32_t tag = rows_[static_cast<uint32_t>(old[i]) - 1].tag;
      size_t place = tag >> shift_;
      while (slots_[place] != 0) place = (place + 1) & mask();
      slots_[place] = old[i];
    }
  }

  bench::HugeArray<uint64_t> slots_;
  bench::HugeArray<Row> rows_;
  bench::HugeArray<Cold> colds_;
  std::string ids_;
  int shift_ = 32 - kFirstBits;
  uint32_t count_ = 0;
};

}  // namespace segue::limit
