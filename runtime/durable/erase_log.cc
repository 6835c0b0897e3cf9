// Takes deleted users out of the log that is kept.
#include <algorithm>
#include <array>
#include <utility>

#include "runtime/base/byte_fields.h"
#include "runtime/durable/kept_log.h"
#include "runtime/durable/log.h"
#include "runtime/durable/records.h"
#include "runtime/durable/segment_users.h"
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

/// Segment by segment, and record by record those that have lines of these ids, or may.
class Eraser {
 public:
  Eraser(Files& files, std::string folder, const LogPlace& from, const Watermark& watermark,
         const ForgottenIds& ids)
      : files_(files),
        folder_(std::move(folder)),
        from_(from),
        watermark_(from.watermark(watermark)),
        ids_(ids),
        schema_(no_rules()),
        decoder_(schema_) {}

  /// `next`: the record behind its last one.
  Status take_segment(const std::string& segment, uint64_t next) {
    const std::string path = folder_ + "/" + segment;
    const std::string users_path = folder_ + "/" + users_name(segment);
    const auto known = read_file(files_, users_path);
    SEGUE_TRY(const bool is_of_others, has_none(path, segment, next, known));
    if (is_of_others) return {};
    users_ = SegmentUsers();
    segment_.clear();
    changed_ = false;
    const auto take = [&](const Record& record) { return take_record(record); };
    SEGUE_TRY(const LogReading reading,
              read_log(files_, folder_, {first_record_of(segment), next}, false, take));
    if (reading.next != next) {
      return Error{Errc::kCorrupt, "`" + path + "` ends before record " + std::to_string(next)};
    }
    if (changed_) SEGUE_TRY_STATUS(write_segment(path));
    users_.next = next;
    users_.bytes = sizeof(SegmentHead) + segment_.size();
    users_.passed = watermark_.passed();
    const std::string users = users_.pack();
    return known && *known == users ? Status() : replace(users_path, users);
  }

 private:
  /// Whether what is known of the segment says so; then time is where it is behind it. One that
  /// begins before the log that is kept has lines that are to go, whoever's they are.
  Result<bool> has_none(const std::string& path, const std::string& segment, uint64_t next,
                        const Result<std::string>& known) {
    if (!known || first_record_of(segment) < from_.record) return false;
    const auto users = SegmentUsers::open(*known);
    if (!users || users->next != next || users->may_have(ids_)) return false;
    SEGUE_TRY(const auto file, files_.open(path, OpenMode::kRead));
    SEGUE_TRY(const uint64_t bytes, file->size());
    if (bytes != users->bytes) return false;
    watermark_.advance_to(users->passed - Duration{1});
    return true;
  }

  Status take_record(const Record& record) {
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
    if (!has_lines(record.kind)) {
      put_record(segment_, head, record.payload);
      return {};
    }
    SEGUE_TRY(const bool erases, keep_lines(record));
    if (erases) head.kind = static_cast<uint32_t>(RecordKind::kKept);
    put_record(segment_, head, erases ? std::string_view(kept_) : record.payload);
    changed_ |= erases;
    return {};
  }

  /// What was read of it takes its place.
  Status write_segment(const std::string& path) {
    std::array<char, sizeof(SegmentHead)> head = {};
    SEGUE_TRY(const auto old, files_.open(path, OpenMode::kRead));
    SEGUE_TRY(const size_t got, old->read(0, head));
    if (got != head.size()) return Error{Errc::kCorrupt, "`" + path + "` has lost its head"};
    return replace(path, std::string(head.data(), head.size()) + segment_);
  }

  /// On the disk when it returns.
  Status replace(const std::string& path, std::string_view bytes) {
    const std::string part = path + std::string(kPart);
    {
      SEGUE_TRY(const auto file, files_.open(part, OpenMode::kAppend));
      SEGUE_TRY_STATUS(file->truncate(0));
      SEGUE_TRY_STATUS(file->append(bytes));
      SEGUE_TRY_STATUS(file->sync());
    }
    SEGUE_TRY_STATUS(files_.rename(part, path));
    return files_.sync_folder(folder_);
  }

  /// Makes `kept_`; whether anything is left out.
  Result<bool> keep_lines(const Record& record) {
    kept_.clear();
    const bool is_before = record.number < from_.record;
    // Whose the lines are that were left out is not known.
    bool erases = record.kind == RecordKind::kEventsAndRejects;
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
    const bool is_alias = event.kind == kAliasKind;
    if (is_forgotten(event.user, at) || (is_alias && is_forgotten(event.name, at))) return false;
    users_.add(event.user);
    if (is_alias) users_.add(event.name);
    return true;
  }

  bool is_forgotten(std::string_view id, Instant at) const {
    const auto found = ids_.find(id);
    return found != ids_.end() && at <= found->second;
  }

  Files& files_;
  std::string folder_;
  LogPlace from_;
  Watermark watermark_;
  const ForgottenIds& ids_;
  InputSchema schema_;
  Decoder decoder_;
  std::string segment_;   // the records of the one at hand, as they are to be
  bool changed_ = false;  // it is not as it was
  SegmentUsers users_;    // of it
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
  Eraser eraser(files, folder, from, watermark, ids);
  for (size_t i = 0; i < segments.size(); ++i) {
    const bool is_last = i + 1 == segments.size();
    const uint64_t next = is_last ? until : first_record_of(segments[i + 1]);
    SEGUE_TRY_STATUS(eraser.take_segment(segments[i], next));
  }
  return {};
}

}  // namespace segue::durable
