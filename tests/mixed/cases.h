#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "segue/compile.h"
#include "segue/time.h"
#include "tests/differential/random.h"

namespace segue::mixed {

using differential::Random;

/// Rules, compiled; the naive evaluator wants them as such.
struct Rules {
  std::string text;
  Compilation compilation;
  std::shared_ptr<const CompiledProgram> program;
};

/// What readers rely on: by these rows of each program.
inline constexpr uint32_t kTwin = 0;  // holds if and only if `kOther` does
inline constexpr uint32_t kOther = 1;
inline constexpr uint32_t kScored = 2;  // … if and only if the score is `kScoredFrom` or more
inline constexpr double kScoredFrom = 5;

/// Of fixed segments that read all cells there are, and random ones that combine such reads.
std::shared_ptr<const Rules> make_rules(Random& random);

/// What happens next to an engine.
struct Step {
  enum class Kind : uint8_t { kPush, kAdvance, kDeploy, kCheckpoint, kReopen };
  Kind kind = Kind::kPush;
  std::string lines;   // kPush
  TimePoint through;   // kAdvance
  uint32_t rules = 0;  // kDeploy
};

struct Case {
  std::vector<std::shared_ptr<const Rules>> rules;  // the first one is there from the begin
  Milliseconds lateness{0};
  std::vector<Step> steps;
  TimePoint until;
  std::vector<std::string> users;
};

/// `keeps`: for an engine in a folder, with checkpoints and processes that end.
Case make_case(Random& random, bool keeps);

}  // namespace segue::mixed
