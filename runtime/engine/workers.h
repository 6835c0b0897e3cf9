#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace segue {

/// A fixed set of threads that do the parts of one job together. The caller does part 0 itself, so
/// one part needs no thread.
class Workers {
 public:
  explicit Workers(uint32_t parts);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Calls `work(part)` for each part at the same time; returns when all are done.
  void run(const std::function<void(uint32_t)>& work);

 private:
  void serve(uint32_t part);

  const std::function<void(uint32_t)>* work_ = nullptr;  // null: the end
  std::atomic<uint32_t> round_ = 0;                      // counts jobs; a change starts the threads
  std::atomic<uint32_t> running_ = 0;                    // threads that are not done with the job
  std::vector<std::thread> threads_;
};

}  // namespace segue
