// Takes deleted users out of the log that is kept.
#include <algorithm>
#include <array>
#include <utility>

#include "runtime/base/byte_fields.h"
#include "runtime/durable/kept_log.h"
#include "runtime/durable/log.h"
#include "runtime/durable/records.h"
#include "runtime/engine/identity.h"
#include "runtime/ingest/decode.h"
#include "runtime/ingest/lines.h"

namespace segue::durable {
namespace {

constexpr std::string_view kPart = ".part";

/// Who an event is of and when is all that is read.
InputSchema no_rules() {
  InputSchema schema;
  schema.kinds.resize(kFirstNamedKind);
  return schema;
}

/// Segment by segment, record by record.
class Eraser {
 public:
  Eraser(Files& files, std::string folder, std::vector<std::string> segments, const LogPlace& from,
         const Watermark& watermark, const ForgottenIds& ids)
      : files_(files),
        folder_(std::move(folder)),
        segments_(std::move(segments)),
        from_(from),
        watermark_(from.watermark(watermark)),
        ids_(ids),
        schema_(no_rules()),
        decoder_(schema_) {}

  Status take(const Record& record) {
    while (at_ + 1 < segments_.size() && segments_[at_ + 1] <= segment_name(record.number)) {
      SEGUE_TRY_STATUS(end_segment());
      ++at_;
    }
    RecordHead head;
    head.number = record.number;
    head.synced = record.number - 1;
    head.kind = static_cast<uint32_t>(record.kind);
    if (record.kind == RecordKind::kAdvance) {
      Instant through;
      ByteReader in(record.payload);
      if (!in.take(through.ms) || through.ms > kAdvanceMsMax) {
        return Error{Errc::kCorrupt, "a record of the log is damaged: how far the clock moved on"};
      }
      watermark_.advance_to(through);
    }
    if (record.kind != RecordKind::kEvents && record.kind != RecordKind::kKept) {
      put_record(segment_, head, record.payload);
      return {};
    }
    SEGUE_TRY(const bool erases, keep_lines(record));
    if (erases) head.kind = static_cast<uint32_t>(RecordKind::kKept);
    put_record(segment_, head, erases ? std::string_view(kept_) : record.payload);
    changed_ |= erases;
    return {};
  }

  /// What was read of the segment at hand takes its place, if it is not the same.
  Status end_segment() {
    const std::string records = std::exchange(segment_, {});
    if (!std::exchange(changed_, false)) return {};
    const std::string path = folder_ + "/" + segments_[at_];
    std::array<char, sizeof(SegmentHead)> head = {};
    SEGUE_TRY(const auto old, files_.open(path, OpenMode::kRead));
    SEGUE_TRY(const size_t got, old->read(0, head));
    if (got != head.size()) return Error{Errc::kCorrupt, "`" + path + "` has lost its head"};
    const std::string part = path + std::string(kPart);
    {
      SEGUE_TRY(const auto file, files_.open(part, OpenMode::kAppend));
      SEGUE_TRY_STATUS(file->truncate(0));
      SEGUE_TRY_STATUS(file->append({head.data(), head.size()}));
      SEGUE_TRY_STATUS(file->append(records));
      SEGUE_TRY_STATUS(file->sync());
    }
    SEGUE_TRY_STATUS(files_.rename(part, path));
    return files_.sync_folder(folder_);
  }

 private:
  /// Makes `kept_`; whether anything is left out.
  Result<bool> keep_lines(const Record& record) {
    kept_.clear();
    const bool is_before = record.number < from_.record;
    bool erases = false;
    Instant noted = kLongAgo;  // what the reader of `kept_` knows to be late
    run_.clear();
    run_lines_ = 0;
    const auto pass = [&](Instant passed) {
      watermark_.advance_to(passed - Duration{1});
      end_run(noted);
      noted = watermark_.passed();
    };
    const auto line = [&](std::string_view text) -> Status {
      if (is_before) {
        erases = true;
        return {};
      }
      SEGUE_TRY(const bool stays, admit(text));
      if (!stays) {
        erases = true;
        end_run(noted);
        noted = watermark_.passed();
        return {};
      }
      put_text(run_, text);
      ++run_lines_;
      return {};
    };
    SEGUE_TRY_STATUS(each_line(record, pass, line));
    end_run(noted, true);
    return erases;
  }

  /// The lines since the last one that was left out; behind the last one of all how far it moved
  /// time.
  void end_run(Instant passed, bool is_last = false) {
    if (run_lines_ == 0 && (passed == kLongAgo || !is_last)) return;
    put(kept_, passed.ms);
    put(kept_, run_lines_);
    kept_ += run_;
    run_.clear();
    run_lines_ = 0;
  }

  /// Takes the line in as the engine did; whether it stays.
  Result<bool> admit(std::string_view line) {
    line_.assign(line).append(kLinePadding, '\0');
    EventBatch batch = decoder_.make_batch();
    if (decoder_.decode(std::string_view(line_).substr(0, line.size()), batch)) {
      return Error{Errc::kCorrupt, "a record of the log is damaged: a line that is no event"};
    }
    const Event& event = batch.events[0];
    const bool is_call = is_identity_call(event.kind);
    Instant at = event.at;
    if (is_call) {
      at = watermark_.admit_call(event.at);
    } else {
      watermark_.admit(event.at);
    }
    if (is_forgotten(event.user, at)) return false;
    return event.kind != kAliasKind || !is_forgotten(event.name, at);
  }

  bool is_forgotten(std::string_view id, Instant at) const {
    const auto found = ids_.find(id);
    return found != ids_.end() && at <= found->second;
  }

  Files& files_;
  std::string folder_;
  std::vector<std::string> segments_;
  LogPlace from_;
  Watermark watermark_;
  const ForgottenIds& ids_;
  InputSchema schema_;
  Decoder decoder_;
  size_t at_ = 0;         // of segments
  std::string segment_;   // its records, as they are to be
  bool changed_ = false;  // it is not as it was
  std::string kept_, run_, line_;
  uint32_t run_lines_ = 0;
};

}  // namespace

Status remove_parts(Files& files, const std::string& folder) {
  SEGUE_TRY(auto names, files.list(folder));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(kPart); });
  for (const std::string& name : names) SEGUE_TRY_STATUS(files.remove(folder + "/" + name));
  return names.empty() ? Status() : files.sync_folder(folder);
}

Status erase_from_log(Files& files, const std::string& folder, const LogPlace& from,
                      const Watermark& watermark, uint64_t until, const ForgottenIds& ids) {
  SEGUE_TRY(auto segments, list_segments(files, folder));
  std::erase_if(segments, [&](const auto& name) { return name >= segment_name(until); });
  if (segments.empty()) return {};
  const uint64_t first = first_record_of(segments[0]);
  Eraser eraser(files, folder, std::move(segments), from, watermark, ids);
  const auto take = [&](const Record& record) { return eraser.take(record); };
  const auto reading = read_log(files, folder, first, false, take, until);
  return reading ? eraser.end_segment() : Status(reading.error());
}

}  // namespace segue::durable
