// What rules cost on this machine: measured, by stage, by rule, by shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "segue/code.h"
#include "segue/compile.h"
#include "segue/export.h"
#include "segue/outcome.h"
#include "segue/time.h"

namespace segue {

/// Events made up for rules: of the kinds that they name and some other, with values around the
/// constants that they compare with. The same seed gives the same text on every machine.
struct SyntheticEvents {
  uint64_t events = 200'000;
  uint64_t users = 20'000;
  uint64_t seed = 1;
};

/// JSON lines over 30 days, in order of time. Few users and few kinds have most of the events.
/// `compilation` is without errors.
SEGUE_API std::string make_events(const Compilation& compilation,
                                  const SyntheticEvents& wanted) noexcept;

/// A log to measure with: its text, or a packed log (shared by copies).
struct EventLog {
  std::string text;
  std::shared_ptr<const void> packed;  ///< private to the library
};

/// Reads event logs into memory, decompressed: of each text at most `lines_max` lines. A packed log
/// is opened and verified. Errors as `open_event_input`.
SEGUE_API Outcome read_event_logs(std::span<const std::string> paths, uint64_t lines_max,
                                  std::vector<EventLog>& logs) noexcept;

struct MeasureOptions {
  uint64_t events_max = UINT64_MAX;  ///< so many events are measured, the first ones
  unsigned turns = 5;                ///< each figure is the quickest of so many
  size_t rules_max = 20;             ///< so many rules are measured one by one, 0 to all of them
  size_t shapes_max = 20;
  bool any_lateness = false;
  Milliseconds lateness{0};
  CodeOptions code;
};

/// What a rule costs alone: nanoseconds of processor time an event that a program of it takes above
/// one of the rule `any`, over the first 50,000 events, by native code on one thread. What rules
/// share each pays when alone, so these add up to more than all together.
struct RuleCost {
  std::string name;
  std::string path;
  uint32_t line = 1;
  double ns = 0;
};

/// Rules whose texts differ in constants only.
struct ShapeCost {
  std::string form;   ///< `view >= N within D and plan = "…"`
  std::string first;  ///< the first such rule
  size_t rules = 0;
  double ns = 0;  ///< of a program of all of them, measured likewise
};

struct Measurement {
  CompileTimes compile;
  CodeReport code;
  size_t rules = 0;   ///< segments and scores
  size_t shapes = 0;  ///< forms of their texts
  uint64_t events = 0;
  uint64_t users = 0;
  uint64_t changes = 0;
  uint64_t left_out = 0;  ///< lines that are no events, and late events
  // Nanoseconds of processor time an event.
  double decode_ns = 0;             ///< text to events
  double engine_ns = 0;             ///< events to changes: user table, rules, timers
  double base_ns = 0;               ///< of it, of a program of the rule `any` alone
  uint64_t state_bytes = 0;         ///< of all users at the end
  std::vector<RuleCost> by_rule;    ///< dearest first
  std::vector<ShapeCost> by_shape;  ///< dearest first
};

/// Runs the rules over the events of `logs`, merged by time.
/// `Fault::kInvalid` if there are errors in the rules, or no events. Cost: some runs over the
/// events a rule measured, and its compilation. Memory: the decoded events.
SEGUE_API Outcome measure(const Compilation& compilation, const std::vector<EventLog>& logs,
                          const MeasureOptions& options, Measurement& into) noexcept;

}  // namespace segue
