// What makes a `MembershipEngine` durable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/engine_state.h"
#include "runtime/durable/durable.h"
#include "segue/durable.h"
#include "segue/kept_file.h"

namespace segue {

struct MembershipEngine::Durability final : durable::DurableHost {
  MembershipEngine::State& state;
  DurableSink* sink = nullptr;
  std::string record;  // of a change
  std::optional<KeptFile> rejects;
  Outcome rejects_written;  // by the last that was
  bool replaying = false;
  bool is_bounded = false;       // in memory
  std::vector<uint32_t> inputs;  // the log's number of each file being read
  std::vector<std::shared_ptr<const CompiledProgram>> programs;  // that may be put to work
  std::unique_ptr<durable::Durable> kept;

  explicit Durability(MembershipEngine::State& owner) : state(owner), programs({owner.program}) {}

  /// Says which inputs are read, and from where on.
  Outcome begin(EventInput::State& input, std::vector<InputTaken>& taken);

  /// A change for the sink, if there is one.
  void add_change(const MembershipChange& change);

  /// A line that does not count, for the file for such.
  void write_reject(std::string_view line);

  /// What was not written is tried again; more may come then. Else why not.
  Outcome make_room_for_rejects();

  Status check_sink(uint64_t position, std::string_view mark) override;
  Status resume_sink(uint64_t position) override;
  void give_to_sink(std::string_view records) override;
  Result<uint64_t> commit_sink() override;
  std::string sink_mark() override { return sink->mark(); }
  Status check_records(std::string_view records) const override;
  std::string save_counts() override;
  Status restore_counts(std::string_view bytes) override;
  Status resume_rejects(uint64_t position, std::string_view mark) override;
  Status commit_rejects(uint64_t& position, std::string& mark) override;
  void on_logged(const EventBatch& batch) override { state.count_rejects(batch); }
  void on_replay(const EventBatch& batch) override;
  Result<std::shared_ptr<const Program>> open_program(std::string_view image) override;
  void on_program(const std::shared_ptr<const Program>& program) override;
};

}  // namespace segue
