// Users whose states lie outside of memory, and how they come back.
#include <cstring>
#include <vector>

#include "runtime/engine/users.h"

namespace segue {

void UserTable::keep_cold_in(ColdStates& cold) {
  if (residents_) residents_->keep_cold_in(cold);
}

void UserTable::lower_bound_to(size_t bytes) {
  set_bound(bytes);
  make_room();
}

ResidenceStats UserTable::end_residence() {
  residents_->end();
  return residents_->stats;
}

Blob UserTable::read_elsewhere(uint32_t number) const {
  Row& of_user = row(number);
  if (mark(of_user) != kCold) return kept(of_user);
  return Blob::copy_of(residents_->read(number, elsewhere(of_user).capacity));
}

Blob UserTable::take_elsewhere(uint32_t number) {
  if (residents_) bring_back(number);
  return kept(row(number));
}

void UserTable::bring_back(uint32_t number) {
  residents_->ask(number);
  Row& of_user = row(number);
  const uint32_t where = mark(of_user);
  if (where == kElsewhere) residents_->use(number);
  if (where != kCold) return;
  const uint32_t bytes = elsewhere(of_user).capacity;
  Blob copy = Blob::copy_of(residents_->read(number, bytes));
  if (copy.empty()) return;  // in its place another begins, see `trouble`
  const Elsewhere now{kElsewhere, copy.capacity(), copy.let_go()};
  std::memcpy(room(of_user), &now, sizeof now);
  outside_bytes_ += now.capacity;
  residents_->bring_back(number, bytes);
  make_room();
}

/// Puts states out until there is room for some more.
void UserTable::make_room() {
  if (!residents_->is_over(outside_bytes_)) return;
  std::vector<ColdStates::State> leaving;
  size_t bytes = outside_bytes_;
  while (bytes > residents_->bytes_wanted()) {
    const uint32_t number =
        residents_->next([&](uint32_t candidate) { return mark(row(candidate)) == kElsewhere; });
    if (number == Residents::kNone) break;
    const Blob blob = kept(row(number));
    leaving.push_back({number, blob.bytes()});
    bytes -= blob.capacity();
  }
  if (leaving.empty() || !residents_->put_out(leaving, outside_bytes_)) return;
  for (const ColdStates::State& state : leaving) {
    Row& of_user = row(state.number);
    const Elsewhere before = elsewhere(of_user);
    const Elsewhere now{kCold, static_cast<uint32_t>(state.bytes.size()), nullptr};
    std::memcpy(room(of_user), &now, sizeof now);
    Blob::release(before.data, before.capacity);
  }
  outside_bytes_ = bytes;
}

}  // namespace segue
