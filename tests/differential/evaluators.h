#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/sema/hir.h"
#include "naive/naive.h"
#include "runtime/base/event_batch.h"
#include "runtime/ingest/decode.h"
#include "runtime/interp/program.h"
#include "tests/differential/histories.h"

namespace segue::differential {

/// One line a change and one a sampled score, in a fixed order: two evaluators agree if their lines
/// are equal.
using Answer = std::vector<std::string>;

/// Checked rules and everything the judge needs.
struct Checked {
  hir::Rules rules;
  std::string error;  // the diagnostics, if the rules are wrong
};
Checked check_text(const std::string& rules);

/// Who is in what, and every score, at each `every`-th instant of those that are sampled; and at
/// `stops` of all users that are known by then.
struct AsOfAnswer {
  size_t every = 1;
  Answer lines;
  std::vector<Instant> stops;
  Answer at_stops;
};

/// The yardstick: whole histories.
Answer ask_naive(const hir::Rules& rules, const std::vector<GeneratedEvent>& events, Instant until,
                 AsOfAnswer* as_of = nullptr);

struct Mode {
  std::string passes = "all";  // as `--passes` takes them
  bool native = false;
  bool tracked = false;  // inputs are tracked however few conditions there are
};

std::shared_ptr<Program> compile(const hir::Rules& rules, const Mode& mode);

/// Lines decoded with a schema, in the order given; keeps what the events point to.
struct Decoded {
  explicit Decoded(const InputSchema& schema);

  void add(const GeneratedEvent& event);

  std::vector<std::unique_ptr<std::string>> lines;
  Decoder decoder;
  EventBatch batch;
};

std::string change_line(std::string_view user, Instant at, std::string_view segment, bool entered,
                        int cause, std::string_view event);

std::string score_line(std::string_view user, int64_t at, std::string_view score, double value);
std::string member_line(std::string_view user, int64_t at, std::string_view segment);

/// Applies each instant of each user to its blob, and lets time pass in uneven steps; `restore`
/// copies every blob's bytes out and in again after each instant.
Answer ask_program(const hir::Rules& rules, const std::vector<GeneratedEvent>& events,
                   Instant until, const Mode& mode);

/// As of those instants, one user after the other, without timers and changes.
void ask_as_of(const hir::Rules& rules, const std::vector<GeneratedEvent>& events, Instant until,
               const Mode& mode, AsOfAnswer& as_of);

/// Through the engine: users, timers, watermark. `shuffle` is a seed for an order within the
/// lateness, or 0. With several shards most batches say that more follow, so that what they change
/// is settled by a later one.
struct EngineMode {
  unsigned shards = 1;
  int64_t lateness_ms = 0;
  uint64_t shuffle = 0;
  bool tracked = false;
  bool native = false;

  bool says_more(Random& random) const { return shards > 1 && random.chance(60); }
};
/// An order in which no event comes after one that is newer by more than the mode's lateness.
std::vector<GeneratedEvent> shuffled(std::vector<GeneratedEvent> events, const EngineMode& mode);

Answer ask_engine(const hir::Rules& rules, const std::vector<GeneratedEvent>& events, Instant until,
                  const EngineMode& mode);

}  // namespace segue::differential
