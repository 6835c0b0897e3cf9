// Zone tables of the system for the emitter and the naive evaluator.
#pragma once

#include <string>
#include <vector>

#include "compiler/emit/emit.h"
#include "runtime/base/zone.h"

namespace segue {

/// The tables of checked zones, and the version of the system's tzdata.
ZoneSource system_zones();

/// The tables of some zones, with views of them in the same order.
class ZoneTables {
 public:
  explicit ZoneTables(const std::vector<std::string>& names);

  std::span<const ZoneView> views() const { return views_; }

 private:
  std::vector<std::vector<ZoneTransition>> rows_;
  std::vector<ZoneView> views_;
};

}  // namespace segue
