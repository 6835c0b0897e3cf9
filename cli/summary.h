// What is said on standard error after events were read.
#pragma once

#include <string>
#include <vector>

#include "segue/engine.h"

namespace segue::cli {

/// Events, users, changes, rate, bytes a user; a line for each reason to leave lines out, with
/// where the first ones are.
std::string summary_text(const RunStats& stats, double seconds);

/// The same of a run on a kept state that found nothing new to read: what the runs before counted
/// was told by them. `has_written`: changes of theirs.
std::string idle_text(const RunStats& stats, bool has_written);

/// The lines about what was left out alone.
std::string rejects_text(const std::vector<RejectCount>& rejects);

}  // namespace segue::cli
