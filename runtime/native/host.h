#pragma once

#include <cstdint>

#include "runtime/base/value.h"
#include "runtime/interp/frame.h"

/// What generated code calls of the host, by symbol. bodies.cc sees these declarations too, so the
/// types of the calls are the types here.
///
/// Seen from outside of the library: a shared library that `seg build` made finds them where it is
/// loaded.
#pragma GCC visibility push(default)
namespace segue {
extern "C" {

// Ops without operands (reads of cells), by the type of what they leave. Deadlines are noted in the
// frame. `words` are the two of a sum or a scalar.
bool segue_run_truth(Frame* frame, uint32_t op, uint32_t a, uint32_t b);
double segue_run_number(Frame* frame, uint32_t op, uint32_t a, uint32_t b);
int64_t segue_run_time(Frame* frame, uint32_t op, uint32_t a, uint32_t b);
void segue_run_words(Frame* frame, uint32_t op, uint32_t a, uint32_t b, uint64_t* words);

// Ops with operands. An op of one value looks at `left` alone.
bool segue_test_values(Frame* frame, uint32_t op, uint32_t a, uint32_t b, const Value* left,
                       const Value* right);
bool segue_test_words(Frame* frame, uint32_t op, uint32_t a, uint64_t low, uint64_t high);
int64_t segue_time_of_value(Frame* frame, uint32_t op, uint32_t a, const Value* value);
double segue_number_of_words(Frame* frame, uint32_t op, uint64_t low, uint64_t high);
bool segue_truth_of_time(Frame* frame, uint32_t op, uint32_t a, uint32_t b, int64_t time);
double segue_number_of_time(Frame* frame, uint32_t op, uint32_t a, uint32_t b, int64_t time);
int64_t segue_time_of_time(Frame* frame, uint32_t op, uint32_t a, uint32_t b, int64_t time);
double segue_number_of_number(Frame* frame, uint32_t op, uint32_t a, uint32_t b, double number);
double segue_number_of_value(Frame* frame, uint32_t op, uint32_t a, const Value* value);
const Value* segue_value_of_value(Frame* frame, uint32_t op, const Value* value);
const Value* segue_value_of_number(Frame* frame, uint32_t op, double number);
const Value* segue_value_of_truth(Frame* frame, uint32_t op, uint32_t truth);
void segue_words_of_value(Frame* frame, uint32_t op, uint32_t a, const Value* value,
                          uint64_t* words);

// The same without the interpreter's stack, for what filters do most.
void segue_scalar_of(const Value* value, uint64_t* words);
void segue_sum_of(const Value* value, uint64_t* words);
bool segue_equal_text(Frame* frame, const Value* value, uint32_t text, bool ignoring_case);
bool segue_in_set(Frame* frame, const Value* value, uint32_t set, bool ignoring_case);
bool segue_contains(const Value* text, const Value* part, bool ignoring_case);
bool segue_starts_with(const Value* text, const Value* part, bool ignoring_case);
bool segue_ends_with(const Value* text, const Value* part, bool ignoring_case);

/// Part of the fingerprint of a text, 0 of anything else: equal texts have equal keys.
uint64_t segue_text_key(const Value* value);

const Value* segue_text(Frame* frame, uint32_t text);
void segue_event_name(Frame* frame, Value* name);

/// Evaluates the tests of a constant table (runtime/interp/bands.h).
void segue_run_band(Frame* frame, uint32_t band);

// Occurrences: a cell that grows or is too large to move in place, with its value; a hit for the
// sequences of a stream. The blob may move.
void segue_push(Frame* frame, uint32_t cell);
void segue_push_scalar(Frame* frame, uint32_t cell, uint64_t low, uint64_t high);
void segue_push_sum(Frame* frame, uint32_t cell, uint64_t low, int64_t high);
void segue_hit(Frame* frame, uint32_t stream);
void segue_feed_unions(Frame* frame, uint32_t stream);
void segue_feed_changes(Frame* frame);

/// Before a whole instant that notes hits or feeds unions: the frame knows of none yet.
void segue_begin_hits(Frame* frame);

// The sequences of an instant: all that were hit and, if a deadline is due, all that wait; or one
// plain one (see `advance_plain`). The blob may move.
void segue_advance_sequences(Frame* frame, bool due);
void segue_advance_sequence(Frame* frame, uint32_t sequence, uint64_t runs, uint64_t clean);

}  // extern "C"
}  // namespace segue
#pragma GCC visibility pop
