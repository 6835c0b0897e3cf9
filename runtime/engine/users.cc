#include "runtime/engine/users.h"

#include <bit>

#include "runtime/base/check.h"
#include "runtime/base/hash.h"

namespace segue {
namespace {

constexpr size_t kFirstPlaces = 64;

/// Shards take the lowest bits of a hash and places the highest ones; these are between.
uint32_t half_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 8); }

}  // namespace

UserTable::UserTable() : places_(kFirstPlaces), shift_(64 - std::countr_zero(kFirstPlaces)) {}

/// The place of that user, or the empty one where it would go.
size_t UserTable::place_of(uint64_t hash, std::string_view id) const {
  const size_t mask = places_.size() - 1;
  for (size_t at = hash >> shift_;; at = (at + 1) & mask) {
    const Place& place = places_[at];
    if (place.number == kNobody) return at;
    if (place.half_hash != half_of(hash)) continue;
    if ((*this)[place.number].id() == id) return at;
  }
}

uint32_t UserTable::find_or_add(uint64_t hash, std::string_view id) {
  size_t at = place_of(hash, id);
  if (places_[at].number != kNobody) return places_[at].number;
  if ((size_ + uint64_t{1}) * 4 > places_.size() * uint64_t{3}) {
    grow();
    at = place_of(hash, id);
  }
  SEGUE_CHECK(size_ < kNobody, "a shard has fewer than 2^32 users");
  if (size_ % kChunkUsers == 0) chunks_.push_back(std::make_unique<User[]>(kChunkUsers));
  User& user = (*this)[size_];
  user.id_bytes = static_cast<uint32_t>(id.size());
  if (id.size() <= User::kInlineBytes) {
    id.copy(user.id_here, id.size());
  } else {
    const char* const elsewhere = long_ids_.copy(id).data();
    std::memcpy(user.id_here, &elsewhere, sizeof elsewhere);
  }
  places_[at] = {half_of(hash), size_};
  return size_++;
}

User* UserTable::find(uint64_t hash, std::string_view id) {
  const Place& place = places_[place_of(hash, id)];
  return place.number == kNobody ? nullptr : &(*this)[place.number];
}

void UserTable::grow() {
  places_.assign(places_.size() * 2, Place{});
  --shift_;
  const size_t mask = places_.size() - 1;
  for (uint32_t number = 0; number < size_; ++number) {
    const uint64_t hash = hash64((*this)[number].id());
    size_t at = hash >> shift_;
    while (places_[at].number != kNobody) at = (at + 1) & mask;
    places_[at] = {half_of(hash), number};
  }
}

size_t UserTable::bytes() const {
  return chunks_.size() * kChunkUsers * sizeof(User) + places_.capacity() * sizeof(Place) +
         long_ids_.bytes_held();
}

}  // namespace segue
