// The line that shows a long run at work.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "segue/events.h"

namespace segue::cli {

/// One line on standard error, rewritten in place: events, rate, and time left where the size is
/// known. Only if standard error is a terminal, and not before a run has taken a second.
class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Starts the clock again: what was done so far is no part of the rate.
  void restart();

  void show(const InputProgress& progress);

  /// Takes the line away, so that what follows starts on a clean one.
  void clear();

  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool enabled_;
  bool visible_ = false;
  Clock::time_point begin_;
  Clock::time_point next_;
};

/// `1.10 M/s`
std::string rate_text(double per_second);

/// `  42% [=======>          ]  1,240,000 events  1.1 M/s  0:07 left`, as wide as `columns` at
/// most.
std::string progress_line(const InputProgress& progress, double seconds, unsigned columns);

}  // namespace segue::cli
