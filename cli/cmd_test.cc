#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/event_flags.h"
#include "cli/files.h"
#include "cli/findings_report.h"
#include "cli/flags.h"
#include "cli/junit.h"
#include "cli/output.h"
#include "segue/testing.h"

namespace segue::cli {
namespace {

struct TestFlags {
  std::vector<std::string> paths;
  std::string filter;
  std::string junit;
  RuleFlags rules;
  EngineFlags engine;
  ColorFlags color;
};

std::string indented(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin) + 1;
    out += "  " + text.substr(begin, end - begin);
    begin = end;
  }
  return out;
}

void print_result(const TestResult& result, bool color, Output& out) {
  out.write(fmt::format(
      "{} {}\n", result.passed ? painted(color, "32", "ok    ") : painted(color, "1;31", "FAILED"),
      result.name));
  if (!result.passed) out.write(indented(failure_text(result)));
}

Exit test(const TestFlags& flags) {
  CompileOptions options = flags.rules.options();
  options.allow_same_names = true;
  check_not_read(flags.junit, flags.paths, "the results");
  const Compilation compilation =
      compile_or_fail(flags.paths, options, flags.color.use(Stream::kErr));

  Output out(STDOUT_FILENO);
  const bool color = flags.color.use(Stream::kOut);
  std::vector<TestResult> results;
  size_t failed = 0;
  TestOptions test_options;
  test_options.filter = flags.filter;
  test_options.evaluator = flags.engine.evaluator();
  test_options.code = flags.engine.code();
  require(run_tests(compilation, test_options, [&](const TestResult& result) {
    print_result(result, color, out);
    failed += !result.passed;
    results.push_back(result);
  }));
  out.write(fmt::format("{} passed, {} failed\n", results.size() - failed, failed));
  if (!flags.junit.empty()) write_file(flags.junit, junit_xml(results));
  finish(out);

  if (results.empty() && !flags.filter.empty()) {
    throw Complaint(Exit::kWrong, "no test has a name that contains `" + flags.filter + "`");
  }
  return failed > 0 ? Exit::kWrong : Exit::kDone;
}

}  // namespace

void declare_test(CLI::App& app, Job& job) {
  auto flags = std::make_shared<TestFlags>();
  add_rules_argument(app, flags->paths);
  app.add_option("--filter", flags->filter, "only tests whose name contains this text")
      ->option_text("TEXT");
  app.add_option("--junit", flags->junit, "also write the results as JUnit XML")
      ->option_text("FILE");
  add_rule_flags(app, flags->rules);
  add_engine_flag(app, flags->engine);
  add_color_flag(app, flags->color);
  add_later_flag(app, "--coverage");
  add_later_flag(app, "--watch");
  app.callback([flags, &job] { job = [flags] { return test(*flags); }; });
}

}  // namespace segue::cli
