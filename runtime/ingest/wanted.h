#pragma once

#include <cstdint>
#include <vector>

#include "runtime/base/schema.h"
#include "runtime/ingest/key_table.h"

namespace segue {

/// What of the properties (or traits) of one kind of event its rules read: the paths of its slots
/// as a tree, so that one walk over a record fills them all.
struct Wanted {
  struct Node {
    KeyTable keys;                   // of the record at this place
    std::vector<uint32_t> children;  // by number of key: a node
    std::vector<uint32_t> here;      // slots that want the value at this place
    std::vector<uint32_t> below;     // those and all further down
  };

  std::vector<Node> nodes;  // [0] is the whole record
  uint32_t slots = 0;       // an event of the kind carries this many values

  Wanted(const InputSchema& schema, KindId kind);
};

}  // namespace segue
