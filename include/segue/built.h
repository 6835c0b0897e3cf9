/* A program that `seg build` made ahead of time: what its object or shared library leads to. Made
 * and read by the library; a host names it and passes it on, to `segue_program_open_built` or
 * `segue::open_built`. */
#ifndef SEGUE_BUILT_H
#define SEGUE_BUILT_H

#include <stdint.h>

/* Rises with the structure. */
enum { SEGUE_BUILT_FORMAT = 1 };

typedef void (*segue_built_code)(void*);

typedef struct segue_built_program {
  uint32_t format;
  uint32_t kinds;
  uint32_t chunks;
  uint32_t reserved;
  const char* runtime; /* what the code was made for */
  const void* image;
  uint64_t image_bytes;
  const segue_built_code* kind_code;    /* `kinds` of them; null: interpreted */
  const segue_built_code* chunk_code;   /* `chunks` */
  const segue_built_code* instant_code; /* `kinds` */
  segue_built_code time_code;
} segue_built_program;

#endif /* SEGUE_BUILT_H */
