#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "runtime/cells/carry.h"
#include "runtime/interp/program.h"

namespace segue::interp {

/// Settles the instant of one event of a known user by one native function, for who applies events
/// of one program again and again: `frame` is its own, by `frame_of`. False if that instant is not
/// such a one, or the arguments are not those that `apply` wants: then no more than deadlines
/// before it are settled, and `apply` does the rest. A hundred instructions beside the function.
bool settle_alone(const Program& program, Frame& frame, Blob& blob, const Event& event,
                  std::vector<Transition>& out);
Frame frame_of(const Program& program);

// `apply` and `advance` step by step, for every program and instant. Their arguments are checked.

void settle_events(const Program& program, Blob& blob, std::span<const Event> events,
                   std::vector<Transition>& out);

/// The user becomes who it and all of `earlier` were together, as of the instant `at`, which is
/// settled with these events: see cells/merge.h. All of them are settled up to `at`, not included,
/// and `blob` is empty if nobody was the user yet. Transitions have the cause `kMerge`.
void settle_joined(const Program& program, Blob& blob, std::string_view user,
                   std::span<const Blob> earlier, Instant at, std::span<const Event> events,
                   std::vector<Transition>& out);

void settle_deadlines(const Program& program, Blob& blob, std::string_view user, int64_t through_ms,
                      std::vector<Transition>& out);

/// Makes of the state of a user under one program that under another: what `plan` carries over
/// stays, conditions and deadlines are as of `at`, up to and at which the old state is settled.
/// Nothing occurs by it: what waits for a condition to turn takes its truth as it is. `into` must
/// be empty, or in its keeper's room.
/// Cost: a copy of what is kept, and every condition.
void carry_over(const cells::CarryPlan& plan, const Program& from, const Blob& old,
                const Program& to, Blob& into, std::string_view user, Instant at);

}  // namespace segue::interp
