#include "runtime/engine/ids.h"

#include "runtime/base/check.h"

namespace segue {

uint32_t Ids::add(std::string_view id) {
  const bool here = id.size() < kApart;
  const size_t bytes = 1 + (here ? id.size() : sizeof(std::string_view));
  const auto units = static_cast<uint32_t>((bytes + kUnit - 1) / kUnit);
  if (used_ + units > 1u << kChunkUnitsLog) {
    SEGUE_CHECK(chunks_.size() < 1u << (32 - kChunkUnitsLog), "a shard has 8 GiB of ids at most");
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size_t{1} << kChunkBytesLog));
    used_ = 0;
  }
  char* const at = chunks_.back().get() + size_t{used_} * kUnit;
  if (here) {
    *at = static_cast<char>(id.size());
    id.copy(at + 1, id.size());
  } else {
    const std::string_view copy = long_ids_.copy(id);
    *at = static_cast<char>(kApart);
    std::memcpy(at + 1, &copy, sizeof copy);
  }
  const auto place = static_cast<uint32_t>((chunks_.size() - 1) << kChunkUnitsLog | used_);
  used_ += units;
  return place;
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
