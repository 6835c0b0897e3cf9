// Clocks, turns and rows: how a benchmark takes two sides in one run and tells their ratio.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace segue::bench {

/// Seconds by the wall.
double now_seconds();

/// Seconds of processor time of the whole process: what work on one processor takes, however busy
/// the machine is otherwise.
double cpu_seconds();

double median(std::vector<double> values);

/// Lets the process run on the first `cpus` processors it was started with, threads made later too.
void pin_to(int cpus);

/// Seconds of both sides, turn by turn in alternation with a short pause, so that a machine whose
/// speed moves slows both. Which side begins alternates too.
struct Turns {
  std::vector<double> ours;
  std::vector<double> theirs;

  double ratio() const { return median(theirs) / median(ours); }  // > 1: ours is faster
};
Turns take_turns(int turns, const std::function<double()>& ours,
                 const std::function<double()>& theirs);

/// A line of the table, written to standard output as one JSON object.
struct ReachRow {
  std::string name;
  std::string goal;
  std::string measured;
  bool reached = false;
  std::string note;
};
void print_row(const ReachRow& row);

/// Random 64-byte read-modify-writes over 2 GiB, in ns each.
struct AccessCosts {
  double dependent = 0;
  double independent = 0;
  double prefetched = 0;  // in batches of 32
};
AccessCosts measure_access();

}  // namespace segue::bench
