#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "segue/compile.h"
#include "segue/time.h"

namespace segue::mixed {

/// SplitMix64 (Steele, Lea, Flood 2014): the same everywhere for the same seed.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t count) { return next() % count; }
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
  }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T>
  T pick(std::initializer_list<T> choices) {
    return *(choices.begin() + below(choices.size()));
  }

 private:
  uint64_t state_;
};

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
