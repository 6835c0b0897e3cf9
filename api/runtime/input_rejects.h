// What is left out of an input that is read without an engine.
#pragma once

#include <fmt/format.h>

#include <string>

#include "api/runtime/event_input_state.h"
#include "api/runtime/reject_tally.h"

namespace segue {

class InputRejects {
 public:
  explicit InputRejects(EventInput::State& input) : input_(input) {}

  /// Counts and writes it; an error if the reading is to stop at it.
  Status take(const Reject& reject) {
    const std::string name = input_.name_of(reject.file);
    tally.add(reject, name);
    input_.write_reject(reject.raw);
    if (!input_.options.strict || !is_bad_line(reject.kind)) return {};
    return Error{Errc::kCorrupt, fmt::format("{}:{}: {}", name, reject.line, text_of(reject.kind))};
  }

  Status take(std::span<const Reject> rejects) {
    for (const Reject& reject : rejects) SEGUE_TRY_STATUS(take(reject));
    return {};
  }

  void take_late(const Origin* origin) {
    const bool has_origin = origin != nullptr;
    tally.add(RejectKind::kLate, input_.name_of(has_origin ? origin->file : 0),
              has_origin ? origin->line : 0);
    if (has_origin) input_.write_reject(origin->raw);
  }

  RejectTally tally;

 private:
  EventInput::State& input_;
};

}  // namespace segue
