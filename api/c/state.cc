#include <fmt/format.h>

#include "api/c/handles.h"

using segue::c::check;
using segue::c::fail;
using segue::c::status_of;
using segue::c::text_of;

namespace {

segue::TimePoint point_of(int64_t ms) { return segue::TimePoint(segue::Milliseconds(ms)); }

segue_status make(const segue_program* program, segue::StateBlob blob, segue_state** state) {
  auto made = std::make_unique<segue_state>();
  made->program = program->program;
  made->blob = std::move(blob);
  *state = made.release();
  segue::c::note_live(*state);
  return SEGUE_OK;
}

/// The changes of a call, in order.
void give(segue_state& state, segue_text user, segue_change_callback callback, void* context) {
  if (callback == nullptr) return;
  for (const segue::StateChange& change : state.changes) {
    const std::string& name = state.program->segments()[change.segment].name;
    const std::string id =
        segue::change_id({user.data, user.size}, name, change.at, change.entered);
    const segue_change given = {.size = sizeof given,
                                .at_ms = change.at.time_since_epoch().count(),
                                .user = user,
                                .segment = change.segment,
                                .entered = change.entered ? 1U : 0U,
                                .cause = segue::c::cause_of(change.cause),
                                .event = text_of(change.event),
                                .id = text_of(id),
                                .segment_name = text_of(name)};
    callback(&given, context);
  }
}

}  // namespace

extern "C" {

segue_status segue_state_new(const segue_program* program, segue_state** state) {
  SEGUE_C_TRY(check(program, "program"));
  if (state == nullptr) return fail(SEGUE_MISUSE, "state is null");
  return make(program, {}, state);
}

segue_status segue_state_open(const segue_program* program, const void* bytes, size_t size,
                              segue_state** state) {
  SEGUE_C_TRY(check(program, "program"));
  if (state == nullptr) return fail(SEGUE_MISUSE, "state is null");
  if (bytes == nullptr && size != 0) return fail(SEGUE_MISUSE, "bytes are null");
  segue::StateBlob blob;
  const std::span sealed(static_cast<const std::byte*>(bytes), size);
  SEGUE_C_TRY(status_of(segue::open_blob(*program->program, sealed, blob)));
  return make(program, std::move(blob), state);
}

void segue_state_free(segue_state* state) {
  if (state == nullptr || check(state, "state") != SEGUE_OK) return;
  segue::c::note_freed(state);
  delete state;
}

segue_status segue_state_seal(segue_state* state, const void** bytes, size_t* size) {
  SEGUE_C_TRY(check(state, "state"));
  if (bytes == nullptr || size == nullptr) return fail(SEGUE_MISUSE, "bytes or size is null");
  SEGUE_C_HOLD(state);
  state->blob.seal(state->sealed);
  *bytes = state->sealed.data();
  *size = state->sealed.size();
  return SEGUE_OK;
}

segue_status segue_state_apply(segue_state* state, segue_text lines, segue_change_callback callback,
                               void* context) {
  SEGUE_C_TRY(check(state, "state"));
  if (lines.data == nullptr && lines.size != 0) return fail(SEGUE_MISUSE, "lines are null");
  SEGUE_C_HOLD(state);
  state->changes.clear();
  std::string user;
  SEGUE_C_TRY(status_of(segue::apply_lines(*state->program, state->blob, {lines.data, lines.size},
                                           state->changes, &user)));
  give(*state, text_of(user), callback, context);
  return SEGUE_OK;
}

segue_status segue_state_advance(segue_state* state, segue_text user, int64_t through_ms,
                                 segue_change_callback callback, void* context) {
  SEGUE_C_TRY(check(state, "state"));
  if (user.data == nullptr) return fail(SEGUE_MISUSE, "user is null");
  SEGUE_C_TRY(segue::c::check_instant(through_ms));
  SEGUE_C_HOLD(state);
  state->changes.clear();
  SEGUE_C_TRY(status_of(segue::advance(*state->program, state->blob, {user.data, user.size},
                                       point_of(through_ms), state->changes)));
  give(*state, user, callback, context);
  return SEGUE_OK;
}

segue_status segue_state_deadline(const segue_state* state, int64_t* at_ms) {
  SEGUE_C_TRY(check(state, "state"));
  if (at_ms == nullptr) return fail(SEGUE_MISUSE, "at_ms is null");
  SEGUE_C_HOLD(state);
  const auto next = segue::next_deadline(state->blob);
  *at_ms = next ? next->time_since_epoch().count() : INT64_MAX;
  return SEGUE_OK;
}

segue_status segue_state_member(const segue_state* state, uint32_t segment, int* member) {
  SEGUE_C_TRY(check(state, "state"));
  if (member == nullptr) return fail(SEGUE_MISUSE, "member is null");
  SEGUE_C_HOLD(state);
  const auto found = segue::membership(*state->program, state->blob, segment);
  if (!found) return fail(SEGUE_INVALID, fmt::format("there is no segment {}", segment));
  *member = *found ? 1 : 0;
  return SEGUE_OK;
}

segue_status segue_state_score(const segue_state* state, uint32_t score, int64_t at_ms,
                               double* value) {
  SEGUE_C_TRY(check(state, "state"));
  if (value == nullptr) return fail(SEGUE_MISUSE, "value is null");
  SEGUE_C_TRY(segue::c::check_instant(at_ms));
  SEGUE_C_HOLD(state);
  const auto found = segue::score(*state->program, state->blob, score, point_of(at_ms));
  if (!found) return fail(SEGUE_INVALID, fmt::format("there is no score {}", score));
  *value = *found;
  return SEGUE_OK;
}

segue_status segue_state_explain(const segue_state* state, segue_state_summary* summary) {
  SEGUE_C_TRY(check(state, "state"));
  if (summary == nullptr) return fail(SEGUE_MISUSE, "summary is null");
  SEGUE_C_TRY(segue::c::check_size(summary->size, sizeof *summary, "segue_state_summary"));
  SEGUE_C_HOLD(state);
  segue::StateSummary found;
  SEGUE_C_TRY(segue::c::status_of(segue::explain(*state->program, state->blob, found)));
  *summary = {.size = sizeof *summary, .known = 0, .reserved = 0};
  if (!found.known) return SEGUE_OK;
  summary->known = 1;
  summary->knows_since_ms = found.knows_since.time_since_epoch().count();
  summary->settled_ms = found.settled.time_since_epoch().count();
  summary->next_deadline_ms =
      found.next_deadline ? found.next_deadline->time_since_epoch().count() : INT64_MAX;
  summary->bytes = found.bytes;
  return SEGUE_OK;
}

}  // extern "C"
