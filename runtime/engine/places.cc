#include "runtime/engine/places.h"

#include <new>
#include <utility>

#include "runtime/base/check.h"

namespace segue {
namespace {

constexpr size_t kFirstPlaces = 64;
constexpr size_t kMovedAtOnce = 16;

}  // namespace

Places::Places() : now_(make(kFirstPlaces)) {}

Places::Table Places::make(size_t count) {
  Table table;
  if (count * sizeof(Place) >= kHugeBytes) {
    table.large = HugeBytes(count * sizeof(Place));
    // SAFETY: zeroed, as places begin.
    table.places = reinterpret_cast<Place*>(table.large.data());
  } else {
    table.small.reset(static_cast<Place*>(std::calloc(count, sizeof(Place))));
    table.places = table.small.get();
  }
  SEGUE_CHECK(table.places != nullptr, "there is memory for the places of users");
  table.count = count;
  return table;
}

bool Places::Table::put(uint32_t tag, uint32_t number_1) {
  size_t at = home(tag);
  while (places[at].number_1 != 0 && places[at].number_1 != kGone) at = next(at);
  const bool was_gone = places[at].number_1 == kGone;
  places[at] = {tag, number_1};
  return was_gone;
}

void Places::add(uint32_t tag, uint32_t number) {
  if (before_.count != 0) move_some();
  if ((taken_ + 1) * 4 > now_.count * 3) grow();
  const bool to_before = before_.count != 0 && !is_moved(tag);
  const bool was_gone = (to_before ? before_ : now_).put(tag, number + 1);
  if (was_gone && !to_before) {
    --gone_;
  } else {
    ++taken_;
  }
}

void Places::remove(uint32_t tag, uint32_t number) {
  const bool of_before = before_.count != 0 && !is_moved(tag);
  const Table& table = of_before ? before_ : now_;
  size_t at = table.home(tag);
  while (table.places[at].number_1 != number + 1) {
    SEGUE_CHECK(table.places[at].number_1 != 0, "what is taken out is in the table");
    at = table.next(at);
  }
  table.places[at].number_1 = kGone;
  if (of_before) {
    --taken_;  // the mark does not move
  } else {
    ++gone_;
  }
}

/// PROOF: `before_` was three quarters full, and a sixteenth of it can be added until all is moved:
/// it never fills, and it is gone long before `now_` is three quarters full. That holds too for a
/// table as large as it was, if a third of what was taken is gone.
void Places::grow() {
  const size_t more = gone_ * 3 > taken_ ? 0 : now_.count / 2;
  before_ = std::exchange(now_, make(now_.count + more));
  taken_ -= std::exchange(gone_, 0);
  size_t free = 0;
  while (before_.places[free].number_1 != 0) ++free;
  start_ = before_.next(free);
  moved_ = 0;
}

/// From one free place to another, so that what its home puts behind the end of the moved part
/// stands there too. What goes around the end of the table to places that are moved already is
/// found where the round ends.
void Places::move_some() {
  size_t at = start_ + moved_;
  for (size_t i = 1;; ++i) {
    if (at >= before_.count) at -= before_.count;
    Place& place = before_.places[at];
    const bool was_free = place.number_1 == 0;
    const uint32_t number_1 = std::exchange(place.number_1, 0);
    const bool is_here = !was_free && number_1 != kGone;
    if (is_here && now_.put(place.tag, number_1)) {
      --taken_;
      --gone_;
    }
    ++moved_;
    ++at;
    if (was_free && (i >= kMovedAtOnce || moved_ >= before_.count)) break;
  }
  if (moved_ >= before_.count) before_ = Table();
}

}  // namespace segue
