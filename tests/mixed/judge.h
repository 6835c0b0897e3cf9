#pragma once

#include <string>
#include <vector>

#include "segue/engine.h"
#include "tests/mixed/cases.h"

namespace segue::mixed {

/// A program at work, on all that happens after `begin`, up to the next one's.
struct Phase {
  uint32_t rules = 0;
  TimePoint begin = TimePoint::min();
};

/// What an engine tells: changes and, at the end, who is in what and every score; sorted.
struct Told {
  std::vector<std::string> changes;
  std::vector<std::string> end;

  bool operator==(const Told&) const = default;
};

std::string line_of(const MembershipChange& change);
std::vector<std::string> lines_of(const Snapshot& snapshot, const CompiledProgram& program);

/// What must be told, by naive evaluators over the whole input.
Told judge(const Case& made, const std::vector<Phase>& phases);

/// What only one of them has, a line each with `-` or `+` in front.
std::string difference(const Told& expected, const Told& told);

}  // namespace segue::mixed
