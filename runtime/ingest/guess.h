#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/ingest/calls.h"
#include "runtime/ingest/key_table.h"
#include "runtime/ingest/layouts.h"
#include "runtime/ingest/marks.h"
#include "runtime/ingest/timestamp.h"
#include "runtime/ingest/wanted.h"

namespace segue {

/// Decodes lines that are written like earlier ones. It is never wrong, only sometimes at a loss:
/// what it takes for an event, the walk over tokens takes for the same event (a test compares
/// them), and of all else it says nothing.
///
/// Cost: with a layout that is known, half a bare walk of simdjson; with none, the pass for marks
/// and the comparison up to where the line differs, and after 32 of those only an eighth of the
/// lines is tried.
class Guess {
 public:
  using Names = std::shared_ptr<const std::vector<std::string>>;  // of kinds

  explicit Guess(Names names) : names_(std::move(names)) {}

  /// Appends the event of `line` to `batch`, or returns false and leaves the batch as it was.
  /// `marks` are those of the line, or more.
  bool decode(std::string_view line, const Marks& marks, EventBatch& batch);

  /// The same where they are yet to be found.
  bool decode(std::string_view line, EventBatch& batch);

  /// Remembers how the line at which `decode` was just at a loss is written. It is an event of that
  /// identity, and `wanted` is what its kind wants.
  void learn(std::string_view line, const CallIdentity& identity, const Wanted& wanted,
             const KeyTable& fields);

  uint64_t hits() const { return hits_; }

 private:
  class Texts;

  static constexpr size_t kBytesMax = 4096;  // of a line whose marks are yet to be found

  bool fill(const Layout& layout, std::string_view line, const Marks& marks, EventBatch& batch);
  void read_list(const Layout::TakeList& list, const Marks& marks, Arena& arena, Value& value);
  bool read_time(const Layout& layout, const Marks& marks, Instant& at);
  Layouts::Span span(const Marks& marks, uint32_t number, bool is_text) const;
  bool miss();

  Names names_;
  std::array<uint32_t, kBytesMax + kMarksSlack> places_;  // of one line; written, then read
  std::array<Feed, kBytesMax + kMarksSlack> feeds_;
  Layouts layouts_;
  Layouts::Scalars scalars_;
  TimestampReader timestamps_;

  // A line at a loss may be learnt from. Each costs what some hundred good guesses save, so a log
  // whose lines are all different must not go on for ever.
  static constexpr uint32_t kLearningCost = 64;
  static constexpr uint32_t kCreditMax = 1024 * kLearningCost;
  uint32_t credit_ = kCreditMax;
  bool may_learn_ = false;
  uint64_t hits_ = 0;
  uint32_t misses_ = 0;   // since the last good guess
  uint32_t passing_ = 0;  // lines not to be tried
};

}  // namespace segue
