#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "runtime/base/event_batch.h"
#include "runtime/base/schema.h"
#include "runtime/ingest/marks.h"

namespace segue {

/// Turns lines of JSON into events: the calls of the Segment specification, as CLI.md lists them.
///
/// The whole line is checked, wanted or not, so the same lines are rejected whatever the rules
/// read. Of a key that comes twice the last one counts, as in most parsers. Keys may come in any
/// order; `event` and `type` before `properties` is quickest.
///
/// - The user is `userId`, else `anonymousId`: a text that is not empty, or a number as written.
/// - `timestamp` is RFC 3339 or epoch milliseconds, see `TimestampReader`.
/// - The tie is `messageId` (a text that is not empty, or a number as written), else 32 hex digits
///   of the XXH3-128 of the line without blanks at its ends.
/// - A slot's value is what its path leads to through records. A path through a list leads to
///   nothing. Lists and records inside a list are `kList` and `kRecord` without items.
/// - `alias` (with `previousId`, an id like `userId`) and `delete` become events of `kAliasKind`
/// and
///   `kDeleteKind`, whose properties are not read.
/// - `page` and `screen`: the call's `name`, unless missing, is the property `name`.
///
/// A line that is written like an earlier one, the same keys in the same order, is told by
/// comparing bytes (guess.h); all others are walked token by token.
///
/// Cost (bench/decode_bench.cc): less than a bare walk of simdjson for a line like earlier ones,
/// twice that walk for others.
/// Threads: one at a time.
class Decoder {
 public:
  explicit Decoder(const InputSchema& schema);
  ~Decoder();

  /// An empty batch whose events may come from this decoder; may outlive it.
  EventBatch make_batch() const;

  /// Appends the event of `line` to `batch.events`, or says why it is none. `line` is without
  /// blanks at its ends and can be read for `kLinePadding` bytes more.
  /// `marks` are those of the line, or more; or null.
  std::optional<RejectKind> decode(std::string_view line, EventBatch& batch,
                                   const Marks* marks = nullptr);

  /// The same without a guess, by the walk over tokens: what decides what a line is.
  std::optional<RejectKind> decode_anew(std::string_view line, EventBatch& batch);

  /// How many lines have been told by a guess.
  uint64_t guessed() const;

 private:
  class Call;
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace segue
