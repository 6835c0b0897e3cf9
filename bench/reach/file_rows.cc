// What is read from files by the library, as a user of it would: packed logs, and the shop's log.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "bench/limit/as_of.h"
#include "bench/limit/lines.h"
#include "bench/limit/walk.h"
#include "bench/reach/measure.h"
#include "bench/reach/rows.h"
#include "bench/reach/rules.h"
#include "runtime/base/check.h"
#include "segue/engine.h"
#include "segue/members.h"
#include "segue/pack.h"

namespace segue::bench {
namespace {

Compilation compiled(const std::string& rules) {
  Compilation compilation;
  SEGUE_CHECK(compile_text("rules.seg", rules, {}, compilation).ok() && compilation.ok(),
              "the rules check");
  return compilation;
}

EventInput opened(const std::string& path) {
  EventInput input;
  SEGUE_CHECK(open_event_input({&path, 1}, {}, input).ok(), "the file is there");
  return input;
}

/// Who is in what as of `at`, and the seconds that took from the opening of the file on.
double members_of(const Compilation& rules, const std::string& path, TimePoint at, unsigned threads,
                  Snapshot& into) {
  const auto clock = threads == 1 ? cpu_seconds : now_seconds;
  const double begin = clock();
  EngineSettings settings;
  settings.threads = threads;
  settings.any_lateness = true;
  EventInput input = opened(path);
  RunStats stats;
  const Outcome outcome = find_members(
      rules, settings, input, {.at = {at}}, [&](const Snapshot& taken) { into = taken; }, {},
      stats);
  SEGUE_CHECK(outcome.ok(), "the pack is whole");
  return clock() - begin;
}

double limit_members_of(const limit::Grouped& grouped, int64_t at_ms, unsigned threads,
                        std::vector<limit::Members>& into) {
  const auto clock = threads == 1 ? cpu_seconds : now_seconds;
  const double begin = clock();
  into.assign(threads, {});
  const auto users = static_cast<uint32_t>(grouped.ids.size());
  const auto work = [&](unsigned part) {
    limit::members_as_of(grouped, at_ms, users / threads * part,
                         part + 1 == threads ? users : users / threads * (part + 1), into[part]);
  };
  std::vector<std::thread> others;
  for (unsigned part = 1; part < threads; ++part) others.emplace_back(work, part);
  work(0);
  for (std::thread& other : others) other.join();
  return clock() - begin;
}

void check_members(const limit::Grouped& grouped, const std::vector<limit::Members>& parts,
                   const Snapshot& snapshot) {
  for (uint32_t segment = 0; segment < limit::kSegments; ++segment) {
    std::vector<std::string> ids;
    for (const limit::Members& part : parts) {
      for (const uint32_t user : part.users[segment]) ids.push_back(grouped.ids[user]);
    }
    std::sort(ids.begin(), ids.end());
    if (ids == snapshot.members[segment]) continue;
    fmt::print(stderr, "bench: the members of segment {} differ: {} and {}\n", segment,
               snapshot.members[segment].size(), ids.size());
    std::exit(1);
  }
}

}  // namespace

void as_of_rows(const ReachOptions& options) {
  const std::string path = fmt::format("/tmp/segue-bench-{}", getpid());
  const std::string jsonl = path + ".jsonl";
  const std::string pack = path + ".segl";
  std::string lines = lines_of(options.workload);
  std::ofstream(jsonl, std::ios::binary) << lines;
  PackStats stats;
  {
    EventInput input = opened(jsonl);
    SEGUE_CHECK(pack_events(input, pack, {}, {}, stats).ok(), "there is room for a pack");
  }
  const size_t size = lines.size();
  lines.append(limit::kPadding, '\0');
  lines.resize(size);
  limit::Grouped grouped;
  int64_t at_ms = 0;
  {
    std::vector<limit::Event> events;
    limit::GuessedLines().decode(lines, events);
    at_ms = events[events.size() * 9 / 10].at_ms;
    grouped = limit::group(events);
  }
  const Compilation rules = compiled(lifecycle_rules());
  const auto count = static_cast<double>(stats.events);
  for (const unsigned threads : {1U, 2U}) {
    pin_to(static_cast<int>(threads));
    Snapshot snapshot;
    std::vector<limit::Members> members;
    const Turns turns = take_turns(
        options.turns,
        [&] { return members_of(rules, pack, TimePoint(Milliseconds(at_ms)), threads, snapshot); },
        [&] { return limit_members_of(grouped, at_ms, threads, members); });
    check_members(grouped, members, snapshot);
    print_row({fmt::format("the same as of one instant over a packed log, {} thread{}", threads,
                           threads == 1 ? "" : "s"),
               "at least 0.6 of the hand-written program over grouped events",
               fmt::format("{:.2f}", turns.ratio()), turns.ratio() >= 0.6,
               fmt::format("{:.1f} M/s beside {:.1f} M/s in memory; {:.1f} bytes an event packed",
                           count / median(turns.ours) / 1e6, count / median(turns.theirs) / 1e6,
                           static_cast<double>(stats.bytes) / count)});
  }
  unlink(jsonl.c_str());
  unlink(pack.c_str());
}

void shop_row(const ReachOptions& options) {
  const char* path = std::getenv("SEGUE_SHOP_EVENTS");
  const std::string name = "ga-merch-store whole, from JSONL, ten rules, one thread";
  const std::string goal = "at least 0.27 of the bare simdjson walk (4 of 15 M/s)";
  if (path == nullptr) {
    print_row({name, goal, "skipped", false, "SEGUE_SHOP_EVENTS names no file"});
    return;
  }
  pin_to(1);
  std::string lines = file_text(path);
  const auto count = static_cast<double>(std::count(lines.begin(), lines.end(), '\n'));
  const size_t size = lines.size();
  lines.append(limit::kPadding, '\0');
  lines.resize(size);
  const Compilation rules = compiled(file_text("bench/ga_ten.seg"));
  uint64_t taken = 0;
  const Turns turns = take_turns(
      std::min(3, options.turns),
      [&] {
        const double begin = cpu_seconds();
        MembershipEngine engine;
        SEGUE_CHECK(start_engine(rules, {}, engine).ok(), "an engine starts");
        EventInput input = opened(path);
        SEGUE_CHECK(engine.read(input).ok() && engine.finish().ok(), "the file can be read");
        return cpu_seconds() - begin;
      },
      [&] {
        const double begin = cpu_seconds();
        taken += limit::walk_lines(lines);
        return cpu_seconds() - begin;
      });
  SEGUE_CHECK(taken > 0, "the walk takes texts");
  print_row({name, goal, fmt::format("{:.2f}", turns.ratio()), turns.ratio() >= 0.267,
             fmt::format("{:.2f} M/s beside a walk of {:.2f} M/s in memory",
                         count / median(turns.ours) / 1e6, count / median(turns.theirs) / 1e6)});
}

}  // namespace segue::bench
