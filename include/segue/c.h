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

#include "segue/built.h"
#include "segue/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rises when a call or a structure of this header changes so that what was built against the one
 * before no longer works. */
enum { SEGUE_ABI_VERSION = 1 };

/* Of the library that is linked. Any thread. */
SEGUE_API uint32_t segue_abi_version(void);
/* `0.1.0`. Static. */
SEGUE_API const char* segue_version(void);
/* 1 if freed handles are told from live ones, which takes a lock a call; else 0. */
SEGUE_API int segue_checks_handles(void);

typedef enum segue_status {
  SEGUE_OK = 0,
  SEGUE_UNREADABLE = 1,  /* a file is missing, or is not what its name says */
  SEGUE_CORRUPT = 2,     /* bytes that fail a checksum or a structural check */
  SEGUE_UNSUPPORTED = 3, /* a form or a version that this build does not know */
  SEGUE_TOO_LARGE = 4,   /* a named limit is passed */
  SEGUE_TOO_LATE = 5,    /* input dated before what is already settled */
  SEGUE_INVALID = 6,     /* an argument outside of what the call takes */
  SEGUE_WRONG_RULES = 7, /* the message is what the compiler says of them */
  SEGUE_MISUSE = 8       /* see above */
} segue_status;

/* What the calling thread's last call that failed said; empty before any. Lives until this thread's
 * next call that fails. */
SEGUE_API const char* segue_message(void);

typedef struct segue_text {
  const char* data;
  size_t size;
} segue_text;

/* ---- programs -------------------------------------------------------------------------------- */

/* Compiled rules. Immutable; any thread. Engines and states keep what they need of it. */
typedef struct segue_program segue_program;

typedef struct segue_compile_options {
  size_t size;
  const char* zone; /* IANA name, of rules that name none; NULL: UTC */
} segue_compile_options;

/* Compiles the rule files and folders `paths` together. `options` may be NULL. In the library with
 * the compiler; the runtime's has `segue_program_open` alone. */
SEGUE_API segue_status segue_program_compile(const char* const* paths, size_t count,
                                             const segue_compile_options* options,
                                             segue_program** program);

/* The same of a text; `name` is what messages call it. */
SEGUE_API segue_status segue_program_compile_text(const char* name, segue_text rules,
                                                  const segue_compile_options* options,
                                                  segue_program** program);

/* From the bytes of an image, which are copied and may be hostile. */
SEGUE_API segue_status segue_program_open(const void* image, size_t size, segue_program** program);

/* From one that `seg build` made, which must outlive the program and all that is made of it: its
 * native code is what runs. SEGUE_UNSUPPORTED if it was built for another version. */
SEGUE_API segue_status segue_program_open_built(const segue_built_program* built,
                                                segue_program** program);

SEGUE_API void segue_program_free(segue_program* program);

/* The program's image; it lives as long as the program. */
SEGUE_API segue_status segue_program_image(const segue_program* program, const void** image,
                                           size_t* size);

/* Tells any two images apart: states of one are not taken by another. 0 of NULL. */
SEGUE_API uint64_t segue_program_identity(const segue_program* program);

/* How many there are, and their names in order of declaration, which live as long as the program.
 * 0 and an empty text of NULL and beyond the end. */
SEGUE_API uint32_t segue_program_segments(const segue_program* program);
SEGUE_API uint32_t segue_program_scores(const segue_program* program);
SEGUE_API segue_text segue_program_segment_name(const segue_program* program, uint32_t segment);
SEGUE_API segue_text segue_program_score_name(const segue_program* program, uint32_t score);

/* ---- changes --------------------------------------------------------------------------------- */

typedef enum segue_cause {
  SEGUE_CAUSE_EVENT = 0,
  SEGUE_CAUSE_TIME = 1,
  SEGUE_CAUSE_TRAIT = 2,
  SEGUE_CAUSE_MERGE = 3,
  SEGUE_CAUSE_DELETE = 4,
  SEGUE_CAUSE_DEPLOY = 5
} segue_cause;

/* A user's entry into a segment or exit from it. Lives as long as the call that gives it. */
typedef struct segue_change {
  size_t size;
  int64_t at_ms;
  segue_text user;
  uint32_t segment;
  uint32_t entered; /* 1, or 0: left */
  uint32_t cause;   /* segue_cause */
  segue_text event; /* of SEGUE_CAUSE_EVENT: its name on the wire */
  segue_text id;    /* 24 hex digits: the same whenever the same change is found again */
} segue_change;

typedef void (*segue_change_callback)(const segue_change* change, void* context);

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
} segue_engine_options;

/* An engine without users. `options` may be NULL. */
SEGUE_API segue_status segue_engine_new(const segue_program* program,
                                        const segue_engine_options* options, segue_engine** engine);

typedef enum segue_sync {
  SEGUE_SYNC_EVERY = 0,  /* at most `sync_every_ms` after the call that gave it returned */
  SEGUE_SYNC_ALWAYS = 1, /* before that call returns */
  SEGUE_SYNC_NONE = 2    /* when the system likes */
} segue_sync;

typedef struct segue_durable_options {
  size_t size;
  uint32_t sync;          /* segue_sync: when input outlives the machine, not the process alone */
  uint32_t sync_every_ms; /* 0: 10 */
  uint64_t checkpoint_bytes;       /* of input between two checkpoints; 0: 256 MiB */
  segue_change_callback on_change; /* NULL: nobody. Each change at least once, with its id */
  void* context;
} segue_durable_options;

/* What was found in the folder. */
typedef struct segue_recovery {
  size_t size;
  uint32_t is_new;
  uint32_t reserved;
  uint64_t users;
  uint64_t events;    /* of logged input, applied again */
  uint64_t cut_bytes; /* of a log that ended in a record cut short */
} segue_recovery;

/* The engine that `folder` keeps on a local disk, as it was when its process ended, or one without
 * users. Input is in a log there before it is applied: after a call that fails for the disk's sake
 * nothing of it is, and it may be made again. `options`, `durable` and `recovery` may be NULL.
 * Changes since the last checkpoint are given again, within this call. SEGUE_INVALID if another
 * process has the folder or it is of other rules or options, SEGUE_UNSUPPORTED in a build without
 * RocksDB. */
SEGUE_API segue_status segue_engine_open(const segue_program* program,
                                         const segue_engine_options* options, const char* folder,
                                         const segue_durable_options* durable,
                                         segue_recovery* recovery, segue_engine** engine);

/* A checkpoint now, on the disk when it returns. Of an engine without a folder: nothing. */
SEGUE_API segue_status segue_engine_checkpoint(segue_engine* engine);

/* Waits for no one: no other call of the engine may be at work. */
SEGUE_API void segue_engine_free(segue_engine* engine);

/* Gives changes to `callback` from here on, from the threads that call the engine, in order of
 * instant, user and segment's name. NULL: to nobody. The engine may not be called out of it. */
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
} segue_engine_stats;

/* `stats->size` is set by the caller. */
SEGUE_API segue_status segue_engine_count(const segue_engine* engine, segue_engine_stats* stats);

typedef void (*segue_member_callback)(segue_text user, void* context);

/* Gives each member of the segment, sorted by bytes, as of the newest event; after `finish`. */
SEGUE_API segue_status segue_engine_members(const segue_engine* engine, uint32_t segment,
                                            segue_member_callback callback, void* context);

/* Lookups, of an engine made with `lookups` (else SEGUE_INVALID): any thread, beside any other call
 * but `segue_engine_free`, without a lock. As of the changes given so far; those of a user's
 * instant are seen together. A user that is not known is in nothing. */
SEGUE_API segue_status segue_engine_is_member(const segue_engine* engine, segue_text user,
                                              uint32_t segment, int* member);

/* Fills `segments`, ascending, up to `room` of them; `count` is how many there are. */
SEGUE_API segue_status segue_engine_segments_of(const segue_engine* engine, segue_text user,
                                                uint32_t* segments, size_t room, size_t* count);
SEGUE_API segue_status segue_engine_member_count(const segue_engine* engine, uint32_t segment,
                                                 uint64_t* count);

/* ---- states: the host keeps them
 * ----------------------------------------------------------------- */

/* All that a program knows of one user. */
typedef struct segue_state segue_state;

/* Of a user of whom nothing is known. */
SEGUE_API segue_status segue_state_new(const segue_program* program, segue_state** state);

/* From sealed bytes, which are copied and may be hostile: SEGUE_INVALID of another program,
 * SEGUE_CORRUPT of torn or damaged ones. No bytes: as `segue_state_new`. */
SEGUE_API segue_status segue_state_open(const segue_program* program, const void* bytes,
                                        size_t size, segue_state** state);

SEGUE_API void segue_state_free(segue_state* state);

/* The state as bytes to keep, none of a user of whom nothing is known. They live until the next
 * call that takes the state. */
SEGUE_API segue_status segue_state_seal(segue_state* state, const void** bytes, size_t* size);

/* Applies the events of one instant of one user, JSON lines, and settles that instant. `callback`
 * may be NULL; it is given changes in order, and may not call the state. SEGUE_INVALID if a line is
 * no event, of several users and of several instants, SEGUE_TOO_LATE before the last instant
 * settled: then nothing is changed. */
SEGUE_API segue_status segue_state_apply(segue_state* state, segue_text lines,
                                         segue_change_callback callback, void* context);

/* Lets time pass for the user whose state it is: settles every deadline up to and at it. */
SEGUE_API segue_status segue_state_advance(segue_state* state, segue_text user, int64_t through_ms,
                                           segue_change_callback callback, void* context);

/* When `segue_state_advance` has something to do next; INT64_MAX: never, if nothing happens. May be
 * early, is never late. */
SEGUE_API segue_status segue_state_deadline(const segue_state* state, int64_t* at_ms);

/* As of the last instant settled: 1 or 0. */
SEGUE_API segue_status segue_state_member(const segue_state* state, uint32_t segment, int* member);

/* As of `at_ms`, or of the last instant settled if that is later. Points with a half-life alone
 * differ. */
SEGUE_API segue_status segue_state_score(const segue_state* state, uint32_t score, int64_t at_ms,
                                         double* value);

#ifdef __cplusplus
}
#endif

#endif /* SEGUE_C_H */
