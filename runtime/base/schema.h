#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/event.h"

namespace segue {

/// What a program reads of its input: the decoder's only instruction. Made by the checker, carried
/// by the image.
struct InputSchema {
  /// One property or trait: `path[0]` is its key on the wire, the rest goes down into records.
  struct Slot {
    std::vector<std::string> path;
    bool is_trait = false;
    friend bool operator==(const Slot&, const Slot&) = default;
  };

  /// One kind of event. `slots` are indices into `InputSchema::slots`, ascending; `Event::slots`
  /// follows that order. Of a trait slot (identify only) the value is `kAbsent` if the call does
  /// not name `path[0]` (unchanged), and `kMissing` if it names it but the path leads to nothing
  /// (set to missing). A property has no such difference.
  struct Kind {
    std::string wire_name;  // empty for identify and "other"
    std::vector<uint32_t> slots;
    friend bool operator==(const Kind&, const Kind&) = default;
  };

  std::vector<Slot> slots;
  std::vector<Kind>
      kinds;  // [0] identify, [1] every name not mentioned, then the named ones in byte order

  /// Position of global slot `slot` in the events of `kind`, or -1 if that kind does not carry it.
  int local_slot(KindId kind, uint32_t slot) const;

  /// The kind of a track, page or screen of that name. Cost: binary search.
  KindId kind_of(std::string_view wire_name) const;
};

}  // namespace segue
