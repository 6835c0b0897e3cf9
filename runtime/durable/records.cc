#include "runtime/durable/records.h"

#include <algorithm>

#include "runtime/base/byte_fields.h"
#include "runtime/ingest/lines.h"

namespace segue::durable {
namespace {

Error damaged(const char* what) {
  return {Errc::kCorrupt, std::string("a record of the log is damaged: ") + what};
}

/// Events of one file in lines that follow each other: how many of those that begin at `first`.
size_t run_length(std::span<const Origin> origins, size_t first) {
  size_t count = 1;
  while (first + count < origins.size() && origins[first + count].file == origins[first].file &&
         origins[first + count].line == origins[first].line + count) {
    ++count;
  }
  return count;
}

/// Lines of events have no zero bytes, and by that a sector that never reached the disk is known:
/// of what was left out a 0 is written as 1 1, and a 1 as 1 2.
void put_any_line(std::string& out, std::string_view line) {
  std::string bytes;
  bytes.reserve(line.size());
  for (const char byte : line) {
    if (byte == 0 || byte == 1) {
      bytes.push_back(1);
      bytes.push_back(static_cast<char>(byte + 1));
    } else {
      bytes.push_back(byte);
    }
  }
  put_text(out, bytes);
}

bool take_any_line(ByteReader& in, std::string& line) {
  std::string_view bytes;
  if (!in.take_text(bytes)) return false;
  line.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != 1) {
      line.push_back(bytes[i]);
      continue;
    }
    if (++i == bytes.size() || (bytes[i] != 1 && bytes[i] != 2)) return false;
    line.push_back(static_cast<char>(bytes[i] - 1));
  }
  return true;
}

bool take_rejects(ByteReader& in, uint32_t inputs, bool have_lines, EventBatch& batch) {
  uint32_t count = 0;
  if (!in.take(count) || count > in.left()) return false;
  for (; count > 0; --count) {
    Reject reject;
    uint8_t kind = 0;
    if (!in.take(reject.file) || !in.take(reject.line) || !in.take(kind)) return false;
    if (reject.file >= inputs || kind >= kRejectKinds) return false;
    reject.kind = static_cast<RejectKind>(kind);
    if (have_lines && !take_any_line(in, reject.raw)) return false;
    batch.rejects.push_back(std::move(reject));
  }
  return true;
}

bool skip_rejects(ByteReader& in, bool have_lines) {
  constexpr uint64_t kRejectBytes = 4 + 8 + 1;
  uint32_t count = 0;
  std::string_view skipped;
  if (!in.take(count)) return false;
  if (!have_lines) return in.take_bytes(count * kRejectBytes, skipped);
  for (; count > 0; --count) {
    if (!in.take_bytes(kRejectBytes, skipped) || !in.take_text(skipped)) return false;
  }
  return true;
}

}  // namespace

RecordKind put_events(std::string& out, const EventBatch& batch, std::span<const uint32_t> inputs,
                      bool reject_lines) {
  reject_lines = reject_lines && !batch.rejects.empty();
  put(out, static_cast<uint32_t>(batch.rejects.size()));
  for (const Reject& reject : batch.rejects) {
    put(out, inputs[reject.file]);
    put(out, reject.line);
    put(out, static_cast<uint8_t>(reject.kind));
    if (reject_lines) put_any_line(out, reject.raw);
  }
  const std::span<const Origin> origins = batch.origins;
  for (size_t i = 0; i < origins.size();) {
    const size_t count = run_length(origins, i);
    put(out, inputs[origins[i].file]);
    put(out, origins[i].line);
    put(out, static_cast<uint32_t>(count));
    for (const size_t end = i + count; i < end; ++i) put_text(out, origins[i].raw);
  }
  return reject_lines ? RecordKind::kEventsAndRejects : RecordKind::kEvents;
}

Result<EventBatch> take_events(const Record& record, Decoder& decoder, uint32_t inputs) {
  ByteReader in(record.payload);
  EventBatch batch = decoder.make_batch();
  const bool have_lines = record.kind == RecordKind::kEventsAndRejects;
  if (!take_rejects(in, inputs, have_lines, batch)) return damaged("its rejects");
  while (!in.done()) {
    Origin origin;
    uint32_t count = 0;
    if (!in.take(origin.file) || !in.take(origin.line) || !in.take(count)) return damaged("a run");
    if (origin.file >= inputs) return damaged("an input that was not named");
    for (; count > 0; --count, ++origin.line) {
      std::string_view line;
      if (!in.take_text(line)) return damaged("a line");
      // A line may be read beyond its end, see `kLinePadding`.
      char* const copy = batch.arena->bytes(line.size() + kLinePadding);
      line.copy(copy, line.size());
      std::fill_n(copy + line.size(), kLinePadding, '\0');
      origin.raw = {copy, line.size()};
      if (decoder.decode(origin.raw, batch)) return damaged("a line that is no event");
      batch.origins.push_back(origin);
    }
  }
  return batch;
}

Status each_line(const Record& record, const std::function<void(Instant)>& pass,
                 const std::function<Status(std::string_view)>& line) {
  ByteReader in(record.payload);
  const bool have_reject_lines = record.kind == RecordKind::kEventsAndRejects;
  const bool is_whole = record.kind != RecordKind::kKept;
  if (is_whole && !skip_rejects(in, have_reject_lines)) return damaged("its rejects");
  while (!in.done()) {
    uint32_t input = 0;
    uint64_t number = 0;
    Instant passed = kLongAgo;
    uint32_t count = 0;
    const bool has_place = is_whole ? in.take(input) && in.take(number) : in.take(passed.ms);
    if (!has_place || !in.take(count)) return damaged("a run");
    if (passed < kLongAgo || passed.ms > kAdvanceMsMax + 1) return damaged("its time");
    if (passed != kLongAgo) pass(passed);
    for (; count > 0; --count) {
      std::string_view text;
      if (!in.take_text(text)) return damaged("a line");
      SEGUE_TRY_STATUS(line(text));
    }
  }
  return {};
}

void put_deploy(std::string& out, const LoggedDeploy& deploy) {
  put(out, deploy.program);
  put(out, static_cast<uint8_t>(deploy.history_starts_now));
  if (deploy.filled_from != 0) put(out, deploy.filled_from);
}

RecordKind kind_of(const LoggedDeploy& deploy) {
  return deploy.filled_from != 0 ? RecordKind::kFilledDeploy : RecordKind::kDeploy;
}

Result<LoggedDeploy> take_deploy(const Record& record) {
  ByteReader in(record.payload);
  LoggedDeploy deploy{record.number};
  uint8_t flag = 0;
  const bool is_filled = record.kind == RecordKind::kFilledDeploy;
  const bool whole = in.take(deploy.program) && in.take(flag) && flag <= 1 &&
                     (!is_filled || in.take(deploy.filled_from)) && in.done();
  if (!whole || is_filled != (deploy.filled_from != 0)) return damaged("a deploy");
  deploy.history_starts_now = flag != 0;
  return deploy;
}

}  // namespace segue::durable
