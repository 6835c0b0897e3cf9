#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/differential/histories.h"
#include "tests/differential/rules.h"

namespace segue::differential {

struct Case {
  GeneratedRules rules;
  std::vector<GeneratedEvent> events;
};

/// A smaller case that still fails: fewer segments, parts in place of wholes, fewer events and
/// values. `fails` must be false for rules that do not compile. Cost: a few hundred calls of
/// `fails`.
Case shrink(Case failing, const std::function<bool(const Case&)>& fails);

/// The case as a `.seg` file with a test block: what the judge says happens. Users whose name,
/// copies or untold messageIds matter cannot be said in a test block; the lines of JSON follow as a
/// comment.
std::string scenario_text(const Case& shrunk, const std::vector<std::string>& expected,
                          std::string_view why);

}  // namespace segue::differential
