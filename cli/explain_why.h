// Why a user is in a segment or out of it, in words.
#pragma once

#include <string>

#include "segue/why.h"

namespace segue::cli {

/// A head that says in or out, since when and until when; then the rule's clauses as a tree, each
/// with its numbers and the events that decide them.
std::string why_text(const ExplainQuery& query, TimePoint at, const Explanation& explanation,
                     bool color);

}  // namespace segue::cli
