// Points of the page's plot: events a second by users, by threads and by rules.
#include <fmt/format.h>

#include <cstdio>

#include "bench/reach/measure.h"
#include "bench/reach/rows.h"
#include "bench/reach/rules.h"
#include "bench/reach/shape_rules.h"

namespace segue::bench {
namespace {

double rate(const std::shared_ptr<Program>& program, const WorkloadOptions& stream,
            unsigned threads) {
  pin_to(static_cast<int>(threads));
  const auto batches = decode_all(*program, lines_of(stream));
  std::vector<double> seconds;
  for (int turn = 0; turn < 3; ++turn) {
    EngineListener nobody;
    seconds.push_back(run_engine(program, {.threads = threads}, copies_of(batches), nobody));
  }
  return static_cast<double>(stream.events) / median(seconds);
}

void print_point(const char* curve, double x, double y) {
  fmt::print("{{\"curve\":\"{}\",\"x\":{},\"y\":{:.0f}}}\n", curve, x, y);
  std::fflush(stdout);
}

}  // namespace

void curves(const ReachOptions& options) {
  const auto lifecycle = program_of(lifecycle_rules());
  for (const uint64_t users : {1'000, 10'000, 100'000, 1'000'000}) {
    WorkloadOptions stream = options.workload;
    stream.users = users;
    print_point("users", static_cast<double>(users), rate(lifecycle, stream, 1));
  }
  for (const unsigned threads : {1U, 2U}) {
    print_point("threads", threads, rate(lifecycle, options.workload, threads));
  }
  for (const uint32_t rules : {10U, 30U, 100U, 300U, 1000U}) {
    WorkloadOptions stream = options.workload;
    stream.events /= 10;
    stream.users /= 10;
    print_point("rules", rules, rate(program_of(text_of(shape_rules(rules))), stream, 1));
  }
}

}  // namespace segue::bench
