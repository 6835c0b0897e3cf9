// Test results as JUnit XML, the form that CI systems read.
#pragma once

#include <span>
#include <string>

#include "segue/testing.h"

namespace segue::cli {

/// One `testsuite` a rule file, one `testcase` a test, a `failure` with `failure_text` of each that
/// failed.
std::string junit_xml(std::span<const TestResult> results);

/// What a failed test expected and what happened, a line each, without colours.
std::string failure_text(const TestResult& result);

}  // namespace segue::cli
