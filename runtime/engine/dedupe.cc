#include "runtime/engine/dedupe.h"

#include "runtime/base/hash.h"

namespace segue {

bool DedupeWindow::is_copy(uint64_t user, const Event& event) {
  if (!event.has_message_id) return false;
  const Hash128 hash = hash128(event.tie);
  constexpr uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;
  const Key key{hash.lo ^ (user + 1) * kOdd, hash.hi};
  const auto [place, is_new] = kept_at_.try_emplace(key, event.at);
  if (!is_new) {
    if (event.at == place->second) return false;
    if (event.at - place->second <= within_) return true;
    place.value() = event.at;
  }
  order_.push_back({event.at, key, user});
  return false;
}

void DedupeWindow::forget_before(Instant end) {
  while (!order_.empty() && order_.front().at + within_ < end) {
    const Kept oldest = order_.front();
    order_.pop_front();
    // A later one may have been kept under the same key since.
    const auto place = kept_at_.find(oldest.key);
    if (place != kept_at_.end() && place->second == oldest.at) kept_at_.erase(place);
  }
}

}  // namespace segue
