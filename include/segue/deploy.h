// What becomes of users' state when one program takes the place of another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "segue/export.h"
#include "segue/program.h"
#include "segue/time.h"

namespace segue {

enum class RuleFate : uint8_t {
  kSame,     ///< means what it meant
  kChanged,  ///< of the same name, but means something else
  kAdded,
  kRemoved,
};

/// What a deploy does to one segment or score.
struct RuleDeploy {
  std::string name;
  RuleFate fate = RuleFate::kSame;
  std::vector<CellInfo> kept;  ///< cells it reads whose state goes over
  std::vector<CellInfo>
      gained;  ///< cells it reads that begin at the deploy, or keep more from then on
  std::vector<CellInfo> lost;  ///< cells it read that nothing reads any more
  /// How long after the deploy a user who was known before it is neither taken into the segment
  /// nor let out of it, until all that it reads reaches back over its window. Zero: not at all.
  /// Without a value for ever: it looks at all of history. A bound, never too short.
  std::optional<Milliseconds> warms = Milliseconds{0};
};

/// In the order of the new program, what is removed behind it in the order of the old one.
struct DeployPlan {
  std::vector<RuleDeploy> segments;
  std::vector<RuleDeploy> scores;
  uint64_t kept_cells = 0;
  uint64_t gained_cells = 0;
  uint64_t lost_cells = 0;
};

/// What a deploy of `next` over `old` would do. `at`: its instant, which tells windows that begin
/// at a date from those of all history; without one such windows are taken to begin before it.
/// `history_starts_now`: see `DeploySettings`. Cost: the rules of both.
SEGUE_API DeployPlan plan_deploy(const CompiledProgram& old, const CompiledProgram& next,
                                 std::optional<TimePoint> at = std::nullopt,
                                 bool history_starts_now = false) noexcept;

}  // namespace segue
