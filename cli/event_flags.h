// Flags of the commands that read events: how the input is taken, and what evaluates it.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "segue/engine.h"
#include "segue/events.h"

namespace segue::cli {

/// `--lateness`, `--dedupe`, `--rejects`, `--strict`
struct EventFlags {
  std::string lateness;
  std::string dedupe;
  std::string rejects;
  bool strict = false;

  EventInputOptions input_options() const;
};
void add_event_flags(CLI::App& app, EventFlags& flags, const std::string& default_lateness);

/// `--engine`, `--no-cache`, `--threads`
struct EngineFlags {
  std::string engine = "jit";
  bool no_cache = false;
  unsigned threads = 1;

  Evaluator evaluator() const;
  CodeOptions code() const;
  /// With what `events` says of lateness and copies; `default_lateness` is a duration or `all`.
  EngineSettings settings(const EventFlags& events, const std::string& default_lateness) const;
};
void add_engine_flag(CLI::App& app, EngineFlags& flags);
void add_threads_flag(CLI::App& app, EngineFlags& flags);

}  // namespace segue::cli
