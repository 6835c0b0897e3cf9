#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "runtime/interp/program.h"

/// `apply` and `advance` step by step, for every program and instant. Their arguments are checked.
namespace segue::interp {

void settle_events(const Program& program, Blob& blob, std::span<const Event> events,
                   std::vector<Transition>& out);

void settle_deadlines(const Program& program, Blob& blob, std::string_view user, int64_t through_ms,
                      std::vector<Transition>& out);

}  // namespace segue::interp
