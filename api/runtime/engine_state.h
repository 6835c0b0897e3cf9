// What a `MembershipEngine` keeps.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/backend.h"
#include "api/runtime/program_state.h"
#include "api/runtime/published.h"
#include "api/runtime/reject_tally.h"
#include "runtime/ingest/decode.h"
#include "runtime/ingest/reader.h"
#include "segue/engine.h"

namespace segue {

/// What readers of lookups know of the program whose numbers they are given.
struct LookupMeaning {
  std::shared_ptr<const CompiledProgram> program;
  PublishedScores scores;
  std::vector<uint32_t> old_scores;  // by score: its number before, or Published::kNoOld
};

struct MembershipEngine::State final : EngineListener {
  std::shared_ptr<const CompiledProgram> program;
  EngineSettings settings;
  ChangeSink sink;
  RejectTally rejects;
  EventInput::State* input = nullptr;  // being read: where late lines are written
  std::unique_ptr<Decoder> decoder;    // of pushed lines; made by the first
  std::string pushed;                  // their bytes, with room to read past the end
  uint64_t pushed_lines = 0;
  std::vector<InputLine> half_lines;  // of what was read last

  std::unique_ptr<Published> published;  // if lookups are asked for

  std::atomic<bool> is_called{false};  // by whom all is done that changes anything

  struct Stop {
    Instant at;
    bool with_scores = false;
    SnapshotSink sink;
  };
  std::vector<Stop> stops;

  std::unique_ptr<Backend> backend;  // it refers to the rest
  // Last: it refers to the backend. Null unless the engine is durable.
  std::unique_ptr<Durability> durability;

  State();
  ~State() override;

  void on_changes(std::span<const Change> changes) override;
  void on_late(const Event& event, const Origin* origin) override;
  void on_user(const UserUpdate& update) override;

  /// Of `program`, as against `before`, which may be null.
  Published::Numbering numbering(const CompiledProgram* before) const;
  void on_stop(Instant at) override;

  /// Lookups answer as of now.
  void publish_settled();

  Snapshot snapshot(Instant at, bool with_scores) const;

  Outcome deploy(std::shared_ptr<const CompiledProgram> next, bool history_starts_now);

  /// The engine has gone over to it.
  void work_with(std::shared_ptr<const CompiledProgram> next);

  /// What keeps the engine from answering anything.
  Status trouble() const;

  /// Has native code made if the input has so many events that it pays. Cheap; called often.
  void expect_events(uint64_t events);

  /// Of the settings; empty if nothing is too new.
  std::function<Instant()> newest_allowed() const;

  /// The first bad line is a fault if the input is `strict`.
  Outcome check_lines(const EventBatch& batch) const;

  /// Of an input: its file, or what else is read.
  std::string name_of(uint32_t file) const;

  /// To the file for such lines, if there is one.
  void write_reject(std::string_view line);

  /// Counts the batch's rejects and writes them; once it is accepted.
  void count_rejects(const EventBatch& batch);

  /// `inputs`: the log's numbers of the batch's files, of a durable engine.
  Outcome apply(EventBatch batch, std::span<const uint32_t> inputs);
  Outcome take(EventBatch batch);  // of what is being read
  void push_line(std::string_view line, EventBatch& batch);
  Outcome read_batches(BatchSource& source, const ProgressSink& progress);
};

Outcome make_state(std::shared_ptr<const CompiledProgram> program, const EngineSettings& settings,
                   const EngineOptions& options, std::unique_ptr<MembershipEngine::State>& into);
Outcome check_settings(const EngineSettings& settings);
EngineOptions options_of(const EngineSettings& settings);

}  // namespace segue
