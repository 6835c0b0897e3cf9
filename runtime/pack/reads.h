#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/base/schema.h"
#include "runtime/pack/catalog.h"

namespace segue::pack {

/// What a program reads of a pack: for each of the pack's kinds the columns behind its slots. The
/// others are never unpacked.
struct Reads {
  /// Slots of a kind that one column fills: its own value, or what lies inside it.
  struct Group {
    uint32_t column = 0;
    std::vector<uint32_t> slots;                  // local to the kind
    std::vector<std::vector<std::string>> paths;  // of each slot, below the column's key
  };
  struct Kind {
    KindId kind;            // of the program
    std::string_view name;  // as an event carries it; the catalog's
    uint32_t slots = 0;
    std::vector<Group> groups;
  };

  /// `catalog` must outlive it.
  Reads(const InputSchema& schema, const Catalog& catalog);

  std::vector<Kind> kinds;  // by number in the catalog
};

}  // namespace segue::pack
