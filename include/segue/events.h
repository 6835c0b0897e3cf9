// Event logs as input: which files, what was read of them, what was left out and why.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "segue/export.h"
#include "segue/outcome.h"

namespace segue {

struct EventInputOptions {
  /// The first line that is no event ends the reading with `Fault::kCorrupt`. A late event and a
  /// call that is not supported yet do not.
  bool strict = false;
  /// Lines that do not count are written to this file, anew, as they were read; empty: nowhere. Not
  /// of an input of a durable engine, see `DurableSettings::rejects_path`.
  std::string rejects_path;
};

/// Event logs, opened and not yet read: `.jsonl`, plain or compressed by gzip or zstd, packed logs
/// (known by their name, `.segl`, or as the others by how the bytes begin; always files), and `-`
/// for standard input. Several are merged by time, each
/// being in order but for the lateness. Movable; for one thread.
class SEGUE_API EventInput {
 public:
  struct State;  ///< private to the library

  EventInput() noexcept;  ///< nothing
  EventInput(EventInput&&) noexcept;
  EventInput& operator=(EventInput&&) noexcept;
  ~EventInput();

  State& state() noexcept { return *state_; }

 private:
  friend Outcome open_event_input(std::span<const std::string>, const EventInputOptions&,
                                  EventInput&) noexcept;
  std::unique_ptr<State> state_;
};

/// Opens all of `paths` and the file for rejects before any is read. `Fault::kUnreadable` if one
/// cannot be, `Fault::kCorrupt` if a packed log is damaged as a whole, `Fault::kUnsupported` for
/// `.csv`.
SEGUE_API Outcome open_event_input(std::span<const std::string> paths,
                                   const EventInputOptions& options, EventInput& into) noexcept;

/// A line of an input, counted from 1.
struct InputLine {
  std::string path;
  uint64_t line = 0;
  /// Of a damaged block of a packed log: `block 3 at byte 812, 40 events of 7 users`; else empty.
  std::string block;
};

/// Lines that did not count for one reason.
struct RejectCount {
  std::string name;  ///< stable: `not_json`, `no_user`, `late`, …
  std::string text;  ///< for people: `not a JSON object`
  uint64_t count = 0;
  std::vector<InputLine> first;  ///< the first few of them
};

/// How far a reading has come.
struct InputProgress {
  uint64_t bytes_read = 0;   ///< of plain text
  uint64_t bytes_total = 0;  ///< 0 if it is not known: compressed, or standard input
  uint64_t events = 0;
};

/// Called now and then while an input is read, from the thread that reads it.
using ProgressSink = std::function<void(const InputProgress&)>;

}  // namespace segue
