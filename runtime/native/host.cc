#include "runtime/native/host.h"

#include <new>

#include "runtime/cells/cell.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/eval.h"
#include "runtime/interp/feed.h"
#include "runtime/interp/prepared.h"
#include "runtime/interp/sequences.h"
#include "runtime/interp/value_tests.h"

namespace segue {
namespace {

using interp::Entry;

Entry run(Frame* frame, uint32_t op, uint32_t a, uint32_t b, std::span<const Entry> operands = {}) {
  return interp::run_op(*frame, {.op = static_cast<image::Op>(op), .a = a, .b = b}, operands);
}

Entry run_on(Frame* frame, uint32_t op, uint32_t a, uint32_t b, Entry operand) {
  const Entry operands[] = {operand};
  return run(frame, op, a, b, operands);
}

void put(uint64_t* words, Entry entry) {
  words[0] = entry.lo;
  words[1] = entry.hi;
}

void push(Frame* frame, uint32_t cell, const cells::Occurrence& occurrence) {
  interp::feed_cell(*frame, cell, occurrence);
}

}  // namespace

extern "C" {

bool segue_run_truth(Frame* frame, uint32_t op, uint32_t a, uint32_t b) {
  return run(frame, op, a, b).truth();
}

double segue_run_number(Frame* frame, uint32_t op, uint32_t a, uint32_t b) {
  return run(frame, op, a, b).number();
}

int64_t segue_run_time(Frame* frame, uint32_t op, uint32_t a, uint32_t b) {
  return run(frame, op, a, b).time_ms();
}

void segue_run_words(Frame* frame, uint32_t op, uint32_t a, uint32_t b, uint64_t* words) {
  put(words, run(frame, op, a, b));
}

bool segue_test_values(Frame* frame, uint32_t op, uint32_t a, uint32_t b, const Value* left,
                       const Value* right) {
  const Entry operands[] = {Entry::of(left), Entry::of(right)};
  const auto pops = static_cast<size_t>(image::op_info(static_cast<image::Op>(op)).pops);
  return run(frame, op, a, b, {operands, pops}).truth();
}

bool segue_test_words(Frame* frame, uint32_t op, uint32_t a, uint64_t low, uint64_t high) {
  const Entry operands[] = {{low, high}};
  return run(frame, op, a, 0, operands).truth();
}

int64_t segue_time_of_value(Frame* frame, uint32_t op, uint32_t a, const Value* value) {
  const Entry operands[] = {Entry::of(value)};
  return run(frame, op, a, 0, operands).time_ms();
}

bool segue_truth_of_time(Frame* frame, uint32_t op, uint32_t a, uint32_t b, int64_t time) {
  return run_on(frame, op, a, b, Entry::of(time)).truth();
}

double segue_number_of_time(Frame* frame, uint32_t op, uint32_t a, uint32_t b, int64_t time) {
  return run_on(frame, op, a, b, Entry::of(time)).number();
}

int64_t segue_time_of_time(Frame* frame, uint32_t op, uint32_t a, uint32_t b, int64_t time) {
  return run_on(frame, op, a, b, Entry::of(time)).time_ms();
}

double segue_number_of_number(Frame* frame, uint32_t op, uint32_t a, uint32_t b, double number) {
  return run_on(frame, op, a, b, Entry::of(number)).number();
}

double segue_number_of_value(Frame* frame, uint32_t op, uint32_t a, const Value* value) {
  return run_on(frame, op, a, 0, Entry::of(value)).number();
}

const Value* segue_value_of_value(Frame* frame, uint32_t op, const Value* value) {
  return &run_on(frame, op, 0, 0, Entry::of(value)).value();
}

const Value* segue_value_of_number(Frame* frame, uint32_t op, double number) {
  return &run_on(frame, op, 0, 0, Entry::of(number)).value();
}

const Value* segue_value_of_truth(Frame* frame, uint32_t op, uint32_t truth) {
  return &run_on(frame, op, 0, 0, Entry::of(truth != 0)).value();
}

void segue_words_of_value(Frame* frame, uint32_t op, uint32_t a, const Value* value,
                          uint64_t* words) {
  put(words, run_on(frame, op, a, 0, Entry::of(value)));
}

void segue_scalar_of(const Value* value, uint64_t* words) {
  put(words, Entry::of(scalar_of(*value)));
}

void segue_sum_of(const Value* value, uint64_t* words) {
  put(words, Entry::of(interp::sum_of(*value)));
}

bool segue_equal_text(Frame* frame, const Value* value, uint32_t text, bool ignoring_case) {
  return interp::equal_text(*value, frame->view->text(text), ignoring_case);
}

bool segue_in_set(Frame* frame, const Value* value, uint32_t set, bool ignoring_case) {
  return interp::in_set(*frame->prepared, *value, set, ignoring_case);
}

bool segue_contains(const Value* text, const Value* part, bool ignoring_case) {
  return interp::contains(*text, *part, ignoring_case);
}

bool segue_starts_with(const Value* text, const Value* part, bool ignoring_case) {
  return interp::starts_with(*text, *part, ignoring_case);
}

bool segue_ends_with(const Value* text, const Value* part, bool ignoring_case) {
  return interp::ends_with(*text, *part, ignoring_case);
}

uint64_t segue_text_key(const Value* value) {
  return value->tag == ValueTag::kText ? scalar_of_text(value->text).lo : 0;
}

double segue_number_of_words(Frame* frame, uint32_t op, uint64_t low, uint64_t high) {
  const Entry operands[] = {{low, high}};
  return run(frame, op, 0, 0, operands).number();
}

const Value* segue_text(Frame* frame, uint32_t text) { return &frame->prepared->texts[text]; }

void segue_event_name(Frame* frame, Value* name) {
  new (name) Value{.tag = ValueTag::kText, .text = frame->event->name};
}

void segue_run_band(Frame* frame, uint32_t band) {
  const interp::Bands& bands = *frame->prepared->bands;
  interp::run_band(*frame, bands, bands.all()[band]);
}

void segue_push(Frame* frame, uint32_t cell) { push(frame, cell, {.at_ms = frame->now_ms}); }

void segue_push_scalar(Frame* frame, uint32_t cell, uint64_t low, uint64_t high) {
  push(frame, cell, {.at_ms = frame->now_ms, .scalar = {low, high}});
}

void segue_push_sum(Frame* frame, uint32_t cell, uint64_t low, int64_t high) {
  push(frame, cell, {.at_ms = frame->now_ms, .sum = {low, high}});
}

void segue_hit(Frame* frame, uint32_t stream) { interp::note_hit(*frame, stream); }

void segue_feed_unions(Frame* frame, uint32_t stream) { interp::feed_unions(*frame, stream); }

void segue_feed_changes(Frame* frame) { interp::feed_changes(*frame); }

void segue_begin_hits(Frame* frame) {
  frame->hits.clear();
  frame->in_unions.clear();
  frame->event_ordinal = 0;
  frame->occurrences = frame->event == nullptr ? 0 : 1;
  frame->start_ms = frame->now_ms;
  frame->by = image::kNone;
}

void segue_advance_sequences(Frame* frame, bool due) {
  static thread_local interp::SequenceScratch scratch;
  interp::advance_sequences(*frame, scratch, 0, due);
}

void segue_advance_sequence(Frame* frame, uint32_t sequence, uint64_t runs, uint64_t clean) {
  interp::advance_plain(*frame, sequence, {runs, clean});
}

}  // extern "C"
}  // namespace segue
