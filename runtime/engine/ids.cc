#include "runtime/engine/ids.h"

#include <cstring>

#include "runtime/base/check.h"

namespace segue {

uint32_t Ids::add(std::string_view id) {
  const uint32_t units = units_of(id.size());
  if (!erased_[units].empty()) {
    const uint32_t place = erased_[units].back();
    erased_[units].pop_back();
    put(begin_of(place), id);
    return place;
  }
  if (used_ + units > 1u << kChunkUnitsLog) {
    SEGUE_CHECK(chunks_.size() < 1u << (32 - kChunkUnitsLog), "a shard has 8 GiB of ids at most");
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size_t{1} << kChunkBytesLog));
    used_ = 0;
  }
  put(chunks_.back().get() + size_t{used_} * kUnit, id);
  const auto place = static_cast<uint32_t>((chunks_.size() - 1) << kChunkUnitsLog | used_);
  used_ += units;
  return place;
}

void Ids::put(char* at, std::string_view id) {
  if (id.size() < kApart) {
    *at = static_cast<char>(id.size());
    id.copy(at + 1, id.size());
    return;
  }
  const std::string_view copy = long_ids_.copy(id);
  *at = static_cast<char>(kApart);
  std::memcpy(at + 1, &copy, sizeof copy);
}

void Ids::erase(uint32_t place) {
  const std::string_view id = (*this)[place];
  const uint32_t units = units_of(id.size());
  // SAFETY: the bytes are this table's own; nobody else writes them.
  std::memset(const_cast<char*>(id.data()), 0, id.size());
  std::memset(begin_of(place), 0, size_t{units} * kUnit);
  erased_[units].push_back(place);
}

std::string_view Ids::apart(const char* at) {
  std::string_view id;
  std::memcpy(&id, at, sizeof id);
  return id;
}

size_t Ids::bytes() const {
  if (chunks_.empty()) return 0;
  return ((chunks_.size() - 1) << kChunkBytesLog) + size_t{used_} * kUnit + long_ids_.bytes_held();
}

}  // namespace segue
