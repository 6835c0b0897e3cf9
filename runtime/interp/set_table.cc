#include "runtime/interp/set_table.h"

#include <bit>

namespace segue::interp {
namespace {

constexpr Scalar kEmpty{};
constexpr uint64_t kMixer = 0x9E37'79B9'7F4A'7C15;

}  // namespace

SetTable::SetTable(std::span<const image::MemberRow> members)
    : slots_(std::bit_ceil(2 * members.size() + 1)) {
  for (const image::MemberRow& member : members) {
    if (member.scalar == kEmpty || contains(member.scalar)) continue;
    size_t slot = first_slot(member.scalar);
    while (slots_[slot] != kEmpty) slot = (slot + 1) % slots_.size();
    slots_[slot] = member.scalar;
    ++size_;
  }
}

bool SetTable::contains(Scalar scalar) const {
  if (scalar == kEmpty) return false;
  size_t slot = first_slot(scalar);
  while (slots_[slot] != kEmpty && slots_[slot] != scalar) slot = (slot + 1) % slots_.size();
  return slots_[slot] == scalar;
}

size_t SetTable::first_slot(Scalar scalar) const {
  // Numbers differ in their high bits, fingerprints everywhere.
  const uint64_t mixed = (scalar.lo ^ scalar.hi) * kMixer;
  return (mixed >> 32) % slots_.size();
}

}  // namespace segue::interp
