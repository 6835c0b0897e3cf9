/* embed_c RULES EVENTS: the same in C, by the calls of segue/c.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "segue/c.h"

static const int64_t kMonthMs = 30 * (int64_t)86400000;

static void on_change(const segue_change* change, void* context) {
  const segue_program* program = context;
  const segue_text segment = segue_program_segment_name(program, change->segment);
  const time_t seconds = (time_t)(change->at_ms / 1000);
  char at[32];
  strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", gmtime(&seconds));
  printf("%s.%03dZ %.*s %s %.*s\n", at, (int)(change->at_ms % 1000), (int)change->user.size,
         change->user.data, change->entered ? "enters" : "leaves", (int)segment.size, segment.data);
}

static int failed(const char* what) {
  fprintf(stderr, "%s: %s\n", what, segue_message());
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const char* paths[] = {argv[1]};
  segue_program* program = NULL;
  if (segue_program_compile(paths, 1, NULL, &program) != SEGUE_OK) return failed("rules");

  segue_engine* engine = NULL;
  segue_engine_options options = {.size = sizeof options, .threads = 2};
  if (segue_engine_new(program, &options, &engine) != SEGUE_OK) return failed("engine");
  segue_engine_on_change(engine, on_change, program);

  FILE* events = fopen(argv[2], "r");
  if (events == NULL) return 2;
  char line[4096];
  while (fgets(line, sizeof line, events) != NULL) {
    const segue_text text = {line, strlen(line)};
    if (segue_engine_push(engine, text) != SEGUE_OK) return failed("events");
  }
  fclose(events);
  /* 2025-06-03T12:00Z, the last event, and a month in which nothing happens. */
  if (segue_engine_advance(engine, 1748952000000 + kMonthMs) != SEGUE_OK) return failed("time");
  segue_engine_free(engine);
  segue_program_free(program);
  return 0;
}
