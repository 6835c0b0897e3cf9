/* Segue for C, and for all that calls C.
 *
 * Handles are opaque. What a call makes, its `…_free` gives back; freeing NULL does nothing. Calls
 * that can fail return a `segue_status`, and leave what they were to fill as it was; the message is
 * `segue_message()` of the same thread. Nothing throws, nothing prints, nothing ends the process.
 *
 * Texts are UTF-8 with a length, and need no zero behind them. Instants are milliseconds since
 * 1970-01-01T00:00:00Z. A structure begins with its own size, which the caller sets to
 * `sizeof`: so a later library knows which members there are.
 *
 * Threads: a program is shared freely. An engine and a state take one call at a time, from any
 * thread; what overlaps, or comes out of a callback of the same engine, is `SEGUE_MISUSE`, but for
 * the calls said to be for any thread. A null handle, a wrong size of a structure, and in a build
 * with checks (`segue_checks_handles`) a handle that was freed, are `SEGUE_MISUSE` too.
 */
#ifndef SEGUE_C_H
#define SEGUE_C_H

#include <stddef.h>
#include <stdint.h>

#include "segue/c_base.h"
#include "segue/c_state.h"
#include "segue/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- engines: the library keeps users and timers ------------------------------------------------
 */

typedef struct segue_engine segue_engine;

typedef struct segue_engine_options {
  size_t size;
  uint32_t threads;     /* 1 to 256; 0: 1 */
  uint32_t interpreted; /* 1: no native code is made */
  int64_t lateness_ms;  /* how far behind the newest event one may be dated and still count */
  uint32_t lookups;     /* 1: keeps who is in what for the calls that any thread may make */
  uint32_t reserved;    /* 0 */
  /* An event whose user and messageId were seen within so long before it is dropped; 0: none is. */
  int64_t dedupe_ms;
  /* What is dated after the instant that it gives, in ms, is left out as of the future; asked for
   * with each call that takes input. NULL: nothing is. The library reads no clock. */
  int64_t (*newest_allowed)(void* context);
  void* context; /* of `newest_allowed` */
} segue_engine_options;

/* An engine without users. `options` may be NULL. */
SEGUE_API segue_status segue_engine_new(const segue_program* program,
                                        const segue_engine_options* options, segue_engine** engine);

typedef enum segue_sync {
  SEGUE_SYNC_EVERY = 0,  /* at most `sync_every_ms` after the call that gave it returned */
  SEGUE_SYNC_ALWAYS = 1, /* before that call returns */
  SEGUE_SYNC_NONE = 2    /* when the system likes */
} segue_sync;

/* All changes that were given so far are to be kept whatever happens. 0: they are; else all since
 * the last time that they were are given again, 100 ms later, then later and later. */
typedef int (*segue_commit_callback)(void* context);

typedef struct segue_durable_options {
  size_t size;
  uint32_t sync;          /* segue_sync: when input outlives the machine, not the process alone */
  uint32_t sync_every_ms; /* 0: 10 */
  uint64_t checkpoint_bytes; /* of input between two checkpoints; 0: 64 MiB */
  /* NULL: nobody. Each change at least once, with its id, from a thread of the engine's own, so
   * that one who stalls holds back nobody until `sink_bytes_max` wait. A caller built before there
   * was such a bound has all that its calls make before they return. */
  segue_change_callback on_change;
  void* context;
  /* For users' states; others lie in the folder and come back when they are needed, see
   * `memory_bytes` in segue/durable.h. 0: all are in memory. From 1 MiB on, else SEGUE_INVALID. */
  uint64_t memory_bytes;
  /* The log is kept so far behind the newest event, for deploys to fill what begins anew from, see
   * `keep_log` in segue/durable.h. 0: it is not; INT64_MAX: all of it. */
  int64_t keep_log_ms;
  /* Of changes that wait for `on_change` and `on_commit`; 0: 64 MiB. Where so much waits, a call
   * that could make more waits too: it fails with SEGUE_UNREADABLE, and nothing of it is applied,
   * when the last commit failed or nothing was taken for `sink_patience_ms`. */
  uint64_t sink_bytes_max;
  int64_t sink_patience_ms;        /* 0: 30,000; INT64_MAX: without end */
  segue_commit_callback on_commit; /* with `on_change`, of its thread and context; NULL: each change
                                      counts when it was given */
  const char* rejects_path; /* lines that do not count go there, each once, see segue/durable.h;
                               NULL: nowhere */
} segue_durable_options;

/* What was found in the folder. */
typedef struct segue_recovery {
  size_t size;
  uint32_t is_new;
  uint32_t deployed; /* 1: the folder was of another program, which this one took the place of */
  uint64_t users;
  uint64_t events;    /* of logged input, applied again */
  uint64_t cut_bytes; /* of a log that ended in a record cut short */
} segue_recovery;

/* The engine that `folder` keeps on a local disk, as it was when its process ended, or one without
 * users. Input is in a log there before it is applied: after a call that fails for the disk's sake
 * nothing of it is, and it may be made again. `options`, `durable` and `recovery` may be NULL.
 * Changes since the last checkpoint, and those that it holds since they were not committed, are
 * given again. A folder of another program goes over to this one, as by `segue_engine_deploy`.
 * SEGUE_INVALID if another process has the folder or it is of other options, SEGUE_UNSUPPORTED in a
 * build without RocksDB.
 */
SEGUE_API segue_status segue_engine_open(const segue_program* program,
                                         const segue_engine_options* options, const char* folder,
                                         const segue_durable_options* durable,
                                         segue_recovery* recovery, segue_engine** engine);

/* A checkpoint now, on the disk when it returns. Of an engine without a folder: nothing. */
SEGUE_API segue_status segue_engine_checkpoint(segue_engine* engine);

/* Waits until all changes made so far are given and committed, `longest_ms` at most (INT64_MAX:
 * without end). SEGUE_UNREADABLE if a commit fails meanwhile or it takes longer; they wait on, and
 * are tried again. Of an engine without a folder or `on_change`: nothing. */
SEGUE_API segue_status segue_engine_flush_sink(segue_engine* engine, int64_t longest_ms);

typedef struct segue_deploy_options {
  size_t size;
  uint32_t history_starts_now; /* 1: what looks at all of history takes it to begin now, where it is
                                  not known; 0: it lets nobody in or out who was known before */
  uint32_t reserved;           /* 0 */
} segue_deploy_options;

/* Another program takes the place of the one at work, between two calls. Conditions that mean the
 * same keep what they know of users; users are carried over when an event touches them, and some
 * with every later call. Until all are, changes are held back, so that they come in order; those
 * that come of the deploy have the cause SEGUE_CAUSE_DEPLOY, and of a segment that is gone a number
 * behind those of the new program. `options` may be NULL.
 *
 * The engine keeps what it needs of `program`, which may be freed. One call at a time, as for the
 * others; the program is shared freely. After an error the old program works on: SEGUE_UNREADABLE
 * if the engine's folder cannot be written, and then it may be tried again. Cost: the rules of both
 * and the events that wait, not the users. */
SEGUE_API segue_status segue_engine_deploy(segue_engine* engine, const segue_program* program,
                                           const segue_deploy_options* options);

/* 1 while users are carried over or changes held back, which is so again when segments have waited
 * long enough after a deploy and it is told who is in them now; else 0. */
SEGUE_API segue_status segue_engine_is_deploying(const segue_engine* engine, int* deploying);

/* No other call of the engine may be at work. Of one with a folder: waits for its `on_change` to
 * take what waits, if it does at the first try. */
SEGUE_API void segue_engine_free(segue_engine* engine);

/* Gives changes to `callback` from here on, from the threads that call the engine (of one with a
 * folder beside its own `on_change`), in order of instant, user and segment's name. NULL: to
 * nobody. The engine may not be called out of it. */
SEGUE_API segue_status segue_engine_on_change(segue_engine* engine, segue_change_callback callback,
                                              void* context);

/* Takes JSON lines in the shapes of the Segment specification. What is no event is counted. */
SEGUE_API segue_status segue_engine_push(segue_engine* engine, segue_text lines);

/* Lets the clock run: all up to and at `through_ms` is settled, later input dated so is late. */
SEGUE_API segue_status segue_engine_advance(segue_engine* engine, int64_t through_ms);

/* Ends the input and settles its last instant. */
SEGUE_API segue_status segue_engine_finish(segue_engine* engine);

typedef struct segue_engine_stats {
  size_t size;
  uint64_t events; /* that counted */
  uint64_t duplicates;
  uint64_t late;
  uint64_t rejected; /* lines that are no events, and late ones */
  uint64_t changes;
  uint64_t users;
  uint64_t state_bytes;
  uint64_t merged;   /* users that aliases joined into others */
  uint64_t deleted;  /* users that were */
  uint64_t capped;   /* occurrences that conditions gave up at a cap */
  int64_t newest_ms; /* the newest event that counted; INT64_MIN: none */
  /* Of an engine that keeps some states out of memory; else 0. */
  uint64_t is_bounded;
  uint64_t hits;
  uint64_t misses;
  uint64_t evicted;
  uint64_t cold_users;
  uint64_t resident_bytes;
  /* Of one with a folder: changes that its `on_change` has not taken, or not committed. */
  uint64_t waiting_changes;
  uint64_t waiting_bytes;
} segue_engine_stats;

/* `stats->size` is set by the caller: what a caller built before does not know is left out. */
SEGUE_API segue_status segue_engine_count(const segue_engine* engine, segue_engine_stats* stats);

typedef void (*segue_reject_callback)(segue_text kind, uint64_t count, void* context);

/* Gives how many lines were left out, by kind, the most frequent first: `late` those that came too
 * late, `future` those of the future, and what is no event. */
SEGUE_API segue_status segue_engine_rejects(const segue_engine* engine,
                                            segue_reject_callback callback, void* context);

typedef void (*segue_warming_callback)(segue_text segment, int64_t until_ms, void* context);

/* Gives each segment that reads what a deploy made anew, in order of the program: who was known
 * before the deploy neither enters nor leaves it until `until_ms`; INT64_MAX: at no instant. */
SEGUE_API segue_status segue_engine_warming(const segue_engine* engine,
                                            segue_warming_callback callback, void* context);

typedef void (*segue_member_callback)(segue_text user, void* context);

/* Gives each member of the segment, sorted by bytes, as of the newest event; after `finish`.
 * SEGUE_UNREADABLE if a state that lies in the folder cannot be read back. */
SEGUE_API segue_status segue_engine_members(const segue_engine* engine, uint32_t segment,
                                            segue_member_callback callback, void* context);

/* Lookups, of an engine made with `lookups` (else SEGUE_INVALID): any thread, beside any other call
 * but `segue_engine_free`, without a lock. A user's segments and scores are as of one of its
 * settled instants, never behind the changes given out; what moves with time alone is as of the
 * last instant that a call settled before it returned. A user that is not known is in nothing, and
 * its scores are 0. From a deploy on all numbers are those of the new program; of a user who is not
 * carried over yet the answers are as of the deploy, of segments and scores of the same names. */
SEGUE_API segue_status segue_engine_is_member(const segue_engine* engine, segue_text user,
                                              uint32_t segment, int* member);

/* Fills `segments`, ascending, up to `room` of them; `count` is how many there are. */
SEGUE_API segue_status segue_engine_segments_of(const segue_engine* engine, segue_text user,
                                                uint32_t* segments, size_t room, size_t* count);
SEGUE_API segue_status segue_engine_score(const segue_engine* engine, segue_text user,
                                          uint32_t score, double* value);

/* All of one user as of one instant, `at_ms`: `segments` as above, and its scores, up to
 * `score_room` of them. `scores` and `at_ms` may be NULL. */
SEGUE_API segue_status segue_engine_look_up(const segue_engine* engine, segue_text user,
                                            uint32_t* segments, size_t room, size_t* count,
                                            double* scores, size_t score_room, int64_t* at_ms);

/* Gives each member, in no order, each as of its own newest instant: of who enters or leaves
 * meanwhile, either. The engine may be called out of it by its lookups alone. SEGUE_INVALID if a
 * deploy was begun meanwhile: then some may not have been given. */
SEGUE_API segue_status segue_engine_each_member(const segue_engine* engine, uint32_t segment,
                                                segue_member_callback callback, void* context);

/* Whose numbers those of lookups are: the identity of the program that was deployed last. If it is
 * the same before and after other lookups, they were of it too. */
SEGUE_API segue_status segue_engine_lookups_of(const segue_engine* engine, uint64_t* program);
SEGUE_API segue_status segue_engine_member_count(const segue_engine* engine, uint32_t segment,
                                                 uint64_t* count);

#ifdef __cplusplus
}
#endif

#endif /* SEGUE_C_H */
