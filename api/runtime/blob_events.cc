#include <fmt/format.h>

#include <algorithm>

#include "api/runtime/blob_state.h"
#include "api/runtime/changes.h"
#include "api/runtime/outcomes.h"
#include "api/runtime/program_state.h"
#include "api/runtime/time_points.h"
#include "runtime/base/event_batch.h"
#include "runtime/ingest/lines.h"

namespace segue {
namespace {

/// A decoder of the program for the length of a call.
class LentDecoder {
 public:
  explicit LentDecoder(const CompiledProgram::State& program) : pool_(program.decoders) {
    {
      const std::lock_guard lock(pool_.mutex);
      if (!pool_.idle.empty()) {
        decoder_ = std::move(pool_.idle.back());
        pool_.idle.pop_back();
      }
    }
    if (!decoder_) decoder_ = std::make_unique<Decoder>(program.program->schema());
  }
  LentDecoder(const LentDecoder&) = delete;
  LentDecoder& operator=(const LentDecoder&) = delete;
  ~LentDecoder() {
    const std::lock_guard lock(pool_.mutex);
    pool_.idle.push_back(std::move(decoder_));
  }

  Decoder* operator->() { return decoder_.get(); }

 private:
  DecoderPool& pool_;
  std::unique_ptr<Decoder> decoder_;
};

/// `lines` are padded. Every line is an event, or the call fails.
Outcome decode(Decoder& decoder, std::string_view lines, EventBatch& batch) {
  uint64_t number = 0;
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = std::min(lines.find('\n', begin), lines.size());
    const std::string_view line = without_blanks(lines.substr(begin, end - begin));
    begin = end + 1;
    ++number;
    if (line.empty()) continue;
    const auto reject =
        line.size() > kLineBytesMax ? RejectKind::kLineTooLong : decoder.decode(line, batch);
    if (reject) return {Fault::kInvalid, fmt::format("line {}: {}", number, text_of(*reject))};
  }
  return {};
}

Outcome check_instant(std::span<const Event> events) {
  if (events.empty()) return {Fault::kInvalid, "no events"};
  for (const Event& event : events) {
    if (is_identity_call(event.kind)) {
      return {Fault::kInvalid, "an alias or a delete is for whoever keeps the states"};
    }
    if (event.user != events[0].user) {
      return {Fault::kInvalid, fmt::format("events of `{}` and `{}`: a state is of one user",
                                           events[0].user, event.user)};
    }
    if (event.at != events[0].at) {
      return {Fault::kInvalid, "events of several instants: one is applied at a time"};
    }
  }
  return {};
}

void give(std::span<const Transition> transitions, std::vector<StateChange>& changes) {
  for (const Transition& change : transitions) {
    changes.push_back({.at = time_point_of(change.at),
                       .segment = change.segment,
                       .entered = change.entered,
                       .cause = cause_of(change.cause),
                       .event = std::string(change.event)});
  }
}

/// `lines` are followed by `kLinePadding` bytes that can be read.
Outcome apply_padded(const CompiledProgram& program, StateBlob& blob, std::string_view lines,
                     std::vector<StateChange>& changes, std::string* user = nullptr) {
  if (!blob.empty() && blob.state().identity != program.identity()) {
    return {Fault::kInvalid, "the state is of another program"};
  }
  LentDecoder decoder(program.state());
  EventBatch batch = decoder->make_batch();
  if (Outcome wrong = decode(*decoder.operator->(), lines, batch); !wrong.ok()) return wrong;
  if (Outcome wrong = check_instant(batch.events); !wrong.ok()) return wrong;
  if (user != nullptr) *user = batch.events[0].user;
  std::vector<Transition> transitions;
  const Status status =
      apply(*program.state().program, blob.state().blob, batch.events, transitions);
  if (!status.ok()) return outcome_of(status);
  blob.state().identity = program.identity();
  give(transitions, changes);
  return {};
}

}  // namespace

Outcome apply(const CompiledProgram& program, StateBlob& blob, std::span<const UserEvent> events,
              std::vector<StateChange>& changes) noexcept {
  std::string lines;
  for (const UserEvent& event : events) {
    lines += json_line(event);
    lines += '\n';
  }
  const size_t size = lines.size();
  lines.append(kLinePadding, '\0');
  return apply_padded(program, blob, std::string_view(lines).substr(0, size), changes);
}

Outcome apply_lines(const CompiledProgram& program, StateBlob& blob, std::string_view lines,
                    std::vector<StateChange>& changes, std::string* user) noexcept {
  std::string padded(lines);
  padded.append(kLinePadding, '\0');
  return apply_padded(program, blob, std::string_view(padded).substr(0, lines.size()), changes,
                      user);
}

Outcome advance(const CompiledProgram& program, StateBlob& blob, std::string_view user,
                TimePoint through, std::vector<StateChange>& changes) noexcept {
  if (blob.empty()) return {};
  if (blob.state().identity != program.identity()) {
    return {Fault::kInvalid, "the state is of another program"};
  }
  std::vector<Transition> transitions;
  advance(*program.state().program, blob.state().blob, user, instant_of(through), transitions);
  give(transitions, changes);
  return {};
}

}  // namespace segue
