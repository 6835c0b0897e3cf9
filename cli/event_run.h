// From rules and events to a running engine: what `run` and `members` share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/event_flags.h"
#include "cli/flags.h"
#include "cli/progress.h"
#include "segue/durable.h"
#include "segue/engine.h"
#include "segue/members.h"

namespace segue::cli {

struct EventRunFlags {
  InputPaths paths;
  RuleFlags rules;
  EventFlags events;
  EngineFlags engine;
  RecordFlags records;
  ColorFlags color;
  std::vector<std::string> segments;
};
void add_event_run_flags(CLI::App& app, EventRunFlags& flags, const std::string& default_lateness);

/// Rules compiled and inputs opened: all that can fail before anything is written.
class EventRun {
 public:
  /// Wrong rules end the command with exit code 1, an unreadable input with 2.
  /// `newest_allowed`: as in `EngineSettings`. `durable`: the engine is kept there; then `recovery`
  /// tells what was found.
  EventRun(const EventRunFlags& flags, const std::string& default_lateness,
           std::function<TimePoint()> newest_allowed = {},
           const DurableSettings* durable = nullptr);

  const CompiledProgram& program() const { return *program_; }
  MembershipEngine& engine() { return engine_; }

  const Recovery& recovery() const { return recovery_; }

  /// Whether `--segment` names it, or nothing.
  bool wanted(uint32_t segment) const { return wanted_[segment]; }

  /// Reads all input, with a progress line.
  void read();

  /// Reads all input and gives a snapshot of each instant asked for; no engine takes part.
  void members(const MembersQuery& query, const SnapshotSink& sink);

  /// The summary, on standard error. `has_written`: changes of an earlier run, if of this there was
  /// no news.
  void summarize(bool has_written = false);

 private:
  void choose_segments(const std::vector<std::string>& names);
  void name_as_given(std::vector<RejectCount>& rejects) const;

  Progress progress_;
  std::vector<std::string> inputs_;
  Compilation compilation_;
  std::shared_ptr<const CompiledProgram> program_;
  EventInput input_;
  EngineSettings settings_;
  MembershipEngine engine_;
  Recovery recovery_;
  std::optional<RunStats> stats_;  // of `members`
  std::vector<bool> wanted_;
};

}  // namespace segue::cli
