// The `test` blocks of rules, run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "segue/compile.h"
#include "segue/engine.h"
#include "segue/export.h"
#include "segue/findings.h"
#include "segue/outcome.h"
#include "segue/time.h"

namespace segue {

/// One `expect` of a test.
struct TestExpectation {
  std::string text;  ///< as written, without `expect`
  TextRange at;
  bool met = false;
  std::string seen;  ///< if not met: what happened instead, in words
};

/// A change that happened in a test, of a segment that the test looks at.
struct TestChange {
  TimePoint at;
  std::string user;
  std::string segment;
  bool entered = false;
  bool expected = false;  ///< by an `enters` or a `leaves`
};

struct TestResult {
  std::string name;
  TextRange at;
  bool passed = false;
  double seconds = 0;
  std::vector<TestExpectation> expectations;
  std::vector<TestChange> changes;  ///< by (instant, user, segment)
};

struct TestOptions {
  /// Only tests whose name contains this text; empty: all.
  std::string filter;
  /// Native code is waited for, so that it is what is tested.
  Evaluator evaluator = Evaluator::kNative;
  CodeOptions code;
};

/// Runs the tests in order of file and line, each on users of its own, and gives `sink` each
/// result.
///
/// A test's clock runs to the latest instant that it names, in its events or its expectations. `no
/// other changes` is about the segments of the test's own file; if it has none, of the files that
/// it uses. A test with other parameters is checked and compiled anew. `compilation` is without
/// errors.
SEGUE_API Outcome run_tests(const Compilation& compilation, const TestOptions& options,
                            const std::function<void(const TestResult&)>& sink) noexcept;

}  // namespace segue
