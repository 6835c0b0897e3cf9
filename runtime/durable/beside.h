#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "runtime/base/result.h"

namespace segue::durable {

/// One piece of work at a time on a thread of its own, which begins with the first and lives as
/// long as this does. Cost: two wake-ups of a thread a piece.
class Beside {
 public:
  Beside() = default;
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  ~Beside();

  /// Begins it. What was begun before has been awaited, and what it uses stays until it is.
  void begin(std::function<Status()> work);

  /// Waits until it is done; what it gave.
  Status await();

 private:
  void run();

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::function<Status()> work_;  // empty: nothing to do
  Status given_;
  bool stopped_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace segue::durable
