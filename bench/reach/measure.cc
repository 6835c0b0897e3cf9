#include "bench/reach/measure.h"

#include <fmt/format.h>
#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "bench/huge_array.h"

namespace segue::bench {

double now_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void pin_to(int cpus) {
  static const cpu_set_t all = [] {
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    return set;
  }();
  cpu_set_t some;
  CPU_ZERO(&some);
  for (int cpu = 0; cpu < CPU_SETSIZE && cpus > 0; ++cpu) {
    if (!CPU_ISSET(cpu, &all)) continue;
    CPU_SET(cpu, &some);
    --cpus;
  }
  sched_setaffinity(0, sizeof some, &some);
}

Turns take_turns(int turns, const std::function<double()>& ours,
                 const std::function<double()>& theirs) {
  Turns taken;
  for (int turn = 0; turn < turns; ++turn) {
    const bool ours_first = turn % 2 == 0;
    if (ours_first) taken.ours.push_back(ours());
    taken.theirs.push_back(theirs());
    if (!ours_first) taken.ours.push_back(ours());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return taken;
}

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

void print_row(const ReachRow& row) {
  fmt::print("{{\"row\":{},\"goal\":{},\"measured\":{},\"reached\":{},\"note\":{}}}\n",
             quoted(row.name), quoted(row.goal), quoted(row.measured), row.reached,
             quoted(row.note));
  std::fflush(stdout);
}

AccessCosts measure_access() {
  struct Line {
    uint64_t words[8];
  };
  constexpr size_t kLines = (size_t{2} << 30) / sizeof(Line);
  constexpr uint64_t kAccesses = 1 << 21;
  constexpr uint64_t kBatch = 32;
  HugeArray<Line> lines(kLines);
  for (size_t i = 0; i < kLines; ++i) lines[i].words[0] = i * 0x9E3779B97F4A7C15;
  const auto mixed = [](uint64_t x) {
    x *= 0xBF58476D1CE4E5B9;
    return x ^ x >> 31;
  };
  const auto nanoseconds = [&](const auto& work) {
    std::vector<double> taken;
    for (int turn = 0; turn < 5; ++turn) {
      const double begin = cpu_seconds();
      work(static_cast<uint64_t>(turn) << 40);
      taken.push_back((cpu_seconds() - begin) / static_cast<double>(kAccesses) * 1e9);
    }
    return median(taken);
  };
  AccessCosts costs;
  costs.dependent = nanoseconds([&](uint64_t x) {
    for (uint64_t i = 0; i < kAccesses; ++i) {
      Line& line = lines[mixed(x + i) % kLines];
      x ^= line.words[0];
      line.words[1] += x;
    }
  });
  costs.independent = nanoseconds([&](uint64_t x) {
    for (uint64_t i = 0; i < kAccesses; ++i) ++lines[mixed(x + i) % kLines].words[2];
  });
  costs.prefetched = nanoseconds([&](uint64_t x) {
    for (uint64_t i = 0; i < kAccesses; i += kBatch) {
      for (uint64_t j = i; j < i + kBatch; ++j) {
        __builtin_prefetch(&lines[mixed(x + j) % kLines], 1);
      }
      for (uint64_t j = i; j < i + kBatch; ++j) ++lines[mixed(x + j) % kLines].words[3];
    }
  });
  return costs;
}

}  // namespace segue::bench
