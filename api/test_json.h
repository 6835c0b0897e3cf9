// The events of a test as lines of a log, so that a test goes the way of every event.
#pragma once

#include <string>

#include "compiler/sema/hir.h"

namespace segue {

/// One JSON object, without a line end.
std::string json_line(const std::string& user, const hir::Test::Event& event);

}  // namespace segue
