// What a deploy makes a live engine wait.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "bench/reach/measure.h"
#include "bench/reach/rows.h"
#include "bench/reach/rules.h"
#include "bench/reach/shape_rules.h"
#include "runtime/base/check.h"
#include "segue/compile.h"
#include "segue/engine.h"

namespace segue::bench {
namespace {

constexpr uint32_t kRules = 1000;
constexpr uint32_t kChanged = 100;
constexpr size_t kLinesACall = 32;

std::shared_ptr<const CompiledProgram> compiled(const std::vector<ShapeRule>& rules) {
  Compilation compilation;
  std::shared_ptr<const CompiledProgram> program;
  SEGUE_CHECK(compile_text("rules.seg", text_of(rules), {}, compilation).ok() && compilation.ok() &&
                  compilation.program(program).ok(),
              "the rules check");
  return program;
}

double milliseconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

/// Lines of the stream, so many a call.
std::vector<std::string> calls_of(const WorkloadOptions& stream) {
  std::vector<std::string> calls;
  const std::string lines = lines_of(stream);
  for (size_t begin = 0; begin < lines.size();) {
    size_t end = begin;
    for (size_t i = 0; i < kLinesACall && end < lines.size(); ++i) end = lines.find('\n', end) + 1;
    calls.push_back(lines.substr(begin, end - begin));
    begin = end;
  }
  return calls;
}

}  // namespace

void deploy_row(const ReachOptions& options) {
  pin_to(1);
  // One event a user: what a deploy carries over is users.
  WorkloadOptions stream = options.workload;
  stream.skew = 0;
  stream.events = stream.users * 7 / 4;
  const std::vector<std::string> calls = calls_of(stream);
  std::vector<ShapeRule> rules = shape_rules(kRules);
  const auto before = compiled(rules);
  for (uint32_t i = 0; i < kChanged; ++i) rules[i * (kRules / kChanged)].k += 1;
  const auto after = compiled(rules);

  MembershipEngine engine;
  SEGUE_CHECK(start_engine(before, {}, engine).ok(), "an engine starts");
  const size_t live = calls.size() - calls.size() / 8;
  double longest_before = 0;
  for (size_t i = 0; i < live; ++i) {
    const double took =
        milliseconds_of([&] { SEGUE_CHECK(engine.push(calls[i]).ok(), "memory does not fail"); });
    if (i > live / 2) longest_before = std::max(longest_before, took);
  }
  const uint64_t users = engine.stats().users;
  const double swap =
      milliseconds_of([&] { SEGUE_CHECK(engine.deploy(after).ok(), "a deploy is taken"); });
  double longest = swap;
  size_t carrying = 0;
  size_t longest_at = 0;
  for (size_t i = live; i < calls.size(); ++i) {
    const double took =
        milliseconds_of([&] { SEGUE_CHECK(engine.push(calls[i]).ok(), "memory does not fail"); });
    if (took > longest) longest_at = i - live + 1;
    longest = std::max(longest, took);
    carrying += engine.is_deploying() ? 1 : 0;
  }
  print_row(
      {fmt::format("a deploy of {} changed rules among {}, {} users", kChanged, kRules, users),
       "no call waits 50 ms", fmt::format("{:.1f} ms", longest), longest < 50,
       fmt::format(
           "the swap itself {:.1f} ms, then the longest, number {} of {} calls of {} events, the "
           "first {} while users are carried over; before it {:.1f} ms",
           swap, longest_at, calls.size() - live, kLinesACall, carrying, longest_before)});
}

}  // namespace segue::bench
