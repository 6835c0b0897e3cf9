// The payloads of the log's records: docs/formats/log.md.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"
#include "runtime/base/result.h"
#include "runtime/durable/log.h"
#include "runtime/ingest/decode.h"

namespace segue::durable {

/// No clock is moved on further; a log that says so was forged, and time would overflow.
inline constexpr int64_t kAdvanceMsMax = int64_t{1} << 53;

/// Whether it has lines of events.
inline bool has_lines(RecordKind kind) {
  return kind == RecordKind::kEvents || kind == RecordKind::kEventsAndRejects ||
         kind == RecordKind::kKept;
}

/// The lines of a batch's events, and the places of its rejects; with `reject_lines` their lines
/// too. `inputs`: the log's numbers of the files that origins name. Every origin has its line.
/// Returns what kind of a record that is.
RecordKind put_events(std::string& out, const EventBatch& batch, std::span<const uint32_t> inputs,
                      bool reject_lines = false);

/// The batch again, of `kEvents` or `kEventsAndRejects`; its origins and rejects name the log's
/// numbers, which are below `inputs`.
Result<EventBatch> take_events(const Record& record, Decoder& decoder, uint32_t inputs);

/// The lines of a record that has such, in order; `pass` before a line: by then events
/// dated before the instant are late, whatever was left out that told so.
Status each_line(const Record& record, const std::function<void(Instant)>& pass,
                 const std::function<Status(std::string_view)>& line);

/// Of a deploy: which program takes the place of the one before.
struct LoggedDeploy {
  uint64_t record = 0;  // its number in the log
  uint64_t program = 0;
  bool history_starts_now = false;
  uint64_t filled_from = 0;  // the record from which on the log was read once more; 0: it was not
};
void put_deploy(std::string& out, const LoggedDeploy& deploy);
inline bool is_deploy(RecordKind kind) {
  return kind == RecordKind::kDeploy || kind == RecordKind::kFilledDeploy;
}
RecordKind kind_of(const LoggedDeploy& deploy);
/// `record` is of one of these kinds.
Result<LoggedDeploy> take_deploy(const Record& record);

}  // namespace segue::durable
