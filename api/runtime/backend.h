// What answers behind a `MembershipEngine`: the runtime's engine, or whole histories.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/engine/engine.h"

namespace segue {

/// See `Engine`, whose promises these are. Both tell an `EngineListener` the same.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual void push(EventBatch batch) = 0;
  virtual void advance_to(Instant through) = 0;
  virtual void finish(Instant until) = 0;
  virtual Status stop_at(Instant at) = 0;

  // As of the last settled instant, by segment or score, users sorted by bytes.
  virtual std::vector<std::vector<std::string_view>> members() = 0;
  virtual std::vector<std::pair<std::string_view, double>> scores(uint32_t score) = 0;
  virtual EngineStats stats() const = 0;

  /// The runtime's engine, if it is that.
  virtual Engine* engine() { return nullptr; }
};

std::unique_ptr<Backend> make_engine_backend(std::shared_ptr<const Program> program,
                                             const EngineOptions& options,
                                             EngineListener& listener);

}  // namespace segue
