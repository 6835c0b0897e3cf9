// Random programs over random streams of the workload, round after round: every evaluator must tell
// the same, and memory must stay flat.
//
//   soak [--minutes N] [--seed N]      without minutes until it is stopped
//
// Judge: the naive evaluator. Judged: the interpreter and native code, on one shard and several, in
// order and shuffled within the lateness, and members as of an instant. Each round is made from its
// seed alone, so a difference is told by it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "bench/reach/rules.h"
#include "bench/reach/shape_rules.h"
#include "bench/workload.h"
#include "segue/compile.h"
#include "segue/engine.h"

namespace segue::bench {
namespace {

/// Bytes of this process in memory.
uint64_t resident_bytes() {
  uint64_t total = 0;
  uint64_t resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu %lu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

struct Round {
  std::string rules;
  std::vector<std::string> lines;
  Milliseconds lateness{0};
  bool any_lateness = false;
};

/// Some of many rules, or those of the example; a stream of a few users, shuffled a little.
Round made_round(uint64_t seed) {
  std::mt19937_64 random(seed);
  Round round;
  std::vector<ShapeRule> rules = shape_rules(5000);
  std::shuffle(rules.begin(), rules.end(), random);
  rules.resize(1 + random() % 40);
  round.rules = random() % 4 == 0 ? lifecycle_rules() : text_of(rules);

  WorkloadOptions options;
  options.events = 50 + random() % 1500;
  options.users = 1 + random() % 20;
  options.seed = random();
  options.skew = static_cast<double>(random() % 20) / 10;
  options.days = static_cast<double>(1 + random() % 200);
  options.message_ids = random() % 3 != 0;
  options.copies = random() % 2 == 0 ? 0.02 : 0;
  Workload workload(options);
  const int64_t shift_ms = random() % 2 == 0 ? 0 : static_cast<int64_t>(random() % 86'400'000);
  std::vector<std::pair<int64_t, std::string>> shuffled;
  for (Call call; workload.next(call);) {
    const int64_t late = shift_ms == 0 ? 0 : static_cast<int64_t>(random() % shift_ms);
    append_line(call, options, shuffled.emplace_back(call.at_ms + late, "").second);
  }
  std::sort(shuffled.begin(), shuffled.end());
  for (auto& [at_ms, line] : shuffled) round.lines.push_back(std::move(line));
  round.lateness = Milliseconds(random() % 3 == 0 ? shift_ms / 2 : shift_ms);
  round.any_lateness = random() % 5 == 0;
  return round;
}

/// Everything an engine tells, as one text.
std::string told(const Compilation& compilation, const Round& round, Evaluator evaluator,
                 unsigned threads) {
  MembershipEngine engine;
  EngineSettings settings;
  settings.evaluator = evaluator;
  settings.threads = threads;
  settings.lateness = round.lateness;
  settings.any_lateness = round.any_lateness;
  if (!start_engine(compilation, settings, engine).ok()) return "cannot start";
  std::string all;
  engine.on_change([&](const MembershipChange& change) {
    all += fmt::format("{} {} {} {} {}\n", change.id, format_time(change.at), change.user,
                       change.segment_name, change.entered ? "enters" : "leaves");
  });
  std::string some;
  for (size_t i = 0; i < round.lines.size(); ++i) {
    some += round.lines[i];
    if (i % 97 != 96) continue;
    if (!engine.push(some).ok()) return "cannot push";
    some.clear();
  }
  if (!engine.push(some).ok() || !engine.finish().ok()) return "cannot finish";
  const Snapshot last = engine.snapshot(true);
  for (const auto& ids : last.members) all += fmt::format("[{}]\n", fmt::join(ids, " "));
  for (const auto& values : last.scores) {
    for (const auto& [user, value] : values) all += fmt::format("{} = {}\n", user, value);
  }
  return all;
}

bool same_answers(uint64_t seed) {
  const Round round = made_round(seed);
  Compilation compilation;
  if (!compile_text("rules.seg", round.rules, {}, compilation).ok() || !compilation.ok()) {
    fmt::print(stderr, "soak: seed {}: the rules do not check\n{}", seed,
               compilation.findings().render(FindingsFormat::kText));
    return false;
  }
  const std::string wanted = told(compilation, round, Evaluator::kNaive, 1);
  for (const Evaluator evaluator : {Evaluator::kInterpreter, Evaluator::kNative}) {
    for (const unsigned threads : {1U, 3U}) {
      const std::string actual = told(compilation, round, evaluator, threads);
      if (actual == wanted) continue;
      const size_t at = static_cast<size_t>(
          std::mismatch(actual.begin(), actual.end(), wanted.begin(), wanted.end()).first -
          actual.begin());
      const size_t from = at == 0 ? 0 : wanted.rfind('\n', at - 1) + 1;
      fmt::print(stderr, "soak: seed {} differs: {}, {} threads\nnaive: {}\nit:    {}\n", seed,
                 evaluator == Evaluator::kNative ? "native" : "interpreter", threads,
                 wanted.substr(from, 200), actual.substr(std::min(from, actual.size()), 200));
      return false;
    }
  }
  return true;
}

/// Memory is compared with what it was after so many rounds, when all kinds of them have been.
constexpr uint64_t kWarmRounds = 200;
constexpr uint64_t kSlackBytes = uint64_t{64} << 20;

int soak(double minutes, uint64_t seed) {
  const auto begin = std::chrono::steady_clock::now();
  uint64_t warm = 0;
  uint64_t rounds = 0;
  for (;; ++rounds) {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
    if (minutes > 0 && passed.count() > 60 * minutes) break;
    if (!same_answers(seed + rounds)) return 1;
    if (rounds == kWarmRounds) warm = resident_bytes();
    if (rounds <= kWarmRounds || rounds % 50 != 0) continue;
    const uint64_t now = resident_bytes();
    if (now > warm + warm / 4 + kSlackBytes) {
      fmt::print(stderr, "soak: {} MiB after {} rounds, {} MiB after {}\n", now >> 20, rounds,
                 warm >> 20, kWarmRounds);
      return 1;
    }
    if (rounds % 1000 == 0) fmt::print(stderr, "soak: {} rounds, {} MiB\n", rounds, now >> 20);
  }
  fmt::print("soak: {} rounds from seed {}, none differs; {} MiB, {} MiB after the first {}\n",
             rounds, seed, resident_bytes() >> 20, warm >> 20, kWarmRounds);
  return 0;
}

}  // namespace
}  // namespace segue::bench

int main(int argc, char** argv) {
  double minutes = 0;
  uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--minutes") minutes = std::atof(argv[i + 1]);
    if (flag == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  return segue::bench::soak(minutes, seed);
}
