// The `test` blocks of a set of rules, as print.h prints them.
#pragma once

#include <string>

#include "compiler/sema/hir.h"

namespace segue {

void print_tests(const hir::Rules& rules, std::string& out);

}  // namespace segue
