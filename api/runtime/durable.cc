#include "segue/durable.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>

#include "api/runtime/change_records.h"
#include "api/runtime/durable_parts.h"
#include "api/runtime/event_input_state.h"
#include "api/runtime/outcomes.h"
#include "api/runtime/time_points.h"
#include "runtime/base/byte_fields.h"
#include "runtime/base/text.h"

namespace segue {
namespace {

/// Of a checkpoint in memory: the smaller, the more tables it is.
constexpr size_t kBatchBytesMin = size_t{32} << 20;

/// Longer than all input may last.
constexpr Milliseconds kKeepMost{kDurationMax.ms};

Status status_of(const Outcome& outcome) {
  if (outcome.ok()) return {};
  return Error{Errc::kUnreadable, outcome.message()};
}

/// What of the settings answers depend on.
std::string settings_text(const EngineSettings& settings) {
  return fmt::format(
      "lateness {}, dedupe {}",
      settings.any_lateness ? "all" : duration_text({settings.lateness.count()}),
      settings.dedupe ? duration_text({settings.dedupe->count()}) : std::string("none"));
}

durable::DurableOptions options_of(const EngineSettings& engine, const DurableSettings& settings) {
  durable::DurableOptions options;
  options.folder = settings.folder;
  options.sync.when = settings.sync == InputSync::kAlways  ? durable::SyncPolicy::When::kAlways
                      : settings.sync == InputSync::kEvery ? durable::SyncPolicy::When::kEvery
                                                           : durable::SyncPolicy::When::kNone;
  options.sync.every = Duration{settings.every.count()};
  options.checkpoint_bytes = settings.checkpoint_bytes;
  options.settings = settings_text(engine);
  if (settings.sink != nullptr) options.sink = settings.sink->name();
  if (!settings.rejects_path.empty()) options.rejects = KeptFile(settings.rejects_path).name();
  options.outbox = {settings.sink_bytes_max, settings.sink_patience};
  options.memory_bytes = settings.memory_bytes;
  if (settings.keep_log) {
    options.keep_log = *settings.keep_log > kKeepMost
                           ? durable::kKeepAll
                           : Duration{std::max<int64_t>(settings.keep_log->count(), 0)};
  }
  if (settings.memory_bytes != 0) {
    options.batch_bytes = std::max<size_t>(settings.memory_bytes / 8, kBatchBytesMin);
  }
  return options;
}

Recovery recovery_of(const durable::RecoveryReport& report) {
  return {report.is_new,
          report.users,
          report.records,
          report.events,
          report.seconds,
          report.cut_file,
          report.cut_bytes,
          std::nullopt,
          0,
          0,
          0};
}

void tell_deploy(const CompiledProgram& before, const Engine& engine, Recovery& into) {
  into.program_before = before.identity();
  into.filled = engine.last_deploy().filled;
  into.warming = engine.last_deploy().warming;
  into.warming_for_ever = engine.last_deploy().warming_for_ever;
}

}  // namespace

// ---- what is asked of the host ------------------------------------------------------------------

Status MembershipEngine::Durability::check_sink(uint64_t position, std::string_view mark) {
  return sink == nullptr ? Status() : status_of(sink->check(position, mark));
}

Status MembershipEngine::Durability::resume_sink(uint64_t position) {
  return sink == nullptr ? Status() : status_of(sink->resume(position));
}

void MembershipEngine::Durability::add_change(const MembershipChange& change) {
  if (sink == nullptr) return;
  record.clear();
  put_change(record, change);
  kept->outbox().add(record);
}

void MembershipEngine::Durability::give_to_sink(std::string_view records) {
  ByteReader in(records);
  for (MembershipChange change; !in.done() && take_change(in, change);) sink->give(change);
}

Status MembershipEngine::Durability::check_records(std::string_view records) const {
  ByteReader in(records);
  MembershipChange change;
  while (!in.done()) {
    if (!take_change(in, change)) {
      return Error{Errc::kCorrupt, "the checkpoint is damaged: changes that wait in it"};
    }
  }
  if (sink != nullptr) return {};
  return Error{Errc::kInvalid, "changes wait for a sink, and there is none"};
}

Result<uint64_t> MembershipEngine::Durability::commit_sink() {
  uint64_t position = 0;
  if (Status status = status_of(sink->commit(position)); !status.ok()) return status.error();
  return position;
}

void MembershipEngine::Durability::write_reject(std::string_view line) {
  if (!rejects || line.empty()) return;
  rejects_written = rejects->write(std::string(line) + '\n');
}

Outcome MembershipEngine::Durability::make_room_for_rejects() {
  if (rejects && !rejects_written.ok()) rejects_written = rejects->flush();
  return rejects_written;
}

Status MembershipEngine::Durability::resume_rejects(uint64_t position, std::string_view mark) {
  if (Outcome wrong = rejects->check(position, mark); !wrong.ok()) return status_of(wrong);
  return status_of(rejects->resume(position));
}

Status MembershipEngine::Durability::commit_rejects(uint64_t& position, std::string& mark) {
  return status_of(rejects->commit(position, mark));
}

std::string MembershipEngine::Durability::save_counts() {
  std::string out;
  put(out, state.pushed_lines);
  state.rejects.save(out);
  return out;
}

Status MembershipEngine::Durability::restore_counts(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.take(state.pushed_lines) && state.rejects.restore(in) && in.done()) return {};
  return Error{Errc::kCorrupt, "the checkpoint is damaged: its counts of lines left out"};
}

void MembershipEngine::Durability::on_replay(const EventBatch& batch) {
  for (const Reject& reject : batch.rejects) {
    state.rejects.add(reject.kind, state.name_of(reject.file), reject.line);
    write_reject(reject.raw);
    if (reject.file == 0) state.pushed_lines = std::max(state.pushed_lines, reject.line);
  }
  for (const Origin& origin : batch.origins) {
    if (origin.file == 0) state.pushed_lines = std::max(state.pushed_lines, origin.line);
  }
  state.expect_events(kept->report().events);
}

Result<std::shared_ptr<const Program>> MembershipEngine::Durability::open_program(
    std::string_view image) {
  std::shared_ptr<const CompiledProgram> opened;
  const Outcome wrong = segue::open_program(std::as_bytes(std::span(image)), opened);
  if (!wrong.ok()) {
    const bool is_of_another_version = wrong.fault() == Fault::kUnsupported;
    return Error{is_of_another_version ? Errc::kUnsupported : Errc::kCorrupt, wrong.message()};
  }
  programs.push_back(opened);
  return std::shared_ptr<const Program>(opened->state().program);
}

void MembershipEngine::Durability::on_program(const std::shared_ptr<const Program>& program) {
  for (const auto& known : programs) {
    if (known->state().program == program) state.work_with(known);
  }
}

Outcome MembershipEngine::Durability::begin(EventInput::State& input,
                                            std::vector<InputTaken>& taken) {
  inputs.clear();
  if (input.rejects) {
    return {Fault::kInvalid, "rejects of a durable engine go where its settings say, once for all"};
  }
  if (rejects && input.reads(rejects->name())) {
    return {Fault::kInvalid,
            fmt::format("`{}` is an input, it cannot take the rejects too", rejects->name())};
  }
  for (size_t i = 0; i < input.paths.size(); ++i) {
    if (input.sources[i].pack != nullptr) {
      return {Fault::kUnsupported,
              fmt::format("`{}` is a packed log: a durable engine reads lines", input.paths[i])};
    }
    const std::string& path = input.paths[i];
    std::error_code unknown;
    const auto whole = std::filesystem::weakly_canonical(path, unknown);
    const auto number = kept->input(path == "-" || unknown ? path : whole.string());
    if (!number) return outcome_of(number.error());
    if (std::find(inputs.begin(), inputs.end(), *number) != inputs.end()) {
      return {Fault::kInvalid,
              fmt::format("`{}` is named twice: how far it was read is kept by its path", path)};
    }
    inputs.push_back(*number);
    taken.push_back(path == "-" ? InputTaken() : kept->taken(*number));
  }
  return {};
}

// ---- opening ------------------------------------------------------------------------------------

Outcome open_engine(std::shared_ptr<const CompiledProgram> program, const EngineSettings& engine,
                    const DurableSettings& settings, MembershipEngine& into,
                    Recovery& recovery) noexcept {
  if (settings.memory_bytes != 0 && settings.memory_bytes < kMemoryBytesMin) {
    return {Fault::kInvalid, fmt::format("{} bytes of memory: at least {} are needed",
                                         settings.memory_bytes, kMemoryBytesMin)};
  }
  MembershipEngine opened;
  EngineOptions options = options_of(engine);
  options.state_bytes_max = durable::state_bytes_of(settings.memory_bytes);
  Outcome wrong = make_state(std::move(program), engine, options, opened.state_);
  if (!wrong.ok()) return wrong;
  MembershipEngine::State& state = *opened.state_;
  state.durability = std::make_unique<MembershipEngine::Durability>(state);
  MembershipEngine::Durability& durability = *state.durability;
  durability.sink = settings.sink;
  if (!settings.rejects_path.empty()) durability.rejects.emplace(settings.rejects_path);
  durability.is_bounded = settings.memory_bytes != 0;
  const std::shared_ptr<const CompiledProgram> given = state.program;
  auto kept = durable::Durable::open(options_of(engine, settings), given->state().program,
                                     *state.backend->engine(), durability);
  if (!kept) return outcome_of(kept.error());
  durability.kept = std::move(kept).value();
  if (state.published) state.backend->engine()->tell_all_users();
  if (Status status = state.trouble(); !status.ok()) return outcome_of(status);
  durability.replaying = true;
  if (Status status = durability.kept->recover(); !status.ok()) return outcome_of(status);
  durability.replaying = false;
  state.publish_settled();
  recovery = recovery_of(durability.kept->report());
  if (state.program != given) {
    const std::shared_ptr<const CompiledProgram> before = state.program;
    wrong = state.deploy(given, settings.history_starts_now);
    if (!wrong.ok()) return wrong;
    tell_deploy(*before, *state.backend->engine(), recovery);
  }
  into = std::move(opened);
  return {};
}

// ---- looking ------------------------------------------------------------------------------------

Outcome describe_state(const std::string& folder, bool verify, StateReport& into) noexcept {
  const auto found = durable::describe(folder, verify);
  if (!found) return outcome_of(found.error());
  const durable::Manifest& manifest = found->manifest;
  into = {};
  into.program = manifest.program;
  into.deployed = found->deployed;
  into.settings = manifest.settings;
  into.sink = manifest.sink;
  into.sink_position = manifest.sink_position;
  into.rejects = manifest.rejects;
  into.rejects_position = manifest.rejects_position;
  into.waiting_changes = found->waiting.changes;
  into.users = found->users;
  into.state_bytes = found->state_bytes;
  into.checkpoint_bytes = found->checkpoint_bytes;
  into.checkpoint_at = time_point_of({manifest.written_ms});
  into.log_records = found->log.records;
  into.log_bytes = found->log_bytes;
  into.log_segments = found->log_segments;
  into.torn_bytes = found->log.cut_bytes;
  for (const auto& [segment, until] : found->warming) {
    into.warming.push_back(
        {segment, until == kNever ? std::nullopt : std::optional(time_point_of(until))});
  }
  if (found->kept) {
    StateReport::KeptLog kept;
    kept.records = found->kept_records;
    const Instant since = found->kept->since();
    if (since != kLongAgo) kept.since = time_point_of(since);
    into.kept_log = kept;
  }
  for (const durable::InputState& input : manifest.inputs) {
    if (input.taken.lines > 0) into.inputs.push_back({input.name, input.taken.lines});
  }
  return {};
}

}  // namespace segue
