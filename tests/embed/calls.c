/* Every call of the C API, and every misuse that is found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include "segue/c.h"

#define CHECK(condition)                                                                       \
  do {                                                                                         \
    if (!(condition)) {                                                                        \
      fprintf(stderr, "%s:%d: not so: %s; last message: %s\n", __FILE__, __LINE__, #condition, \
              segue_message());                                                                \
      exit(1);                                                                                 \
    }                                                                                          \
  } while (0)

static const char kRules[] =
    "event view { path: text? }\n"
    "segment keen = view >= 2 within 48h\n"
    "segment idle = no view for 7d\n"
    "score heat {\n  within 30d\n  +3 view\n}\n";

static const int64_t kHour = 3600000;
static const int64_t kDay = 86400000;
static const int64_t kStart = 1728000000000;

static segue_text text(const char* chars) {
  segue_text made = {chars, strlen(chars)};
  return made;
}

static segue_text view_at(char* room, size_t size, const char* user, int64_t at_ms) {
  snprintf(room, size, "{\"event\":\"view\",\"userId\":\"%s\",\"timestamp\":%lld}", user,
           (long long)at_ms);
  return text(room);
}

static segue_program* compile(void) {
  segue_program* program = NULL;
  CHECK(segue_program_compile_text("rules.seg", text(kRules), NULL, &program) == SEGUE_OK);
  return program;
}

typedef struct Seen {
  unsigned entered;
  unsigned left;
  int64_t last_ms;
  char id[25];
  segue_engine* call; /* to be called out of the callback, which is misuse */
  segue_status of_call;
} Seen;

static void on_change(const segue_change* change, void* context) {
  Seen* seen = context;
  CHECK(change->size == sizeof *change);
  CHECK(change->id.size == 24);
  CHECK(change->user.size == 3);
  memcpy(seen->id, change->id.data, 24);
  seen->id[24] = 0;
  seen->last_ms = change->at_ms;
  if (change->entered) {
    ++seen->entered;
  } else {
    ++seen->left;
  }
  if (seen->call != NULL) seen->of_call = segue_engine_finish(seen->call);
}

static void on_member(segue_text user, void* context) {
  CHECK(user.size == 3);
  ++*(unsigned*)context;
}

static void push_for(segue_text user, void* context) {
  int member = 0;
  CHECK(segue_engine_is_member(context, user, 0, &member) == SEGUE_OK && member == 1);
  CHECK(segue_engine_push(context, user) == SEGUE_MISUSE);
}

static void on_reject(segue_text kind, uint64_t count, void* context) {
  CHECK(kind.size == 7 && memcmp(kind.data, "no_user", 7) == 0 && count == 1);
  ++*(unsigned*)context;
}

static void test_versions(void) {
  CHECK(segue_abi_version() == (uint32_t)SEGUE_ABI_VERSION);
  CHECK(strchr(segue_version(), '.') != NULL);
}

static void test_programs(void) {
  segue_program* program = compile();
  CHECK(segue_program_segments(program) == 2);
  CHECK(segue_program_scores(program) == 1);
  segue_text name = segue_program_segment_name(program, 1);
  CHECK(name.size == 4 && memcmp(name.data, "idle", 4) == 0);
  CHECK(segue_program_segment_name(program, 2).size == 0);
  CHECK(segue_program_score_name(program, 0).size == 4);

  const void* image = NULL;
  size_t size = 0;
  CHECK(segue_program_image(program, &image, &size) == SEGUE_OK);
  segue_program* opened = NULL;
  CHECK(segue_program_open(image, size, &opened) == SEGUE_OK);
  CHECK(segue_program_identity(opened) == segue_program_identity(program));
  segue_program* torn = NULL;
  CHECK(segue_program_open(image, size - 1, &torn) == SEGUE_CORRUPT);
  CHECK(torn == NULL);

  segue_compile_options options = {sizeof options, "Nowhere/Land"};
  CHECK(segue_program_compile_text("r", text(kRules), &options, &torn) == SEGUE_INVALID);
  options.zone = "Europe/Paris";
  CHECK(segue_program_compile_text("r", text(kRules), &options, &torn) == SEGUE_OK);
  segue_program_free(torn);
  const char* paths[] = {"no such file.seg"};
  CHECK(segue_program_compile(paths, 1, NULL, &torn) == SEGUE_UNREADABLE);
  CHECK(segue_program_compile_text("r", text("segment x = view"), NULL, &torn) ==
        SEGUE_WRONG_RULES);
  CHECK(strstr(segue_message(), "E0") != NULL);
  segue_program_free(opened);
  segue_program_free(program);
  segue_program_free(NULL);
}

static void test_engine(void) {
  segue_program* program = compile();
  segue_engine_options options = {.size = sizeof options, .threads = 2, .lookups = 1};
  segue_engine* engine = NULL;
  CHECK(segue_engine_new(program, &options, &engine) == SEGUE_OK);
  segue_program_free(program); /* the engine keeps what it needs */

  Seen seen = {0};
  CHECK(segue_engine_on_change(engine, on_change, &seen) == SEGUE_OK);
  char room[200];
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart)) == SEGUE_OK);
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart + kHour)) == SEGUE_OK);
  CHECK(segue_engine_push(engine, text("{}\n")) == SEGUE_OK);
  CHECK(segue_engine_advance(engine, kStart + kHour) == SEGUE_OK);
  double six = 0;
  CHECK(segue_engine_score(engine, text("ann"), 0, &six) == SEGUE_OK && six == 6);
  seen.call = engine;
  CHECK(segue_engine_advance(engine, kStart + 8 * kDay) == SEGUE_OK);
  CHECK(seen.of_call == SEGUE_MISUSE);
  seen.call = NULL;
  CHECK(segue_engine_finish(engine) == SEGUE_OK);
  CHECK(seen.entered == 2 && seen.left == 1);
  CHECK(seen.last_ms == kStart + kHour + 7 * kDay);

  segue_engine_stats stats = {0};
  CHECK(segue_engine_count(engine, &stats) == SEGUE_MISUSE); /* without its size */
  stats.size = sizeof stats;
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK);
  CHECK(stats.events == 2 && stats.users == 1 && stats.rejected == 1 && stats.changes == 3);
  CHECK(stats.merged == 0 && stats.deleted == 0 && stats.capped == 0 && stats.is_bounded == 0);
  CHECK(stats.newest_ms == kStart + kHour && stats.cold_users == 0);
  /* As a host built against the first version has it: what it does not know is left alone. */
  stats.size = offsetof(segue_engine_stats, merged);
  stats.merged = 77;
  stats.events = 0;
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK);
  CHECK(stats.events == 2 && stats.merged == 77);
  CHECK(stats.size == offsetof(segue_engine_stats, merged));
  stats.size = sizeof stats + 8;
  CHECK(segue_engine_count(engine, &stats) == SEGUE_MISUSE);
  unsigned kinds = 0;
  CHECK(segue_engine_rejects(engine, on_reject, &kinds) == SEGUE_OK && kinds == 1);
  CHECK(segue_engine_rejects(engine, NULL, NULL) == SEGUE_MISUSE);
  unsigned members = 0;
  CHECK(segue_engine_members(engine, 1, on_member, &members) == SEGUE_OK);
  CHECK(members == 1);
  CHECK(segue_engine_members(engine, 7, on_member, &members) == SEGUE_INVALID);
  int member = 0;
  CHECK(segue_engine_is_member(engine, text("ann"), 1, &member) == SEGUE_OK && member == 1);
  CHECK(segue_engine_is_member(engine, text("ann"), 0, &member) == SEGUE_OK && member == 0);
  CHECK(segue_engine_is_member(engine, text("bob"), 1, &member) == SEGUE_OK && member == 0);
  CHECK(segue_engine_is_member(engine, text("ann"), 2, &member) == SEGUE_INVALID);
  CHECK(segue_engine_is_member(engine, text("ann"), 1, NULL) == SEGUE_MISUSE);
  uint32_t segments[2] = {9, 9};
  size_t count = 0;
  CHECK(segue_engine_segments_of(engine, text("ann"), segments, 2, &count) == SEGUE_OK);
  CHECK(count == 1 && segments[0] == 1 && segments[1] == 9);
  CHECK(segue_engine_segments_of(engine, text("ann"), NULL, 0, &count) == SEGUE_OK && count == 1);
  double value = -1;
  CHECK(segue_engine_score(engine, text("ann"), 0, &value) == SEGUE_OK && value == 6);
  CHECK(segue_engine_score(engine, text("ann"), 1, &value) == SEGUE_INVALID);
  CHECK(segue_engine_score(engine, text("ann"), 0, NULL) == SEGUE_MISUSE);
  int64_t at_ms = 0;
  value = -1;
  CHECK(segue_engine_look_up(engine, text("ann"), segments, 2, &count, &value, 1, &at_ms) ==
        SEGUE_OK);
  CHECK(count == 1 && segments[0] == 1 && value == 6 && at_ms == kStart + 8 * kDay);
  CHECK(segue_engine_look_up(engine, text("ann"), NULL, 0, &count, NULL, 0, NULL) == SEGUE_OK);
  CHECK(segue_engine_look_up(engine, text("ann"), NULL, 0, &count, NULL, 1, NULL) == SEGUE_MISUSE);
  CHECK(segue_engine_look_up(engine, text("ann"), NULL, 0, NULL, NULL, 0, NULL) == SEGUE_MISUSE);
  members = 0;
  CHECK(segue_engine_each_member(engine, 1, on_member, &members) == SEGUE_OK && members == 1);
  CHECK(segue_engine_each_member(engine, 0, on_member, &members) == SEGUE_OK && members == 1);
  CHECK(segue_engine_each_member(engine, 2, on_member, &members) == SEGUE_INVALID);
  CHECK(segue_engine_each_member(engine, 1, NULL, NULL) == SEGUE_MISUSE);
  CHECK(segue_engine_each_member(engine, 0, push_for, engine) == SEGUE_OK);
  uint64_t counted = 0;
  CHECK(segue_engine_member_count(engine, 1, &counted) == SEGUE_OK && counted == 1);
  CHECK(segue_engine_checkpoint(engine) == SEGUE_OK); /* nothing to do */
  CHECK(segue_engine_on_change(engine, NULL, NULL) == SEGUE_OK);
  segue_engine_free(engine);
}

static const char kOtherRules[] =
    "event view { path: text? }\n"
    "segment keen = view >= 2 within 48h\n"
    "segment seen = view within 30d\n";

static segue_program* compile_other(void) {
  segue_program* program = NULL;
  CHECK(segue_program_compile_text("other.seg", text(kOtherRules), NULL, &program) == SEGUE_OK);
  return program;
}

typedef struct Deployed {
  char told[200]; /* of changes of that cause: +seen -idle */
} Deployed;

static void on_deploy(const segue_change* change, void* context) {
  Deployed* deployed = context;
  if (change->cause != SEGUE_CAUSE_DEPLOY) return;
  size_t used = strlen(deployed->told);
  snprintf(deployed->told + used, sizeof deployed->told - used, "%c%.*s(%u) ",
           change->entered ? '+' : '-', (int)change->segment_name.size, change->segment_name.data,
           (unsigned)change->segment);
}

static void on_warming(segue_text segment, int64_t until_ms, void* context) {
  CHECK(segment.size > 0 && until_ms > kStart);
  ++*(unsigned*)context;
}

/* `idle` is gone, `seen` is new and warms: its log of views begins at the deploy. */
static int64_t newest(void* context) { return *(int64_t*)context; }

/* What was seen before is dropped, and what is of the future left out. */
static void test_inputs(void) {
  segue_program* program = compile();
  int64_t now = kStart + kHour;
  segue_engine_options options = {
      .size = sizeof options, .dedupe_ms = kDay, .newest_allowed = newest, .context = &now};
  segue_engine* engine = NULL;
  CHECK(segue_engine_new(program, &options, &engine) == SEGUE_OK);
  char room[200];
  const char* again =
      "{\"userId\":\"ann\",\"event\":\"view\",\"timestamp\":1728000000000,\"messageId\":\"m\"}\n";
  CHECK(segue_engine_push(engine, text(again)) == SEGUE_OK);
  CHECK(segue_engine_push(engine, text(again)) == SEGUE_OK);
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", now + 1)) == SEGUE_OK);
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", now)) == SEGUE_OK);
  CHECK(segue_engine_finish(engine) == SEGUE_OK);
  segue_engine_stats stats = {.size = sizeof stats};
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK);
  CHECK(stats.events == 3 && stats.duplicates == 1 && stats.rejected == 1);
  segue_engine_free(engine);
  options.dedupe_ms = -1;
  CHECK(segue_engine_new(program, &options, &engine) == SEGUE_INVALID);
  options.size = offsetof(segue_engine_options, dedupe_ms); /* a caller that was built before */
  CHECK(segue_engine_new(program, &options, &engine) == SEGUE_OK);
  segue_engine_free(engine);
  segue_program_free(program);
}

static void test_deploy(void) {
  segue_program* program = compile();
  segue_engine* engine = NULL;
  segue_engine_options lookups = {.size = sizeof lookups, .threads = 1, .lookups = 1};
  CHECK(segue_engine_new(program, &lookups, &engine) == SEGUE_OK);
  Deployed deployed = {{0}};
  CHECK(segue_engine_on_change(engine, on_deploy, &deployed) == SEGUE_OK);
  char room[200];
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart)) == SEGUE_OK);
  CHECK(segue_engine_advance(engine, kStart + 8 * kDay) == SEGUE_OK);

  segue_program* other = compile_other();
  segue_deploy_options options = {3, 0, 0};
  CHECK(segue_engine_deploy(engine, other, &options) == SEGUE_MISUSE);
  options.size = sizeof options;
  CHECK(segue_engine_deploy(engine, NULL, &options) == SEGUE_MISUSE);
  CHECK(segue_engine_deploy(NULL, other, &options) == SEGUE_MISUSE);
  CHECK(segue_engine_is_deploying(engine, NULL) == SEGUE_MISUSE);
  CHECK(segue_engine_deploy(engine, other, &options) == SEGUE_OK);
  CHECK(segue_engine_deploy(engine, other, NULL) == SEGUE_OK); /* nothing to do */
  uint64_t whose = 0;
  CHECK(segue_engine_lookups_of(engine, NULL) == SEGUE_MISUSE);
  CHECK(segue_engine_lookups_of(engine, &whose) == SEGUE_OK);
  CHECK(whose == segue_program_identity(other));
  segue_program_free(other); /* the engine keeps what it needs */
  int deploying = 0;
  int member = 1;
  CHECK(segue_engine_is_member(engine, text("ann"), 1, &member) == SEGUE_OK && member == 0);
  CHECK(segue_engine_is_member(engine, text("ann"), 2, &member) == SEGUE_INVALID);
  CHECK(segue_engine_is_deploying(engine, &deploying) == SEGUE_OK && deploying == 1);
  unsigned warming = 0;
  CHECK(segue_engine_warming(engine, on_warming, &warming) == SEGUE_OK);
  CHECK(segue_engine_warming(engine, NULL, NULL) == SEGUE_MISUSE);
  CHECK(segue_engine_finish(engine) == SEGUE_OK);
  CHECK(segue_engine_is_deploying(engine, &deploying) == SEGUE_OK && deploying == 0);
  CHECK(strcmp(deployed.told, "-idle(2) +seen(1) ") == 0);
  CHECK(segue_engine_is_member(engine, text("ann"), 1, &member) == SEGUE_OK && member == 1);
  unsigned members = 0;
  CHECK(segue_engine_members(engine, 1, on_member, &members) == SEGUE_OK && members == 1);
  segue_engine_free(engine);
  segue_program_free(program);
}

/* Who is who: one user is joined into another, who is deleted. */
static void test_identity(void) {
  segue_program* program = compile();
  segue_engine_options options = {.size = sizeof options, .threads = 1, .lookups = 1};
  segue_engine* engine = NULL;
  CHECK(segue_engine_new(program, &options, &engine) == SEGUE_OK);
  char room[200];
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart)) == SEGUE_OK);
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "bob", kStart)) == SEGUE_OK);
  snprintf(room, sizeof room,
           "{\"type\":\"alias\",\"previousId\":\"ann\",\"userId\":\"bob\",\"timestamp\":%lld}",
           (long long)(kStart + kHour));
  CHECK(segue_engine_push(engine, text(room)) == SEGUE_OK);
  CHECK(segue_engine_advance(engine, kStart + kHour) == SEGUE_OK);
  segue_engine_stats stats = {0};
  stats.size = sizeof stats;
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK);
  CHECK(stats.merged == 1 && stats.deleted == 0 && stats.users == 1);
  double heat = 0;
  CHECK(segue_engine_score(engine, text("bob"), 0, &heat) == SEGUE_OK && heat == 6);
  CHECK(segue_engine_score(engine, text("ann"), 0, &heat) == SEGUE_OK && heat == 0);
  snprintf(room, sizeof room, "{\"type\":\"delete\",\"userId\":\"bob\",\"timestamp\":%lld}",
           (long long)(kStart + 2 * kHour));
  CHECK(segue_engine_push(engine, text(room)) == SEGUE_OK);
  CHECK(segue_engine_finish(engine) == SEGUE_OK);
  CHECK(segue_engine_advance(engine, kStart + 3 * kHour) == SEGUE_OK);
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK);
  CHECK(stats.merged == 1 && stats.deleted == 1 && stats.users == 0);
  CHECK(segue_engine_score(engine, text("bob"), 0, &heat) == SEGUE_OK && heat == 0);
  segue_engine_free(engine);
  segue_program_free(program);
}

/* What was pushed outlives an engine that was dropped without a word. */
static void test_kept_engine(const char* folder) {
  segue_program* program = compile();
  segue_engine_options options = {.size = sizeof options, .threads = 1, .lookups = 1};
  Seen seen = {0};
  segue_durable_options durable = {
      .size = sizeof durable, .sync = SEGUE_SYNC_ALWAYS, .on_change = on_change, .context = &seen};
  segue_recovery recovery = {0};
  segue_engine* engine = NULL;
  CHECK(segue_engine_open(program, &options, folder, &durable, &recovery, &engine) == SEGUE_MISUSE);
  recovery.size = sizeof recovery;
  segue_status opened = segue_engine_open(program, &options, folder, &durable, &recovery, &engine);
  if (opened == SEGUE_UNSUPPORTED) {
    segue_program_free(program);
    return;
  }
  CHECK(opened == SEGUE_OK && recovery.is_new == 1);
  segue_engine* second = NULL;
  CHECK(segue_engine_open(program, &options, folder, NULL, NULL, &second) == SEGUE_INVALID);
  CHECK(second == NULL);
  char room[200];
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart)) == SEGUE_OK);
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart + kHour)) == SEGUE_OK);
  CHECK(segue_engine_advance(engine, kStart + 2 * kHour) == SEGUE_OK);
  CHECK(segue_engine_flush_sink(engine, INT64_MAX) == SEGUE_OK);
  CHECK(seen.entered == 1);
  char id[25];
  memcpy(id, seen.id, sizeof id);
  segue_engine_free(engine);

  CHECK(segue_engine_open(program, &options, folder, &durable, &recovery, &engine) == SEGUE_OK);
  CHECK(recovery.is_new == 0 && recovery.users == 1 && recovery.events == 2);
  CHECK(segue_engine_flush_sink(engine, INT64_MAX) == SEGUE_OK);
  CHECK(seen.entered == 2 && strcmp(seen.id, id) == 0); /* the same change, given again */
  int member = 0;
  CHECK(segue_engine_is_member(engine, text("ann"), 0, &member) == SEGUE_OK && member == 1);
  CHECK(segue_engine_checkpoint(engine) == SEGUE_OK);
  segue_engine_free(engine);

  CHECK(segue_engine_open(program, &options, folder, &durable, &recovery, &engine) == SEGUE_OK);
  CHECK(recovery.events == 0 && recovery.users == 1 && seen.entered == 2);
  CHECK(segue_engine_is_member(engine, text("ann"), 0, &member) == SEGUE_OK && member == 1);
  segue_engine_stats stats = {.size = sizeof stats};
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK && stats.is_bounded == 0);
  segue_engine_free(engine);

  /* With a bound of memory; and what was built before there was one asks for none. */
  durable.memory_bytes = 1;
  CHECK(segue_engine_open(program, &options, folder, &durable, NULL, &second) == SEGUE_INVALID);
  CHECK(strstr(segue_message(), "bytes of memory") != NULL);
  durable.memory_bytes = 1 << 20;
  CHECK(segue_engine_open(program, &options, folder, &durable, &recovery, &engine) == SEGUE_OK);
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK && stats.is_bounded == 1);
  CHECK(stats.users == 1 && stats.resident_bytes == stats.state_bytes);
  segue_engine_free(engine);
  durable.size = offsetof(segue_durable_options, memory_bytes);
  CHECK(segue_engine_open(program, &options, folder, &durable, &recovery, &engine) == SEGUE_OK);
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK && stats.is_bounded == 0);
  segue_engine_free(engine);
  durable.size = sizeof durable;

  /* Opened with other rules, the folder goes over to them; and back by a call. */
  segue_program* other = compile_other();
  options.lookups = 1;
  CHECK(segue_engine_open(other, &options, folder, NULL, &recovery, &engine) == SEGUE_OK);
  CHECK(recovery.deployed == 1 && recovery.users == 1);
  segue_engine_free(engine);
  CHECK(segue_engine_open(other, &options, folder, NULL, &recovery, &engine) == SEGUE_OK);
  CHECK(recovery.deployed == 0);
  segue_program_free(other);
  CHECK(segue_engine_deploy(engine, program, NULL) == SEGUE_OK);
  segue_engine_free(engine);
  CHECK(segue_engine_open(program, &options, folder, NULL, &recovery, &engine) == SEGUE_OK);
  CHECK(recovery.deployed == 0);
  segue_engine_free(engine);
  options.lateness_ms = kHour;
  CHECK(segue_engine_open(program, &options, folder, NULL, NULL, &second) == SEGUE_INVALID);
  CHECK(segue_engine_open(program, &options, NULL, NULL, NULL, &second) == SEGUE_MISUSE);
  durable.sync = 3;
  CHECK(segue_engine_open(program, NULL, folder, &durable, NULL, &second) == SEGUE_INVALID);
  segue_program_free(program);
}

static int on_commit(void* context) { return ++*(int*)context <= 2; /* fails twice */ }

typedef struct Told {
  int commits; /* first: what `on_commit` is given */
  unsigned entered;
  segue_engine* engine;
  segue_status of_push, of_member;
} Told;

static void on_told(const segue_change* change, void* context) {
  Told* told = context;
  told->entered += change->entered;
  int member = 0;
  told->of_push = segue_engine_push(told->engine, text(""));
  told->of_member = segue_engine_is_member(told->engine, text("ann"), 0, &member);
  segue_engine_free(told->engine); /* does nothing: it would wait for itself */
}

/* A commit that fails has changes given again; the engine goes on, until too many wait. */
static void test_sink(const char* kept) {
  char folder[1000], room[200];
  snprintf(folder, sizeof folder, "%s/told", kept);
  char rejects[1020];
  snprintf(rejects, sizeof rejects, "%s.rejects", folder);
  segue_program* program = compile();
  segue_engine_options options = {.size = sizeof options, .lookups = 1};
  Told told = {0};
  segue_durable_options durable = {.size = sizeof durable,
                                   .sync = SEGUE_SYNC_NONE,
                                   .on_change = on_told,
                                   .context = &told,
                                   .sink_bytes_max = 1,
                                   .sink_patience_ms = INT64_MAX,
                                   .on_commit = on_commit,
                                   .rejects_path = rejects};
  segue_status opened = segue_engine_open(program, &options, folder, &durable, NULL, &told.engine);
  if (opened == SEGUE_UNSUPPORTED) {
    segue_program_free(program);
    return;
  }
  CHECK(opened == SEGUE_OK);
  segue_engine* engine = told.engine;
  CHECK(segue_engine_push(engine, text("no event\n")) == SEGUE_OK);
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart)) == SEGUE_OK);
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart + kHour)) == SEGUE_OK);
  CHECK(segue_engine_advance(engine, kStart + 2 * kHour) == SEGUE_OK);
  CHECK(segue_engine_flush_sink(engine, INT64_MAX) == SEGUE_UNREADABLE);
  CHECK(strstr(segue_message(), "`on_commit` gave 1") != NULL);
  segue_engine_stats stats = {.size = sizeof stats};
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK);
  if (stats.waiting_changes > 0) { /* it may have been tried again by now */
    CHECK(stats.waiting_changes == 1 && stats.waiting_bytes > 24);
  }
  while (segue_engine_flush_sink(engine, INT64_MAX) != SEGUE_OK) continue;
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart + kDay)) == SEGUE_OK);
  CHECK(told.entered == 3 && told.commits == 3);
  CHECK(told.of_push == SEGUE_MISUSE && told.of_member == SEGUE_OK);
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK && stats.waiting_changes == 0);
  stats.size = offsetof(segue_engine_stats, waiting_changes);
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK);
  CHECK(segue_engine_flush_sink(engine, -1) == SEGUE_INVALID);
  CHECK(segue_engine_checkpoint(engine) == SEGUE_OK);
  FILE* file = fopen(rejects, "r");
  CHECK(file != NULL && fgets(room, sizeof room, file) != NULL);
  CHECK(strcmp(room, "no event\n") == 0 && fgets(room, sizeof room, file) == NULL);
  fclose(file);
  segue_engine_free(engine);

  /* What was built before there was a bound is told before its calls return. */
  Seen seen = {0};
  snprintf(folder, sizeof folder, "%s/told before", kept);
  durable = (segue_durable_options){.size = offsetof(segue_durable_options, sink_bytes_max),
                                    .on_change = on_change,
                                    .context = &seen};
  CHECK(segue_engine_open(program, NULL, folder, &durable, NULL, &engine) == SEGUE_OK);
  const unsigned before = seen.entered;
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "bob", kStart + 2 * kDay)) ==
        SEGUE_OK);
  CHECK(segue_engine_push(engine, view_at(room, sizeof room, "bob", kStart + 2 * kDay + kHour)) ==
        SEGUE_OK);
  CHECK(segue_engine_advance(engine, kStart + 3 * kDay) == SEGUE_OK);
  CHECK(seen.entered == before + 1);
  segue_engine_free(engine);
  durable.size = sizeof durable;
  durable.sink_patience_ms = -1;
  CHECK(segue_engine_open(program, NULL, folder, &durable, NULL, &engine) == SEGUE_INVALID);
  segue_program_free(program);
}

static void count_ann(segue_text user, void* context) {
  CHECK(user.size == 3);
  ++*(unsigned*)context;
}

/* What begins anew with other rules is filled from the log that is kept. */
static void test_filled_engine(const char* kept) {
  char folder[1000], room[200];
  snprintf(folder, sizeof folder, "%s/filled", kept);
  segue_program* program = compile();
  segue_durable_options durable = {
      .size = sizeof durable, .sync = SEGUE_SYNC_NONE, .keep_log_ms = INT64_MAX};
  segue_engine* engine = NULL;
  segue_status opened = segue_engine_open(program, NULL, folder, &durable, NULL, &engine);
  segue_program_free(program);
  if (opened == SEGUE_UNSUPPORTED) return;
  CHECK(opened == SEGUE_OK);
  for (int i = 0; i < 3; ++i) {
    CHECK(segue_engine_push(engine, view_at(room, sizeof room, "ann", kStart + i)) == SEGUE_OK);
  }
  CHECK(segue_engine_finish(engine) == SEGUE_OK);
  program = NULL;
  CHECK(segue_program_compile_text("r.seg", text("event view\nsegment often = view >= 3\n"), NULL,
                                   &program) == SEGUE_OK);
  CHECK(segue_engine_deploy(engine, program, NULL) == SEGUE_OK);
  segue_program_free(program);
  unsigned members = 0;
  CHECK(segue_engine_members(engine, 0, count_ann, &members) == SEGUE_OK && members == 1);
  segue_engine_free(engine);
  durable.keep_log_ms = -1;
  program = compile();
  CHECK(segue_engine_open(program, NULL, folder, &durable, NULL, &engine) == SEGUE_INVALID);
  segue_program_free(program);
}

static void count_member(segue_text user, void* context) {
  CHECK(user.size == 6);
  ++*(unsigned*)context;
}

/* Most states lie in the folder; once they are damaged there nobody is told of. */
static void test_bounded_engine(const char* kept) {
  enum { kUsers = 20000 };
  char folder[1000];
  snprintf(folder, sizeof folder, "%s/bounded", kept);
  segue_program* program = compile();
  segue_durable_options durable = {
      .size = sizeof durable, .sync = SEGUE_SYNC_NONE, .memory_bytes = 1 << 20};
  segue_engine* engine = NULL;
  segue_status opened = segue_engine_open(program, NULL, folder, &durable, NULL, &engine);
  segue_program_free(program);
  if (opened == SEGUE_UNSUPPORTED) return;
  CHECK(opened == SEGUE_OK);
  for (int i = 0; i < kUsers; ++i) {
    char user[16], room[200];
    snprintf(user, sizeof user, "u%05d", i);
    CHECK(segue_engine_push(engine, view_at(room, sizeof room, user, kStart)) == SEGUE_OK);
  }
  CHECK(segue_engine_advance(engine, kStart + 8 * kDay) == SEGUE_OK);
  segue_engine_stats stats = {.size = sizeof stats};
  CHECK(segue_engine_count(engine, &stats) == SEGUE_OK && stats.cold_users > kUsers / 2);
  unsigned members = 0;
  CHECK(segue_engine_members(engine, 1, count_member, &members) == SEGUE_OK && members == kUsers);
  char damage[1200];
  snprintf(damage, sizeof damage,
           "for f in '%s'/cold/*.sst; do dd if=/dev/zero of=\"$f\" bs=64k iflag=count_bytes "
           "count=$(stat -c %%s \"$f\") conv=notrunc; done 2>/dev/null; true",
           folder);
  /* Files may be made anew meanwhile from what was read of them before: once that is over, none. */
  segue_status read = SEGUE_OK;
  for (int turn = 0; turn < 100 && read == SEGUE_OK; ++turn) {
    CHECK(system(damage) == 0);
    members = 0;
    read = segue_engine_members(engine, 1, count_member, &members);
  }
  CHECK(read == SEGUE_UNREADABLE && members == 0);
  segue_engine_free(engine);
}

static void test_state(void) {
  segue_program* program = compile();
  segue_state* state = NULL;
  CHECK(segue_state_new(program, &state) == SEGUE_OK);
  Seen seen = {0};
  char room[200];
  CHECK(segue_state_apply(state, view_at(room, sizeof room, "ann", kStart), on_change, &seen) ==
        SEGUE_OK);
  CHECK(segue_state_apply(state, view_at(room, sizeof room, "ann", kStart + kHour), on_change,
                          &seen) == SEGUE_OK);
  CHECK(seen.entered == 1);
  CHECK(segue_state_apply(state, view_at(room, sizeof room, "ann", kStart), NULL, NULL) ==
        SEGUE_TOO_LATE);
  CHECK(segue_state_apply(state, text("{}"), NULL, NULL) == SEGUE_INVALID);

  int member = 0;
  CHECK(segue_state_member(state, 0, &member) == SEGUE_OK && member == 1);
  CHECK(segue_state_member(state, 9, &member) == SEGUE_INVALID);
  double value = 0;
  CHECK(segue_state_score(state, 0, kStart + kHour, &value) == SEGUE_OK && value == 6);
  CHECK(segue_state_score(state, 1, kStart, &value) == SEGUE_INVALID);
  int64_t deadline = 0;
  CHECK(segue_state_deadline(state, &deadline) == SEGUE_OK);
  CHECK(deadline > kStart + kHour && deadline <= kStart + 2 * kDay);
  segue_state_summary summary = {.size = 0};
  CHECK(segue_state_explain(state, &summary) == SEGUE_MISUSE);
  summary.size = sizeof summary;
  CHECK(segue_state_explain(state, &summary) == SEGUE_OK && summary.known == 1);
  CHECK(summary.knows_since_ms == kStart && summary.settled_ms >= kStart && summary.bytes > 0);
  CHECK(summary.next_deadline_ms == deadline);

  const void* sealed = NULL;
  size_t size = 0;
  CHECK(segue_state_seal(state, &sealed, &size) == SEGUE_OK && size > 32);
  segue_state* again = NULL;
  CHECK(segue_state_open(program, sealed, size, &again) == SEGUE_OK);
  segue_state* torn = NULL;
  CHECK(segue_state_open(program, sealed, size - 1, &torn) == SEGUE_CORRUPT);
  segue_program* other = NULL;
  CHECK(segue_program_compile_text("r", text("event view\nsegment s = view >= 1\n"), NULL,
                                   &other) == SEGUE_OK);
  CHECK(segue_state_open(other, sealed, size, &torn) == SEGUE_INVALID);
  CHECK(torn == NULL);

  Seen later = {0};
  CHECK(segue_state_advance(again, text("ann"), kStart + 30 * kDay, on_change, &later) == SEGUE_OK);
  CHECK(later.entered == 1 && later.left == 1);
  CHECK(segue_state_advance(again, text("ann"), -1, NULL, NULL) == SEGUE_INVALID);
  segue_program_free(other);
  segue_state_free(again);
  segue_state_free(state);
  segue_program_free(program);
}

static void test_nulls(void) {
  segue_program* program = compile();
  segue_engine* engine = NULL;
  segue_state* state = NULL;
  segue_program* made = NULL;
  CHECK(segue_program_open(NULL, 3, &made) == SEGUE_MISUSE);
  CHECK(segue_program_open("", 0, NULL) == SEGUE_MISUSE);
  CHECK(segue_program_compile(NULL, 1, NULL, &made) == SEGUE_MISUSE);
  CHECK(segue_program_compile_text(NULL, text(""), NULL, &made) == SEGUE_MISUSE);
  segue_compile_options wrong = {3, NULL};
  CHECK(segue_program_compile_text("r", text(""), &wrong, &made) == SEGUE_MISUSE);
  CHECK(segue_program_identity(NULL) == 0 && segue_program_segments(NULL) == 0);
  CHECK(segue_program_image(NULL, NULL, NULL) == SEGUE_MISUSE);
  CHECK(segue_engine_new(NULL, NULL, &engine) == SEGUE_MISUSE);
  CHECK(segue_engine_new(program, NULL, NULL) == SEGUE_MISUSE);
  segue_engine_options threads = {.size = sizeof threads, .threads = 1000};
  CHECK(segue_engine_new(program, &threads, &engine) == SEGUE_INVALID);
  threads.size = 1;
  CHECK(segue_engine_new(program, &threads, &engine) == SEGUE_MISUSE);
  CHECK(strstr(segue_message(), "size") != NULL);
  CHECK(segue_engine_push(NULL, text("")) == SEGUE_MISUSE);
  CHECK(segue_engine_finish(NULL) == SEGUE_MISUSE);
  CHECK(segue_engine_advance(NULL, 0) == SEGUE_MISUSE);
  CHECK(segue_engine_on_change(NULL, NULL, NULL) == SEGUE_MISUSE);
  CHECK(segue_state_new(program, NULL) == SEGUE_MISUSE);
  CHECK(segue_state_new(NULL, &state) == SEGUE_MISUSE);
  CHECK(segue_state_open(program, NULL, 8, &state) == SEGUE_MISUSE);
  CHECK(segue_state_seal(NULL, NULL, NULL) == SEGUE_MISUSE);
  CHECK(segue_state_apply(NULL, text(""), NULL, NULL) == SEGUE_MISUSE);
  CHECK(engine == NULL && state == NULL && made == NULL);
  segue_engine_free(NULL);
  segue_state_free(NULL);
  segue_program_free(program);
}

static void test_freed(void) {
  if (!segue_checks_handles()) return;
  segue_program* program = compile();
  segue_state* state = NULL;
  CHECK(segue_state_new(program, &state) == SEGUE_OK);
  segue_state_free(state);
  int member = 0;
  CHECK(segue_state_member(state, 0, &member) == SEGUE_MISUSE);
  CHECK(strstr(segue_message(), "freed") != NULL);
  CHECK(segue_state_apply(state, text("{}"), NULL, NULL) == SEGUE_MISUSE);
  segue_state_free(state); /* found, and nothing happens */

  segue_engine_options options = {.size = sizeof options, .threads = 1, .lookups = 1};
  segue_engine* engine = NULL;
  CHECK(segue_engine_new(program, &options, &engine) == SEGUE_OK);
  segue_engine_free(engine);
  CHECK(segue_engine_push(engine, text("")) == SEGUE_MISUSE);
  CHECK(strstr(segue_message(), "freed") != NULL);
  CHECK(segue_engine_is_member(engine, text("ann"), 0, &member) == SEGUE_MISUSE);
  CHECK(segue_engine_deploy(engine, program, NULL) == SEGUE_MISUSE);
  segue_engine_free(engine);
  segue_program_free(program);
  CHECK(segue_program_segments(program) == 0);
  CHECK(segue_engine_new(program, NULL, &engine) == SEGUE_MISUSE);
  CHECK(segue_state_new(program, &state) == SEGUE_MISUSE);
  segue_program_free(program);
}

static void test_other_versions(void) {
  segue_program* program = compile();
  const void* bytes = NULL;
  size_t size = 0;
  CHECK(segue_program_image(program, &bytes, &size) == SEGUE_OK);
  unsigned char* changed = malloc(size);
  CHECK(changed != NULL);
  memcpy(changed, bytes, size);
  changed[4] = 99;
  segue_program* opened = NULL;
  CHECK(segue_program_open(changed, size, &opened) == SEGUE_UNSUPPORTED && opened == NULL);
  CHECK(strstr(segue_message(), "version 99") != NULL);
  free(changed);

  segue_state* state = NULL;
  CHECK(segue_state_new(program, &state) == SEGUE_OK);
  char room[200];
  CHECK(segue_state_apply(state, view_at(room, sizeof room, "ann", kStart), NULL, NULL) ==
        SEGUE_OK);
  CHECK(segue_state_seal(state, &bytes, &size) == SEGUE_OK);
  changed = malloc(size);
  CHECK(changed != NULL);
  memcpy(changed, bytes, size);
  changed[4] = 99;
  segue_state* again = NULL;
  CHECK(segue_state_open(program, changed, size, &again) == SEGUE_UNSUPPORTED && again == NULL);
  free(changed);

  segue_built_program built = {0};
  CHECK(segue_program_open_built(&built, &opened) == SEGUE_UNSUPPORTED);
  CHECK(segue_program_open_built(NULL, &opened) == SEGUE_MISUSE);
  CHECK(segue_program_open_built(&built, NULL) == SEGUE_MISUSE && opened == NULL);
  segue_state_free(state);
  segue_program_free(program);
}

/* Another thread, while a call of the first one is at work. */
typedef struct Other {
  segue_engine* engine;
  segue_state* state;
  segue_status of_push;
  segue_status of_lookup;
  segue_status of_state;
} Other;

static int call_from_thread(void* context) {
  Other* other = context;
  other->of_push = segue_engine_push(other->engine, text(""));
  int member = 0;
  other->of_lookup = segue_engine_is_member(other->engine, text("ann"), 0, &member);
  const void* bytes = NULL;
  size_t size = 0;
  other->of_state = segue_state_seal(other->state, &bytes, &size);
  return 0;
}

static void on_change_elsewhere(const segue_change* change, void* context) {
  (void)change;
  thrd_t thread;
  CHECK(thrd_create(&thread, call_from_thread, context) == thrd_success);
  CHECK(thrd_join(thread, NULL) == thrd_success);
}

static void test_threads(void) {
  segue_program* program = compile();
  segue_engine_options options = {.size = sizeof options, .threads = 1, .lookups = 1};
  Other other = {NULL, NULL, SEGUE_OK, SEGUE_OK, SEGUE_OK};
  CHECK(segue_engine_new(program, &options, &other.engine) == SEGUE_OK);
  CHECK(segue_state_new(program, &other.state) == SEGUE_OK);
  CHECK(segue_engine_on_change(other.engine, on_change_elsewhere, &other) == SEGUE_OK);
  char room[200];
  for (int i = 0; i < 2; ++i) {
    segue_text line = view_at(room, sizeof room, "ann", kStart + i * kHour);
    CHECK(segue_engine_push(other.engine, line) == SEGUE_OK);
  }
  CHECK(segue_engine_advance(other.engine, kStart + kHour) == SEGUE_OK);
  CHECK(other.of_push == SEGUE_MISUSE && other.of_lookup == SEGUE_OK);
  CHECK(other.of_state == SEGUE_OK); /* nobody was at it */
  for (int i = 0; i < 2; ++i) {
    segue_text line = view_at(room, sizeof room, "ann", kStart + i * kHour);
    CHECK(segue_state_apply(other.state, line, on_change_elsewhere, &other) == SEGUE_OK);
  }
  CHECK(other.of_state == SEGUE_MISUSE && other.of_push == SEGUE_OK);
  segue_engine_free(other.engine);
  segue_state_free(other.state);
  segue_program_free(program);
}

int main(int argc, char** argv) {
  CHECK(argc == 2); /* a folder that is not there yet */
  test_versions();
  test_programs();
  test_engine();
  test_inputs();
  test_deploy();
  test_identity();
  test_kept_engine(argv[1]);
  test_bounded_engine(argv[1]);
  test_filled_engine(argv[1]);
  test_sink(argv[1]);
  test_state();
  test_nulls();
  test_freed();
  test_other_versions();
  test_threads();
  printf("all calls behave; handles are %schecked\n", segue_checks_handles() ? "" : "not ");
  return 0;
}
