// A set of event kinds: a few, or all but a few.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/base/event.h"

namespace segue::sema {

/// Most predicates name one event and many rules name thousands, so a set costs what it names.
class KindSet {
 public:
  static KindSet all() { return {}; }
  static KindSet only(const std::vector<KindId>& kinds);
  static KindSet all_but(const std::vector<KindId>& kinds);

  KindSet meet(const KindSet& other) const;
  KindSet join(const KindSet& other) const;

  /// Its members among all kinds of events, identify left out.
  std::vector<uint32_t> members(uint32_t kind_count) const;

 private:
  KindSet complement() const;

  bool inverted_ = true;
  std::vector<uint32_t> named_;  // sorted: the members, or if inverted those that are none
};

}  // namespace segue::sema
