/* States of single users, which the host keeps. See c.h, which includes this. */
#ifndef SEGUE_C_STATE_H
#define SEGUE_C_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "segue/c_base.h"
#include "segue/export.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/* What a state can tell of itself; its segments and scores are told by the calls above. */
typedef struct segue_state_summary {
  size_t size;
  uint32_t known;           /* 0: of nobody, and the rest is not set */
  uint32_t reserved;        /* 0 */
  int64_t knows_since_ms;   /* the first instant that it has taken in */
  int64_t settled_ms;       /* the last one, to which the rest refers */
  int64_t next_deadline_ms; /* INT64_MAX: never, if nothing happens */
  uint64_t bytes;           /* of the state; sealed, 32 more */
} segue_state_summary;

SEGUE_API segue_status segue_state_explain(const segue_state* state, segue_state_summary* summary);

#ifdef __cplusplus
}
#endif

#endif /* SEGUE_C_STATE_H */
