// embed_cpp RULES EVENTS: rules compiled in the service, users kept by an engine.
#include <fstream>
#include <iostream>

#include "segue/compile.h"
#include "segue/engine.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  segue::Compilation rules;
  const std::string path = argv[1];
  const segue::Outcome read = segue::compile_files({&path, 1}, {}, rules);
  if (!read.ok() || !rules.ok()) {
    std::cerr << read.message() << rules.findings().render(segue::FindingsFormat::kText);
    return 1;
  }

  segue::MembershipEngine engine;
  if (!segue::start_engine(rules, {.threads = 2}, engine).ok()) return 2;
  engine.on_change([](const segue::MembershipChange& change) {
    std::cout << segue::format_time(change.at) << ' ' << change.user
              << (change.entered ? " enters " : " leaves ") << change.segment_name << '\n';
  });

  std::ifstream events(argv[2]);
  for (std::string line; std::getline(events, line);) {
    if (!engine.push(line).ok()) return 2;
  }
  // No more events: the clock runs on for a month, and time alone brings the last changes.
  const auto last = engine.stats().newest;
  return last && engine.finish(*last + std::chrono::days(30)).ok() ? 0 : 2;
}
