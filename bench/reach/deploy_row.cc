// What a deploy makes a live engine wait.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <fstream>
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
constexpr double kEventsASecond = 1000;
constexpr uint32_t kWarming = 10;
constexpr Milliseconds kWarms{3'600'000};
constexpr Milliseconds kStep{1};

std::shared_ptr<const CompiledProgram> compiled(const std::string& rules) {
  Compilation compilation;
  std::shared_ptr<const CompiledProgram> program;
  SEGUE_CHECK(compile_text("rules.seg", rules, {}, compilation).ok() && compilation.ok() &&
                  compilation.program(program).ok(),
              "the rules check");
  return program;
}

/// Segments that hold who did so much within an hour.
std::string hour_rules(uint32_t least) {
  std::string rules;
  for (uint32_t i = 0; i < kWarming; ++i) {
    rules += fmt::format("segment s{} = any >= {} within 60m\n", i, least);
  }
  return rules;
}

/// Milliseconds by the wall, and of this thread's processor time: on a busy machine a call waits
/// for others too.
struct Took {
  double wall = 0;
  double cpu = 0;
};

double milliseconds_at(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

Took milliseconds_of(const auto& work) {
  const Took begin = {milliseconds_at(CLOCK_MONOTONIC), milliseconds_at(CLOCK_THREAD_CPUTIME_ID)};
  work();
  return {milliseconds_at(CLOCK_MONOTONIC) - begin.wall,
          milliseconds_at(CLOCK_THREAD_CPUTIME_ID) - begin.cpu};
}

Took longest_of(const Took& a, const Took& b) {
  return {std::max(a.wall, b.wall), std::max(a.cpu, b.cpu)};
}

/// The stream, so many lines a call, each of the next user; made as it is asked for, since a
/// million users' lines are half a gigabyte.
class Calls {
 public:
  explicit Calls(const WorkloadOptions& stream)
      : options_(stream), workload_(stream), last_user_(stream.users / 4 * 4) {}

  const std::string& next() {
    lines_.clear();
    Call call;
    for (size_t i = 0; i < kLinesACall && workload_.next(call); ++i) {
      call.user = next_user_++ % options_.users;
      newest_ = TimePoint(Milliseconds(call.at_ms));
      append_line(call, options_, lines_);
    }
    SEGUE_CHECK(!lines_.empty(), "the stream goes on");
    return lines_;
  }

  /// By turns an alias and a delete of users who came last, so whose turn to be carried over comes
  /// last.
  const std::string& next_of_identity() {
    const bool is_alias = last_user_ % 4 == 0;
    lines_ = is_alias ? R"({"type":"alias","previousId":")" : R"({"type":"delete","userId":")";
    append_user_id(--last_user_, lines_);
    if (is_alias) append_user_id(--last_user_, lines_ += R"(","userId":")");
    if (!is_alias) --last_user_;
    lines_ += fmt::format(R"(","timestamp":"{}"}})", format_time(newest_ + kStep)) + "\n";
    return lines_;
  }

 private:
  WorkloadOptions options_;
  Workload workload_;
  uint32_t next_user_ = 0;
  uint32_t last_user_;
  TimePoint newest_;
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

Took push(MembershipEngine& engine, const std::string& lines) {
  return milliseconds_of([&] { SEGUE_CHECK(engine.push(lines).ok(), "memory does not fail"); });
}

Took push(MembershipEngine& engine, Calls& calls) { return push(engine, calls.next()); }

/// Users are joined and deleted while others are carried over. A call is settled by the events
/// behind it, so those count too.
void identity_row(MembershipEngine& engine, Calls& calls,
                  std::shared_ptr<const CompiledProgram> next) {
  SEGUE_CHECK(engine.deploy(std::move(next)).ok(), "a deploy is taken");
  const RunStats before = engine.stats();
  Took longest, longest_other;
  size_t all = 0;
  for (; engine.is_deploying(); ++all) {
    if (all % 8 != 0) {
      longest_other = longest_of(longest_other, push(engine, calls));
      continue;
    }
    longest = longest_of(longest, push(engine, calls.next_of_identity()));
    longest = longest_of(longest, push(engine, calls));
  }
  const RunStats after = engine.stats();
  const uint64_t known = after.merged + after.deleted - before.merged - before.deleted;
  print_row({fmt::format("aliases and deletes during a deploy, {} users", before.users),
             "no call waits 50 ms", fmt::format("{:.1f} ms", longest.wall), longest.wall < 50,
             fmt::format("{:.1f} ms of the processor; {} users joined or deleted, of {} calls; the "
                         "longest of the others {:.1f} ms ({:.1f})",
                         longest.cpu, known, all, longest_other.wall, longest_other.cpu)});
}

/// Segments that hold all users are to hold none, which they tell when they have waited for so long
/// as they look back: then a millisecond a call, until all users were looked at.
void warming_row(const WorkloadOptions& stream) {
  Calls calls(stream);
  MembershipEngine engine;
  SEGUE_CHECK(start_engine(compiled(hour_rules(1)), {}, engine).ok(), "an engine starts");
  for (uint64_t i = 0; i < stream.users / kLinesACall; ++i) push(engine, calls);
  SEGUE_CHECK(engine.deploy(compiled(hour_rules(2))).ok(), "a deploy is taken");
  const TimePoint end = *engine.stats().newest + kWarms;
  const auto advance = [&](TimePoint to) {
    return milliseconds_of([&] { SEGUE_CHECK(engine.advance_to(to).ok(), "time runs on"); });
  };
  while (engine.is_deploying()) push(engine, calls);
  advance(end - kStep);
  const uint64_t before = engine.stats().changes;
  Took longest = advance(end);
  double all_ms = longest.cpu;
  int64_t steps = 1;
  for (; engine.is_deploying(); ++steps) {
    const Took took = advance(end + steps * kStep);
    longest = longest_of(longest, took);
    all_ms += took.cpu;
  }
  print_row({fmt::format("{} segments have warmed, {} users", kWarming, engine.stats().users),
             "no call waits 50 ms", fmt::format("{:.1f} ms", longest.wall), longest.wall < 50,
             fmt::format("{:.1f} ms of the processor; {} calls, {:.1f} ms all of them, {} changes",
                         longest.cpu, steps, all_ms, engine.stats().changes - before)});
}

}  // namespace

void deploy_row(const ReachOptions& options) {
  pin_to(1);
  // One event a user: what a deploy carries over is users.
  WorkloadOptions stream = options.workload;
  const uint64_t live = (stream.users + kLinesACall - 1) / kLinesACall;
  stream.events = stream.users * 8;  // more than there is need for
  stream.days = static_cast<double>(stream.events) / (kEventsASecond * 86'400);
  Calls calls(stream);
  std::vector<ShapeRule> rules = shape_rules(kRules);
  const auto before = compiled(text_of(rules));
  for (uint32_t i = 0; i < kChanged; ++i) rules[i * (kRules / kChanged)].k += 1;
  const auto after = compiled(text_of(rules));

  MembershipEngine engine;
  SEGUE_CHECK(start_engine(before, {}, engine).ok(), "an engine starts");
  Took before_it;
  for (uint64_t i = 0; i < live; ++i) {
    const Took took = push(engine, calls);
    if (i > live / 2) before_it = longest_of(before_it, took);
  }
  const uint64_t users = engine.stats().users;
  const double mib = memory_mib("VmRSS:");
  const Took swap =
      milliseconds_of([&] { SEGUE_CHECK(engine.deploy(after).ok(), "a deploy is taken"); });
  Took longest = swap;
  double carried_ms = 0;
  size_t carrying = 0;
  size_t longest_at = 0;
  for (; engine.is_deploying(); ++carrying) {
    const Took took = push(engine, calls);
    carried_ms += took.cpu;
    longest_at = took.cpu > longest.cpu ? carrying + 1 : longest_at;
    longest = longest_of(longest, took);
  }
  for (size_t i = 0; i < carrying / 4; ++i) {
    const Took took = push(engine, calls);
    longest_at = took.cpu > longest.cpu ? carrying + i + 1 : longest_at;
    longest = longest_of(longest, took);
  }
  print_row(
      {fmt::format("a deploy of {} changed rules among {}, {} users", kChanged, kRules, users),
       "no call waits 50 ms", fmt::format("{:.1f} ms", longest.wall), longest.wall < 50,
       fmt::format(
           "{:.1f} ms of the processor, in call {}; the swap itself {:.1f} ms, then {} calls of "
           "{} events "
           "while users are carried over, {:.1f} ms each; before it the longest {:.1f} ms "
           "({:.1f}); "
           "{:.0f} MiB before, {:.0f} at most",
           longest.cpu, longest_at, swap.wall, carrying, kLinesACall,
           carried_ms / static_cast<double>(std::max<size_t>(carrying, 1)), before_it.wall,
           before_it.cpu, mib, memory_mib("VmHWM:"))});
  identity_row(engine, calls, before);
  engine = {};
  warming_row(stream);
}

}  // namespace segue::bench
