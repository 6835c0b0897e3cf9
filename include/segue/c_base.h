/* What all of the C API shares: versions, statuses, texts, programs, changes. Part of `segue/c.h`,
 * which says what holds for all of it. */
#ifndef SEGUE_C_BASE_H
#define SEGUE_C_BASE_H

#include <stddef.h>
#include <stdint.h>

#include "segue/built.h"
#include "segue/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rises when a call or a structure of these headers changes so that what was built against the one
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
  segue_text segment_name;
} segue_change;

typedef void (*segue_change_callback)(const segue_change* change, void* context);

#ifdef __cplusplus
}
#endif

#endif /* SEGUE_C_BASE_H */
