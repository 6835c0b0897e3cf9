// Measures rows of the table of docs/performance.md; one JSON object a row on standard output.
//
//   reach ROW... [--turns N] [flags of bench/workload.h]
//
// ROW: a name of the table below. Run from the tree's root.
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/reach/rows.h"

namespace {

using Measure = void (*)(const segue::bench::ReachOptions&);
constexpr std::pair<std::string_view, Measure> kRows[] = {
    {"answers", segue::bench::check_answers},
    {"limit", segue::bench::limit_row},
    {"decoded", segue::bench::decoded_rows},
    {"lines", segue::bench::lines_rows},
    {"as-of", segue::bench::as_of_rows},
    {"shop", segue::bench::shop_row},
    {"shape-answers", segue::bench::check_shapes},
    {"shapes", segue::bench::shape_rows},
    {"each-shape", segue::bench::each_shape},
    {"code", segue::bench::code_rows},
    {"storm", segue::bench::storm_row},
    {"deploy", segue::bench::deploy_row},
    {"one-user", segue::bench::one_user_row},
    {"curves", segue::bench::curves},
};

}  // namespace

int main(int argc, char** argv) {
  segue::bench::ReachOptions options;
  options.workload.events = 2'000'000;
  options.workload.users = 100'000;
  std::vector<Measure> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    bool known = segue::bench::take_workload_flag(argc, argv, i, options.workload);
    if (word == "--turns" && i + 1 < argc) {
      options.turns = std::atoi(argv[++i]);
      known = true;
    }
    for (const auto& [name, measure] : kRows) {
      if (word != name) continue;
      wanted.push_back(measure);
      known = true;
    }
    if (known) continue;
    std::fprintf(stderr, "reach: `%s` is neither a row nor a flag; see bench/reach/main.cc\n",
                 argv[i]);
    return 2;
  }
  for (const Measure measure : wanted) measure(options);
}
