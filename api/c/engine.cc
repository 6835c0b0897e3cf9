#include <fmt/format.h>

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
          .id = text_of(change.id)};
}

segue_status settings_of(const segue_engine_options* options, segue::EngineSettings& settings) {
  if (options == nullptr) return SEGUE_OK;
  SEGUE_C_TRY(segue::c::check_size(options->size, sizeof *options, "segue_engine_options"));
  if (options->threads != 0) settings.threads = options->threads;
  if (options->interpreted != 0) settings.evaluator = segue::Evaluator::kInterpreter;
  if (options->lateness_ms < 0) return fail(SEGUE_INVALID, "a lateness below 0");
  settings.lateness = segue::Milliseconds(options->lateness_ms);
  return SEGUE_OK;
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
  made->program = program->program;
  SEGUE_C_TRY(status_of(segue::start_engine(made->program, settings, made->engine)));
  *engine = made.release();
  segue::c::note_live(*engine);
  return SEGUE_OK;
}

void segue_engine_free(segue_engine* engine) {
  if (engine == nullptr || check(engine, "engine") != SEGUE_OK) return;
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
  return status_of(engine->engine.push({lines.data, lines.size}));
}

segue_status segue_engine_advance(segue_engine* engine, int64_t through_ms) {
  SEGUE_C_TRY(check(engine, "engine"));
  SEGUE_C_TRY(segue::c::check_instant(through_ms));
  SEGUE_C_HOLD(engine);
  return status_of(engine->engine.advance_to(point_of(through_ms)));
}

segue_status segue_engine_finish(segue_engine* engine) {
  SEGUE_C_TRY(check(engine, "engine"));
  SEGUE_C_HOLD(engine);
  return status_of(engine->engine.finish());
}

segue_status segue_engine_count(const segue_engine* engine, segue_engine_stats* stats) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (stats == nullptr) return fail(SEGUE_MISUSE, "stats is null");
  SEGUE_C_TRY(segue::c::check_size(stats->size, sizeof *stats, "segue_engine_stats"));
  SEGUE_C_HOLD(engine);
  const segue::RunStats counted = engine->engine.stats();
  uint64_t rejected = 0;
  for (const segue::RejectCount& kind : counted.rejects) rejected += kind.count;
  *stats = {.size = sizeof *stats,
            .events = counted.events,
            .duplicates = counted.duplicates,
            .late = counted.late,
            .rejected = rejected,
            .changes = counted.changes,
            .users = counted.users,
            .state_bytes = counted.state_bytes};
  return SEGUE_OK;
}

segue_status segue_engine_members(const segue_engine* engine, uint32_t segment,
                                  segue_member_callback callback, void* context) {
  SEGUE_C_TRY(check(engine, "engine"));
  if (callback == nullptr) return fail(SEGUE_MISUSE, "callback is null");
  if (segment >= engine->program->segments().size()) {
    return fail(SEGUE_INVALID, fmt::format("there is no segment {}", segment));
  }
  SEGUE_C_HOLD(engine);
  const segue::Snapshot snapshot = engine->engine.snapshot(false);
  for (const std::string& user : snapshot.members[segment]) callback(text_of(user), context);
  return SEGUE_OK;
}

}  // extern "C"
