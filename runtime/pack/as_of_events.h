#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/engine/identity.h"
#include "runtime/engine/watermark.h"
#include "runtime/ingest/source.h"
#include "runtime/pack/answers.h"
#include "runtime/pack/as_of_pack.h"

namespace segue::pack {

/// Events in any order, dealt by user, of whom all are answered at the end. Users that aliases join
/// are answered from both histories, joined. Memory: all events.
class EventsByUser {
 public:
  /// Takes the events of a batch; one thread at a time.
  void add(EventBatch batch);

  /// The same, but for those that are late by the watermark, which are told.
  void add(EventBatch batch, Watermark& watermark,
           const std::function<void(const Event&, const Origin*)>& on_late);

  /// Answers from all of `dealt` together, which lose nothing. `dedupe`: see EngineOptions.
  static AsOfResult answer(const Program& program, std::vector<EventsByUser>& dealt,
                           AsOfRequest request, std::optional<Duration> dedupe);

 private:
  static constexpr size_t kParts = 256;

  struct Item {
    uint64_t hash;
    Instant at;
    const Event* event;
  };
  class PartReader;

  void deal(const EventBatch& batch, size_t i);
  void take_call(const Event& event, Instant at);

  std::vector<EventBatch> batches_;
  std::array<std::vector<Item>, kParts> parts_;
  std::vector<IdentityCall> calls_;
  AsOfStats stats_;
};

/// Decodes the lines of one input on several threads, in pieces that end with a line; nothing of it
/// may be late. One `into` a thread. Lines that are no events come in order, numbered as in the
/// whole; an error of `on_rejects` ends the reading. `on_progress` gets the number of events so
/// far.
Status deal_lines(ByteSource& source, uint32_t file, const InputSchema& schema,
                  std::vector<EventsByUser>& into,
                  const std::function<Status(std::span<const Reject>)>& on_rejects,
                  const std::function<void(uint64_t)>& on_progress);

}  // namespace segue::pack
