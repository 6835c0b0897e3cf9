#include "runtime/engine/residents.h"

#include <algorithm>

namespace segue {
namespace {

constexpr size_t kRetryBytesMin = 4096;

}  // namespace

ResidenceStats& ResidenceStats::operator+=(const ResidenceStats& more) {
  hits += more.hits;
  misses += more.misses;
  evicted += more.evicted;
  cold_users += more.cold_users;
  cold_bytes += more.cold_bytes;
  failed_puts += more.failed_puts;
  if (!more.last_failure.empty()) last_failure = more.last_failure;
  return *this;
}

void Residents::add(uint32_t number) {
  if (number >= was_used_.size()) {
    was_used_.resize(number + size_t{1});
    is_in_ring_.resize(number + size_t{1});
  }
  was_used_[number] = true;
  if (is_in_ring_[number]) return;
  is_in_ring_[number] = true;
  ring_.push_back(number);
}

bool Residents::put_out(std::span<const ColdStates::State> states, size_t bytes_held) {
  const Status put = cold_->put(table_, states);
  if (put.ok()) {
    bytes_now_ = bytes_max_;
    stats.evicted += states.size();
    stats.cold_users += states.size();
    for (const ColdStates::State& state : states) stats.cold_bytes += state.bytes.size();
    return true;
  }
  for (const ColdStates::State& state : states) add(state.number);
  bytes_now_ = bytes_held + std::max(bytes_max_ / 16, kRetryBytesMin);
  ++stats.failed_puts;
  stats.last_failure = put.error().message;
  return false;
}

std::span<const std::byte> Residents::read(uint32_t number, uint32_t bytes) {
  Status status = cold_->get(table_, number, read_);
  if (status.ok() && read_.size() != bytes) {
    status = Error{Errc::kCorrupt, "the state of a cold user is not what was put out"};
  }
  if (status.ok()) return std::as_bytes(std::span(read_));
  if (trouble_.ok()) trouble_ = std::move(status);
  return {};
}

void Residents::bring_back(uint32_t number, uint32_t bytes) {
  add(number);
  ++stats.misses;
  --stats.cold_users;
  stats.cold_bytes -= bytes;
}

void Residents::forget(uint32_t number, uint32_t bytes) {
  --stats.cold_users;
  stats.cold_bytes -= bytes;
  const Status removed = cold_->remove(table_, number);
  // What stays there is never asked for.
  if (!removed.ok()) stats.last_failure = removed.error().message;
}

void Residents::end() {
  if (cold_ == nullptr) return;
  const Status removed = cold_->remove_table(table_);
  // What stays there is never asked for.
  if (!removed.ok()) stats.last_failure = removed.error().message;
}

}  // namespace segue
