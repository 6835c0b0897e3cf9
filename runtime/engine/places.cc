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
  table.places.reset(static_cast<Place*>(std::calloc(count, sizeof(Place))));
  SEGUE_CHECK(table.places != nullptr, "there is memory for the places of users");
  table.count = count;
  return table;
}

void Places::Table::put(uint32_t tag, uint32_t number_1) {
  size_t at = home(tag);
  while (places[at].number_1 != 0) at = next(at);
  places[at] = {tag, number_1};
}

void Places::add(uint32_t tag, uint32_t number) {
  if (before_.count != 0) move_some();
  if ((taken_ + 1) * 4 > now_.count * 3) grow();
  const bool to_before = before_.count != 0 && !is_moved(tag);
  (to_before ? before_ : now_).put(tag, number + 1);
  ++taken_;
}

/// PROOF: `before_` was three quarters full, and a sixteenth of it can be added until all is moved:
/// it never fills, and it is gone long before `now_` is three quarters full.
void Places::grow() {
  before_ = std::exchange(now_, make(now_.count + now_.count / 2));
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
    if (!was_free) now_.put(place.tag, std::exchange(place.number_1, 0));
    ++moved_;
    ++at;
    if (was_free && (i >= kMovedAtOnce || moved_ >= before_.count)) break;
  }
  if (moved_ >= before_.count) before_ = Table();
}

}  // namespace segue
