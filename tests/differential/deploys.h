#pragma once

#include <string>
#include <vector>

#include "tests/differential/evaluators.h"
#include "tests/differential/shrink.h"

namespace segue::differential {

/// The rules that take each other's place on a live engine, by turns; each with the number of
/// events after which it begins.
struct Deploys {
  std::vector<GeneratedRules> rules;
  std::vector<size_t> after;  // the first is 0
};

/// Some of the case's segments changed, added or removed, once or twice.
Deploys vary(Random& random, const Scale& scale, const Case& made);

struct DeployFigures {
  uint64_t changes = 0;  // of cause deploy
  uint64_t at_once = 0;  // segments that answer at once, and those that warm to an end or without
  uint64_t warm = 0;
  uint64_t never = 0;
  uint64_t filled = 0;           // that would wait longer, were nothing filled from the input
  uint64_t calls_meanwhile = 0;  // aliases and deletes while users were carried over
};

/// Runs the case through an engine whose program is replaced, and compares with what naive says of
/// each program over all history, from when on each segment must know. Empty if they agree, else
/// the first differences.
std::string judge_deploys(const Deploys& deploys, const std::vector<GeneratedEvent>& events,
                          Instant until, uint64_t number, bool native, DeployFigures& figures);

/// The same where the events say who is who: an engine that carries users over one by one must tell
/// what one tells, in the same order, that carries all of them over at once.
std::string judge_calls_meanwhile(const Deploys& deploys, const std::vector<GeneratedEvent>& events,
                                  Instant until, uint64_t number, bool native,
                                  DeployFigures& figures);

}  // namespace segue::differential
