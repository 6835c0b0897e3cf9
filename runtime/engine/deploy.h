#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/cells/carry.h"
#include "runtime/engine/warming.h"
#include "runtime/interp/program.h"

namespace segue {

/// One program taking the place of another: what all shards do with their users. Immutable.
struct Deploy {
  std::shared_ptr<const Program> from, to;
  cells::CarryPlan plan;
  cells::FillPlan fill;  // of states that have read the past once more
  Instant at;            // all up to and at it is settled under `from`

  /// A segment of `to`, and that of the same name of `from` (kNone: none).
  struct Segment {
    uint32_t place = 0;  // of its truth
    uint32_t old_row = image::kNone;
  };
  std::vector<Segment> segments;  // by row of `to`
  std::vector<uint32_t> removed;  // rows of `from`; in changes they follow the rows of `to`
  std::shared_ptr<const Warming> old_warming;  // of `from`; null: none
  std::shared_ptr<const Warming> warming;      // of `to`; null: none
};

/// What is known after a deploy, and what is not.
struct DeployKnowledge {
  uint32_t filled = 0;            // segments that would warm, or longer, had nothing been filled
  uint32_t warming = 0;           // … that warm for some time
  uint32_t warming_for_ever = 0;  // … and without end
};

}  // namespace segue
