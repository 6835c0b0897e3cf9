#include "runtime/engine/dedupe.h"

#include <algorithm>
#include <iterator>

#include "runtime/base/hash.h"

namespace segue {
namespace {

/// Of a key, so that one messageId of two users is two keys.
uint64_t part_of(uint64_t user) { return (user + 1) * 0x9E37'79B9'7F4A'7C15; }

}  // namespace

bool DedupeWindow::is_copy(uint64_t user, const Event& event) {
  if (!event.has_message_id) return false;
  const Hash128 hash = hash128(event.tie);
  const Key key{hash.lo ^ part_of(user), hash.hi};
  const auto [place, is_new] = kept_at_.try_emplace(key, event.at);
  if (!is_new) {
    if (event.at == place->second) return false;
    if (event.at - place->second <= within_) return true;
    place.value() = event.at;
  }
  order_.push_back({event.at, key, user});
  return false;
}

std::vector<DedupeWindow::Kept> DedupeWindow::take(uint64_t user, Instant since) {
  std::vector<Kept> taken;
  const auto first = std::partition_point(order_.begin(), order_.end(),
                                          [&](const Kept& k) { return k.at < since; });
  const auto is_theirs = [&](const Kept& kept) {
    if (kept.user != user) return false;
    const auto place = kept_at_.find(kept.key);
    // Of several under one key the newest counts.
    if (place != kept_at_.end() && place->second == kept.at) {
      taken.push_back(kept);
      kept_at_.erase(place);
    }
    return true;
  };
  order_.erase(std::remove_if(first, order_.end(), is_theirs), order_.end());
  return taken;
}

void DedupeWindow::join(std::vector<Kept> kept, uint64_t user) {
  if (kept.empty()) return;
  for (Kept& one : kept) {
    one.key.lo ^= part_of(one.user) ^ part_of(user);
    one.user = user;
    const auto [place, is_new] = kept_at_.try_emplace(one.key, one.at);
    if (!is_new) place.value() = std::max(place->second, one.at);
  }
  const auto later = std::partition_point(
      order_.begin(), order_.end(), [&](const Kept& other) { return other.at <= kept.front().at; });
  const std::vector<Kept> others(later, order_.end());
  order_.erase(later, order_.end());
  std::merge(others.begin(), others.end(), kept.begin(), kept.end(), std::back_inserter(order_),
             [](const Kept& a, const Kept& b) { return a.at < b.at; });
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
