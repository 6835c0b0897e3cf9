#pragma once

#include <span>

#include "runtime/base/event.h"
#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"
#include "runtime/engine/change.h"
#include "runtime/engine/user_updates.h"

namespace segue {

/// What an engine tells while it works, from the thread that calls it.
class EngineListener {
 public:
  virtual ~EngineListener() = default;

  /// The next changes in order of (instant, user, segment's name): all of a stretch of time before
  /// which nothing can come any more, in one call or several, those of a user's instant in one.
  virtual void on_changes(std::span<const Change>) {}

  /// An event that does not count. `origin` is null if its batch has none.
  virtual void on_late(const Event&, const Origin*) {}

  /// What a user has come to, before its changes are told, in order of its instants. Only of an
  /// engine that was asked to `tell_users`.
  virtual void on_user(const UserUpdate&) {}

  /// All up to and at `at` is settled, nothing after it is applied: now lookups answer as of `at`.
  virtual void on_stop(Instant) {}
};

}  // namespace segue
