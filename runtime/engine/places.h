#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "runtime/base/fetch.h"
#include "runtime/engine/huge_pages.h"

namespace segue {

/// Numbers by the upper half of a hash, the *tag*: open addressing over 8-byte places. What has the
/// tag may still be somebody else, which the caller asks about.
///
/// It grows by half (or, if much was taken out, only moves), so that between half and three
/// quarters of the places are taken, and a little with each number that is added: while it does,
/// old places are moved from one end to the other, and a tag's home tells in which of both tables
/// it is. Adding costs O(1), without pauses; a lookup reads one line mostly.
class Places {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  Places();

  /// The number with that tag for which `is_it(number)`, or `kNone`.
  template <class IsIt>
  uint32_t find(uint32_t tag, const IsIt& is_it) const {
    const Table& table = table_of(tag);
    for (size_t at = table.home(tag);; at = table.next(at)) {
      const Place place = table.places[at];
      if (place.number_1 == 0) return kNone;
      if (place.tag == tag && place.number_1 != kGone && is_it(place.number_1 - 1)) [[likely]]
        return place.number_1 - 1;
    }
  }

  /// Adds what is not in it, any number below `kNone - 1`.
  void add(uint32_t tag, uint32_t number);

  /// Takes out what is in it. Its place is marked, so that what stands behind it is still found,
  /// and used again by who comes by, or lost when the table moves.
  void remove(uint32_t tag, uint32_t number);

  /// Fetches what `find` will read first.
  void fetch(uint32_t tag) const {
    const Table& table = table_of(tag);
    fetch_line(&table.places[table.home(tag)]);
  }

  size_t bytes() const { return (now_.count + before_.count) * sizeof(Place); }

 private:
  struct Place {
    uint32_t tag;
    uint32_t number_1;  // the number and 1; 0: free, as memory comes; kGone: taken out
  };
  static_assert(sizeof(Place) == 8);
  static constexpr uint32_t kGone = UINT32_MAX;

  struct Free {
    void operator()(Place* places) const { std::free(places); }
  };
  static constexpr size_t kHugeBytes = HugeBytes::kPageBytes / 2;  // from so many on
  struct Table {
    Place* places = nullptr;
    size_t count = 0;
    std::unique_ptr<Place[], Free> small;  // where they are
    HugeBytes large;                       // … or here

    // Homes ascend with tags, so a growing table is read and written from end to end.
    size_t home(uint32_t tag) const { return uint64_t{tag} * count >> 32; }
    size_t next(size_t at) const { return at + 1 == count ? 0 : at + 1; }
    /// Whether it took the place of one that was taken out.
    bool put(uint32_t tag, uint32_t number_1);
  };
  static Table make(size_t count);

  const Table& table_of(uint32_t tag) const {
    if (before_.count == 0) [[likely]]
      return now_;
    return is_moved(tag) ? now_ : before_;
  }
  bool is_moved(uint32_t tag) const {
    const size_t home = before_.home(tag);
    return (home >= start_ ? home - start_ : home + before_.count - start_) < moved_;
  }
  void grow();
  void move_some();

  Table now_;
  Table before_;      // while it grows: what is not moved yet
  size_t start_ = 0;  // the place of `before_` where moving began: the one in front was free
  size_t moved_ = 0;  // places moved from there on; the last of them was free
  size_t taken_ = 0;  // of places, those of `now_` that were taken out too
  size_t gone_ = 0;   // how many those are
};

}  // namespace segue
