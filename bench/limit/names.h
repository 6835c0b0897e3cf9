// The wire names that the rules of examples/02-saas-lifecycle mention.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "bench/limit/event.h"

namespace segue::limit {

/// A name stands for what its event does if no property says otherwise: a page is one of prices, a
/// mail none of the case study.
inline constexpr std::array<std::pair<std::string_view, Op>, 11> kNames = {{
    {"Page Viewed", Op::kPricing},
    {"Email Opened", Op::kOpened},
    {"Email Link Clicked", Op::kClicked},
    {"Demo Replayed", Op::kDemo},
    {"Onboarding Started", Op::kStarted},
    {"Onboarding Step Skipped", Op::kSkipped},
    {"Onboarding Completed", Op::kCompleted},
    {"Signed In", Op::kLogin},
    {"Teammate Invited", Op::kInvited},
    {"Feature Launch Ignored", Op::kIgnored},
    {"Product Added", Op::kCart},
}};

inline Op op_of_wire_name(std::string_view name) {
  for (const auto& [known, op] : kNames) {
    if (name == known) return op;
  }
  return Op::kOther;
}

}  // namespace segue::limit
