#include "cli/junit.h"

#include <fmt/format.h>
#include <map>
#include <vector>

namespace segue::cli {
namespace {

/// XML 1.0 has no way to write most control characters, so they become `?`.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

std::string testcase(const TestResult& result) {
  std::string out = fmt::format(
      "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" "
      "time=\"{:.3f}\"",
      escaped(result.name), escaped(result.at.path), escaped(result.at.path), result.at.line,
      result.seconds);
  if (result.passed) return out + "/>\n";
  size_t missed = 0;
  for (const TestExpectation& expectation : result.expectations) missed += !expectation.met;
  return out + fmt::format(
                   ">\n      <failure message=\"{} of {} expectations not met\">{}</failure>\n"
                   "    </testcase>\n",
                   missed, result.expectations.size(), escaped(failure_text(result)));
}

}  // namespace

std::string failure_text(const TestResult& result) {
  std::string out;
  for (const TestExpectation& expectation : result.expectations) {
    if (expectation.met) continue;
    out += fmt::format("{}:{}: expected {}\n", expectation.at.path, expectation.at.line,
                       expectation.text);
    out += fmt::format("  {}\n", expectation.seen);
  }
  out += result.changes.empty() ? "nothing changed\n" : "what happened:\n";
  for (const TestChange& change : result.changes) {
    out += fmt::format("  {}  {} {} {}{}\n", format_time(change.at), change.user,
                       change.entered ? "enters" : "leaves", change.segment,
                       change.expected ? "" : "  (not expected)");
  }
  return out;
}

std::string junit_xml(std::span<const TestResult> results) {
  std::map<std::string, std::vector<const TestResult*>> files;
  size_t failures = 0;
  for (const TestResult& result : results) {
    files[result.at.path].push_back(&result);
    failures += !result.passed;
  }
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites tests=\"{}\" failures=\"{}\">\n",
      results.size(), failures);
  for (const auto& [path, tests] : files) {
    size_t failed = 0;
    double seconds = 0;
    for (const TestResult* test : tests) {
      failed += !test->passed;
      seconds += test->seconds;
    }
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n",
                       escaped(path), tests.size(), failed, seconds);
    for (const TestResult* test : tests) out += testcase(*test);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace segue::cli
