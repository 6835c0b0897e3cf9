// Writes the benchmarks' stream of events to standard output.
//
//   generate [--events N] [--users N] [--seed N] [--skew S] [--days D] [--copies S]
//            [--no-message-ids]
#include <cstdio>
#include <string>

#include "bench/workload.h"

int main(int argc, char** argv) {
  segue::bench::WorkloadOptions options;
  for (int i = 1; i < argc; ++i) {
    if (segue::bench::take_workload_flag(argc, argv, i, options)) continue;
    std::fprintf(stderr, "generate: `%s` is no flag of it; see bench/generate.cc\n", argv[i]);
    return 2;
  }
  segue::bench::Workload workload(options);
  std::string lines;
  const auto flush = [&] {
    const bool whole = std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
    lines.clear();
    return whole;
  };
  for (segue::bench::Call call; workload.next(call);) {
    segue::bench::append_line(call, options, lines);
    if (lines.size() > 1 << 20 && !flush()) return 2;
  }
  return flush() ? 0 : 2;
}
