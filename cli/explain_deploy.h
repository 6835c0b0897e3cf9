// What a new program does to the state of a live one, in words.
#pragma once

#include <string>

#include "segue/deploy.h"

namespace segue::cli {

/// Each segment and score with what becomes of it and of what it reads, then the totals. `only`:
/// just the segment or score of that name; empty: all.
std::string deploy_text(const DeployPlan& plan, const std::string& only, bool color);

}  // namespace segue::cli
