// Why a user is in a segment at an instant, or is not.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "segue/compile.h"
#include "segue/events.h"
#include "segue/export.h"
#include "segue/findings.h"
#include "segue/outcome.h"
#include "segue/time.h"

namespace segue {

/// One of a user's events, with the properties (or traits) that the rules read.
struct ReadEvent {
  TimePoint at;
  std::string name;  ///< on the wire; `identify` for an identify call
  std::vector<std::pair<std::string, std::string>> values;  ///< texts in quotes, as JSON
};

/// A number or instant that a condition looks at.
struct Figure {
  std::string text;               ///< as the rule says it
  std::string value;              ///< `3`, `2025-06-01T12:00:00.000Z`, `missing`
  std::vector<ReadEvent> events;  ///< the newest of what it counts
  uint64_t event_count = 0;       ///< of all of them
};

/// A condition of the rule, as a tree that follows the rule's own words.
struct Clause {
  std::string text;  ///< of the rule; of a connective `all of`, `any of`, `not`, `at least 2 of`
  bool connective = false;
  TextRange at;
  bool holds = false;
  std::optional<TimePoint> since;  ///< since when it has been so; none: from the user's beginning
  std::optional<TimePoint> until;  ///< if nothing more happens, the first instant it is otherwise
  std::vector<Figure> figures;
  std::vector<Clause> parts;
};

struct Explanation {
  /// Whom it is about: of an id that was joined into another user by then, that user, and since
  /// when; else the id asked for.
  std::string user;
  std::optional<TimePoint> joined;
  bool known = false;  ///< the user has an event by then; else nothing below is set
  bool member = false;
  std::optional<TimePoint> since;  ///< as in `Clause`
  std::optional<TimePoint> until;
  Clause when;
};

struct ExplainQuery {
  std::string user;
  std::string segment;
  /// As of this instant, included; without a value the last event of the input.
  std::optional<TimePoint> at;
};

/// Reads the whole input for one user's events and looks at each condition over time by the naive
/// evaluator, so it says what the rules mean, not what an engine keeps. `Fault::kInvalid` if there
/// is no such segment. `at` is the instant it is about.
SEGUE_API Outcome explain_membership(const Compilation& compilation, EventInput& input,
                                     const ExplainQuery& query, const ProgressSink& progress,
                                     Explanation& explanation, TimePoint& at) noexcept;

}  // namespace segue
