#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "api/c/handles.h"

using segue::c::check;
using segue::c::fail;
using segue::c::status_of;
using segue::c::text_of;

namespace {

int64_t ms_of(segue::TimePoint at) { return at.time_since_epoch().count(); }

segue::TimePoint point_of(int64_t ms) { return segue::TimePoint(segue::Milliseconds(ms)); }

segue_change change_of(const segue::MembershipChange& change) {
  return {.size = sizeof(segue_change),
          .at_ms = ms_of(change.at),
          .user = text_of(change.user),
          .segment = change.segment,
          .entered = change.entered ? 1U : 0U,
          .cause = segue::c::cause_of(change.cause),
          .event = text_of(change.event),
          .id = text_of(change.id),
          .segment_name = text_of(change.segment_name)};
}

segue_engine_stats stats_of(const segue::RunStats& counted) {
  uint64_t rejected = 0;
  for (const segue::RejectCount& kind : counted.rejects) rejected += kind.count;
  const segue::MemoryStats memory = counted.memory.value_or(segue::MemoryStats());
  const segue::SinkStats sink = counted.sink.value_or(segue::SinkStats());
  return {.size = sizeof(segue_engine_stats),
          .events = counted.events,
          .duplicates = counted.duplicates,
          .late = counted.late,
          .rejected = rejected,
          .changes = counted.changes,
          .users = counted.users,
          .state_bytes = counted.state_bytes,
          .merged = counted.merged,
          .deleted = counted.deleted,
          .capped = counted.capped,
          .newest_ms = counted.newest ? ms_of(*counted.newest) : INT64_MIN,
          .is_bounded = counted.memory ? 1U : 0U,
          .hits = memory.hits,
          .misses = memory.misses,
          .evicted = memory.evicted,
          .cold_users = memory.cold_users,
          .resident_bytes = memory.resident_bytes,
          .waiting_changes = sink.waiting_changes,
          .waiting_bytes = sink.waiting_bytes};
}

segue_status settings_of(const segue_engine_options* options, segue::EngineSettings& settings) {
  if (options == nullptr) return SEGUE_OK;
  // It has grown by `dedupe_ms` and what follows.
  if (options->size != offsetof(segue_engine_options, dedupe_ms)) {
    SEGUE_C_TRY(segue::c::check_size(options->size, sizeof *options, "segue_engine_options"));
    if (options->dedupe_ms < 0) return fail(SEGUE_INVALID, "a time to remember below 0");
    if (options->dedupe_ms != 0) settings.dedupe = segue::Milliseconds(options->dedupe_ms);
    if (options->newest_allowed != nullptr) {
      settings.newest_allowed = [newest = options->newest_allowed, context = options->context] {
        return point_of(newest(context));
      };
    }
  }
  if (options->threads != 0) settings.threads = options->threads;
  if (options->interpreted != 0) settings.evaluator = segue::Evaluator::kInterpreter;
  if (options->lateness_ms < 0) return fail(SEGUE_INVALID, "a lateness below 0");
  settings.lateness = segue::Milliseconds(options->lateness_ms);
  settings.lookups = options->lookups != 0;
  return SEGUE_OK;
}

/// Has no position: what was given behind a commit is given again.
class CallbackSink final : public segue::DurableSink {
 public:
  CallbackSink(const segue_durable_options& options, const segue_engine& engine)
      : callback_(options.on_change), context_(options.context), engine_(engine) {}

  void commit_by(segue_commit_callback commit) { commit_ = commit; }

  std::string name() const override { return {}; }
  segue::Outcome resume(uint64_t /*position*/) override { return {}; }
  void give(const segue::MembershipChange& change) override {
    const segue_change given = change_of(change);
    const segue::c::Telling telling(&engine_);
    callback_(&given, context_);
  }
  segue::Outcome commit(uint64_t& position) override {
    position = 0;
    if (commit_ == nullptr) return {};
    const segue::c::Telling telling(&engine_);
    const int failure = commit_(context_);
    if (failure == 0) return {};
    return {segue::Fault::kUnreadable, fmt::format("`on_commit` gave {}", failure)};
  }

 private:
  segue_change_callback callback_;
  void* context_;
  const segue_engine& engine_;
  segue_commit_callback commit_ = nullptr;
};

segue_status durable_of(const segue_durable_options* options, segue_engine& engine,
                        segue::DurableSettings& settings) {
  if (options == nullptr) return SEGUE_OK;
  // It has grown by `memory_bytes`, then by `keep_log_ms`, then by `sink_bytes_max` and the rest.
  const bool has_memory = options->size != offsetof(segue_durable_options, memory_bytes);
  const bool has_log = has_memory && options->size != offsetof(segue_durable_options, keep_log_ms);
  const bool has_bound =
      has_log && options->size != offsetof(segue_durable_options, sink_bytes_max);
  if (has_bound) {
    SEGUE_C_TRY(segue::c::check_size(options->size, sizeof *options, "segue_durable_options"));
    if (options->sink_patience_ms < 0) return fail(SEGUE_INVALID, "a patience below 0");
    if (options->sink_patience_ms != 0) {
      settings.sink_patience = segue::Milliseconds(options->sink_patience_ms);
    }
    if (options->sink_bytes_max != 0) settings.sink_bytes_max = options->sink_bytes_max;
    if (options->rejects_path != nullptr) settings.rejects_path = options->rejects_path;
  }
  if (has_log) {
    if (options->keep_log_ms < 0) return fail(SEGUE_INVALID, "a log is kept for no time below 0");
    if (options->keep_log_ms != 0) settings.keep_log = segue::Milliseconds(options->keep_log_ms);
  }
  if (has_memory) settings.memory_bytes = options->memory_bytes;
  if (options->sync > SEGUE_SYNC_NONE) {
    return fail(SEGUE_INVALID, fmt::format("there is no sync policy {}", options->sync));
  }
  settings.sync = options->sync == SEGUE_SYNC_ALWAYS ? segue::InputSync::kAlways
                  : options->sync == SEGUE_SYNC_NONE ? segue::InputSync::kNone
                                                     : segue::InputSync::kEvery;
  if (options->sync_every_ms != 0) settings.every = segue::Milliseconds(options->sync_every_ms);
  if (options->checkpoint_bytes != 0) settings.checkpoint_bytes = options->checkpoint_bytes;
  if (options->on_change != nullptr) {
    auto sink = std::make_unique<CallbackSink>(*options, engine);
    if (has_bound) sink->commit_by(options->on_commit);
    engine.waits_for_sink = !has_bound;
    engine.sink = std::move(sink);
    settings.sink = engine.sink.get();
  }
  return SEGUE_OK;
}

/// Of a call that can make changes: as the caller was promised when it was built.
segue_status done(segue_engine& engine, const segue::Outcome& outcome) {
  SEGUE_C_TRY(status_of(outcome));
  return engine.waits_for_sink ? status_of(engine.engine.flush_sink()) : SEGUE_OK;
}

segue_status check_lookup(const segue_engine* engine, const void* into) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (into == nullptr) return fail(SEGUE_MISUSE, "what is to be filled is null");
  if (!engine->has_lookups) return fail(SEGUE_INVALID, "the engine was made without lookups");
  return SEGUE_OK;
}

segue_status check_segment(const segue_engine* engine, uint32_t segment) {
  if (segment < engine->segments.load()) return SEGUE_OK;
  return fail(SEGUE_INVALID, fmt::format("there is no segment {}", segment));
}

segue_status check_user(segue_text user) {
  return user.data == nullptr && user.size != 0 ? fail(SEGUE_MISUSE, "user is null") : SEGUE_OK;
}

}  // namespace

extern "C" {

segue_status segue_engine_new(const segue_program* program, const segue_engine_options* options,
                              segue_engine** engine) {
  SEGUE_C_TRY(check(program, "program"));
  if (engine == nullptr) return fail(SEGUE_MISUSE, "engine is null");
  segue::EngineSettings settings;
  SEGUE_C_TRY(settings_of(options, settings));
  auto made = std::make_unique<segue_engine>();
  made->set_program(program->program);
  made->has_lookups = settings.lookups;
  SEGUE_C_TRY(status_of(segue::start_engine(made->program, settings, made->engine)));
  *engine = made.release();
  segue::c::note_live(*engine);
  return SEGUE_OK;
}

segue_status segue_engine_open(const segue_program* program, const segue_engine_options* options,
                               const char* folder, const segue_durable_options* durable,
                               segue_recovery* recovery, segue_engine** engine) {
  SEGUE_C_TRY(check(program, "program"));
  if (engine == nullptr) return fail(SEGUE_MISUSE, "engine is null");
  if (folder == nullptr) return fail(SEGUE_MISUSE, "folder is null");
  if (recovery != nullptr) {
    SEGUE_C_TRY(segue::c::check_size(recovery->size, sizeof *recovery, "segue_recovery"));
  }
  segue::EngineSettings settings;
  SEGUE_C_TRY(settings_of(options, settings));
  auto made = std::make_unique<segue_engine>();
  made->set_program(program->program);
  made->has_lookups = settings.lookups;
  segue::DurableSettings kept;
  kept.folder = folder;
  SEGUE_C_TRY(durable_of(durable, *made, kept));
  segue::Recovery found;
  SEGUE_C_TRY(done(*made, segue::open_engine(made->program, settings, kept, made->engine, found)));
  if (recovery != nullptr) {
    *recovery = {.size = sizeof *recovery,
                 .is_new = found.is_new ? 1U : 0U,
                 .deployed = found.program_before ? 1U : 0U,
                 .users = found.users,
                 .events = found.events,
                 .cut_bytes = found.cut_bytes};
  }
  *engine = made.release();
  segue::c::note_live(*engine);
  return SEGUE_OK;
}

segue_status segue_engine_checkpoint(segue_engine* engine) {
  SEGUE_C_TRY(check(engine, "engine"));
  SEGUE_C_HOLD(engine);
  return done(*engine, engine->engine.checkpoint());
}

segue_status segue_engine_flush_sink(segue_engine* engine, int64_t longest_ms) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (longest_ms < 0) return fail(SEGUE_INVALID, "a wait below 0");
  SEGUE_C_HOLD(engine);
  return status_of(engine->engine.flush_sink(segue::Milliseconds(longest_ms)));
}

segue_status segue_engine_deploy(segue_engine* engine, const segue_program* program,
                                 const segue_deploy_options* options) {
  SEGUE_C_TRY(check(engine, "engine"));
  SEGUE_C_TRY(check(program, "program"));
  if (options != nullptr) {
    SEGUE_C_TRY(segue::c::check_size(options->size, sizeof *options, "segue_deploy_options"));
  }
  SEGUE_C_HOLD(engine);
  const bool history_starts_now = options != nullptr && options->history_starts_now != 0;
  SEGUE_C_TRY(status_of(engine->engine.deploy(program->program, history_starts_now)));
  engine->set_program(program->program);
  return done(*engine, {});
}

segue_status segue_engine_is_deploying(const segue_engine* engine, int* deploying) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (deploying == nullptr) return fail(SEGUE_MISUSE, "deploying is null");
  SEGUE_C_HOLD(engine);
  *deploying = engine->engine.is_deploying() ? 1 : 0;
  return SEGUE_OK;
}

void segue_engine_free(segue_engine* engine) {
  if (engine == nullptr || check(engine, "engine") != SEGUE_OK) return;
  if (segue::c::Telling::is_of(engine)) return;  // it would wait for itself
  segue::c::note_freed(engine);
  delete engine;
}

segue_status segue_engine_on_change(segue_engine* engine, segue_change_callback callback,
                                    void* context) {
  SEGUE_C_TRY(check(engine, "engine"));
  SEGUE_C_HOLD(engine);
  if (callback == nullptr) {
    engine->engine.on_change({});
  } else {
    engine->engine.on_change([=](const segue::MembershipChange& change) {
      const segue_change given = change_of(change);
      callback(&given, context);
    });
  }
  return SEGUE_OK;
}

segue_status segue_engine_push(segue_engine* engine, segue_text lines) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (lines.data == nullptr && lines.size != 0) return fail(SEGUE_MISUSE, "lines are null");
  SEGUE_C_HOLD(engine);
  return done(*engine, engine->engine.push({lines.data, lines.size}));
}

segue_status segue_engine_advance(segue_engine* engine, int64_t through_ms) {
  SEGUE_C_TRY(check(engine, "engine"));
  SEGUE_C_TRY(segue::c::check_instant(through_ms));
  SEGUE_C_HOLD(engine);
  return done(*engine, engine->engine.advance_to(point_of(through_ms)));
}

segue_status segue_engine_finish(segue_engine* engine) {
  SEGUE_C_TRY(check(engine, "engine"));
  SEGUE_C_HOLD(engine);
  return done(*engine, engine->engine.finish());
}

segue_status segue_engine_count(const segue_engine* engine, segue_engine_stats* stats) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (stats == nullptr) return fail(SEGUE_MISUSE, "stats is null");
  const size_t size = stats->size;
  // It has grown by `merged` and what follows, then by `waiting_changes`.
  if (size != offsetof(segue_engine_stats, merged) &&
      size != offsetof(segue_engine_stats, waiting_changes)) {
    SEGUE_C_TRY(segue::c::check_size(size, sizeof *stats, "segue_engine_stats"));
  }
  SEGUE_C_HOLD(engine);
  segue_engine_stats counted = stats_of(engine->engine.stats());
  counted.size = size;
  std::memcpy(stats, &counted, size);
  return SEGUE_OK;
}

segue_status segue_engine_rejects(const segue_engine* engine, segue_reject_callback callback,
                                  void* context) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (callback == nullptr) return fail(SEGUE_MISUSE, "callback is null");
  SEGUE_C_HOLD(engine);
  for (const segue::RejectCount& kind : engine->engine.stats().rejects) {
    callback(text_of(kind.name), kind.count, context);
  }
  return SEGUE_OK;
}

segue_status segue_engine_warming(const segue_engine* engine, segue_warming_callback callback,
                                  void* context) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (callback == nullptr) return fail(SEGUE_MISUSE, "callback is null");
  SEGUE_C_HOLD(engine);
  for (const segue::WarmingSegment& segment : engine->engine.stats().warming) {
    callback(text_of(segment.name), segment.until ? ms_of(*segment.until) : INT64_MAX, context);
  }
  return SEGUE_OK;
}

segue_status segue_engine_members(const segue_engine* engine, uint32_t segment,
                                  segue_member_callback callback, void* context) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (callback == nullptr) return fail(SEGUE_MISUSE, "callback is null");
  SEGUE_C_TRY(check_segment(engine, segment));
  SEGUE_C_HOLD(engine);
  const segue::Snapshot snapshot = engine->engine.snapshot(false);
  if (snapshot.members.empty()) {
    return fail(SEGUE_UNREADABLE, "a state cannot be read back: the engine is to be opened anew");
  }
  for (const std::string& user : snapshot.members[segment]) callback(text_of(user), context);
  return SEGUE_OK;
}

// ---- lookups ------------------------------------------------------------------------------------

segue_status segue_engine_is_member(const segue_engine* engine, segue_text user, uint32_t segment,
                                    int* member) {
  SEGUE_C_TRY(check_lookup(engine, member));
  SEGUE_C_TRY(check_segment(engine, segment));
  SEGUE_C_TRY(check_user(user));
  *member = engine->engine.is_member({user.data, user.size}, segment) ? 1 : 0;
  return SEGUE_OK;
}

segue_status segue_engine_segments_of(const segue_engine* engine, segue_text user,
                                      uint32_t* segments, size_t room, size_t* count) {
  SEGUE_C_TRY(check_lookup(engine, count));
  SEGUE_C_TRY(check_user(user));
  if (segments == nullptr && room != 0) return fail(SEGUE_MISUSE, "segments is null");
  const std::vector<uint32_t> found = engine->engine.segments_of({user.data, user.size});
  std::copy_n(found.begin(), std::min(room, found.size()), segments);
  *count = found.size();
  return SEGUE_OK;
}

segue_status segue_engine_score(const segue_engine* engine, segue_text user, uint32_t score,
                                double* value) {
  SEGUE_C_TRY(check_lookup(engine, value));
  SEGUE_C_TRY(check_user(user));
  if (score >= engine->scores.load()) {
    return fail(SEGUE_INVALID, fmt::format("there is no score {}", score));
  }
  *value = engine->engine.score_of({user.data, user.size}, score);
  return SEGUE_OK;
}

segue_status segue_engine_look_up(const segue_engine* engine, segue_text user, uint32_t* segments,
                                  size_t room, size_t* count, double* scores, size_t score_room,
                                  int64_t* at_ms) {
  SEGUE_C_TRY(check_lookup(engine, count));
  SEGUE_C_TRY(check_user(user));
  if (segments == nullptr && room != 0) return fail(SEGUE_MISUSE, "segments is null");
  if (scores == nullptr && score_room != 0) return fail(SEGUE_MISUSE, "scores is null");
  const segue::UserLookup found = engine->engine.look_up({user.data, user.size});
  std::copy_n(found.segments.begin(), std::min(room, found.segments.size()), segments);
  std::copy_n(found.scores.begin(), std::min(score_room, found.scores.size()), scores);
  *count = found.segments.size();
  if (at_ms != nullptr) *at_ms = ms_of(found.at);
  return SEGUE_OK;
}

segue_status segue_engine_each_member(const segue_engine* engine, uint32_t segment,
                                      segue_member_callback callback, void* context) {
  if (callback == nullptr) return fail(SEGUE_MISUSE, "callback is null");
  SEGUE_C_TRY(check_lookup(engine, engine));
  SEGUE_C_TRY(check_segment(engine, segment));
  const bool is_whole = engine->engine.each_member(segment, [&](std::string_view user) {
    const segue::c::Telling telling(engine);
    callback(text_of(user), context);
  });
  return is_whole ? SEGUE_OK : fail(SEGUE_INVALID, "a deploy was begun meanwhile");
}

segue_status segue_engine_lookups_of(const segue_engine* engine, uint64_t* program) {
  SEGUE_C_TRY(check_lookup(engine, program));
  *program = engine->engine.lookups_of();
  return SEGUE_OK;
}

segue_status segue_engine_member_count(const segue_engine* engine, uint32_t segment,
                                       uint64_t* count) {
  SEGUE_C_TRY(check_lookup(engine, count));
  SEGUE_C_TRY(check_segment(engine, segment));
  *count = engine->engine.member_count(segment);
  return SEGUE_OK;
}

}  // extern "C"
