// What a deploy makes a live engine wait.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <numeric>
#include <string>
#include <string_view>

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

/// The stream, so many lines a call; made as it is asked for, since a million users' lines are half
/// a gigabyte.
class Calls {
 public:
  explicit Calls(const WorkloadOptions& stream) : options_(stream), workload_(stream) {}

  const std::string& next() {
    lines_.clear();
    Call call;
    for (size_t i = 0; i < kLinesACall && workload_.next(call); ++i) {
      append_line(call, options_, lines_);
    }
    SEGUE_CHECK(!lines_.empty(), "the stream goes on");
    return lines_;
  }

 private:
  WorkloadOptions options_;
  Workload workload_;
  std::string lines_;
};

/// Of this process, in MiB: now, or the most it ever was.
double memory_mib(std::string_view line) {
  std::ifstream status("/proc/self/status");
  for (std::string text; std::getline(status, text);) {
    if (text.starts_with(line)) return std::stod(text.substr(line.size())) / 1024;
  }
  return 0;
}

double push(MembershipEngine& engine, Calls& calls) {
  const std::string& lines = calls.next();
  return milliseconds_of([&] { SEGUE_CHECK(engine.push(lines).ok(), "memory does not fail"); });
}

}  // namespace

void deploy_row(const ReachOptions& options) {
  pin_to(1);
  // One event a user: what a deploy carries over is users.
  WorkloadOptions stream = options.workload;
  stream.skew = 0;
  const uint64_t live = stream.users * 3 / 2 / kLinesACall;
  stream.events = stream.users * 7;  // more than there is need for
  stream.days *= 4;
  Calls calls(stream);
  std::vector<ShapeRule> rules = shape_rules(kRules);
  const auto before = compiled(rules);
  for (uint32_t i = 0; i < kChanged; ++i) rules[i * (kRules / kChanged)].k += 1;
  const auto after = compiled(rules);

  MembershipEngine engine;
  SEGUE_CHECK(start_engine(before, {}, engine).ok(), "an engine starts");
  double longest_before = 0;
  for (uint64_t i = 0; i < live; ++i) {
    const double took = push(engine, calls);
    if (i > live / 2) longest_before = std::max(longest_before, took);
  }
  const uint64_t users = engine.stats().users;
  const double mib = memory_mib("VmRSS:");
  const double swap =
      milliseconds_of([&] { SEGUE_CHECK(engine.deploy(after).ok(), "a deploy is taken"); });
  std::vector<double> took;
  while (engine.is_deploying()) took.push_back(push(engine, calls));
  const size_t carrying = took.size();
  for (size_t i = 0; i < carrying / 4; ++i) took.push_back(push(engine, calls));
  const auto longest = std::max_element(took.begin(), took.end());
  const double total = std::accumulate(took.begin(), took.begin() + carrying, 0.0);
  print_row(
      {fmt::format("a deploy of {} changed rules among {}, {} users", kChanged, kRules, users),
       "no call waits 50 ms", fmt::format("{:.1f} ms", std::max(swap, *longest)),
       std::max(swap, *longest) < 50,
       fmt::format(
           "the swap itself {:.1f} ms, then the longest, number {} of {} calls of {} events, the "
           "first {} while users are carried over, {:.1f} ms each; before it {:.1f} ms; {:.0f} MiB "
           "before, {:.0f} at most",
           swap, longest - took.begin() + 1, took.size(), kLinesACall, carrying,
           total / static_cast<double>(std::max<size_t>(carrying, 1)), longest_before, mib,
           memory_mib("VmHWM:"))});
}

}  // namespace segue::bench
