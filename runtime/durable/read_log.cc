#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"
#include "runtime/durable/log.h"

namespace segue::durable {
namespace {

constexpr size_t kSectorBytes = 512;
constexpr size_t kPartBytesMin = 32;  // of a sector that the file ends in: a head has fewer zeros

Error damaged(const std::string& path, uint64_t offset, std::string_view what) {
  return {Errc::kCorrupt, fmt::format("`{}` is damaged at byte {}: {}", path, offset, what)};
}

/// Whether a sector of the file in [begin, end) has nothing but zeros. A disk that lost its power
/// leaves such where a piece never arrived; no record has one, since JSON has no zero bytes.
bool has_lost_sector(std::string_view bytes, size_t begin, size_t end) {
  const size_t first = (begin + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
  for (size_t at = first; at < end; at += kSectorBytes) {
    const std::string_view sector = bytes.substr(at, std::min(kSectorBytes, end - at));
    if (sector.size() < kPartBytesMin) break;
    if (sector.find_first_not_of('\0') == std::string_view::npos) return true;
  }
  return false;
}

/// Whether a process or a machine that stopped while a segment was begun can have left that: some
/// of a head, and zeros where the disk took the length first. The head is on the disk before the
/// segment has its first record, so a longer one had a whole head.
bool is_begun_head(std::string_view bytes) {
  if (bytes.size() > sizeof(SegmentHead)) return false;
  const SegmentHead head;
  const size_t magic = std::min(bytes.size(), sizeof head.magic);
  const auto differs = std::mismatch(bytes.begin(), bytes.begin() + magic, head.magic).first;
  const bool is_magic = differs == bytes.begin() + magic;
  return is_magic || std::all_of(differs, bytes.end(), [](char byte) { return byte == '\0'; });
}

bool head_at(std::string_view bytes, size_t at, RecordHead& head) {
  if (bytes.size() - at < sizeof head) return false;
  std::memcpy(&head, bytes.data() + at, sizeof head);
  return head.checksum == checksum_of(head);
}

bool whole_at(std::string_view bytes, size_t at, RecordHead& head) {
  return head_at(bytes, at, head) && bytes.size() - at - sizeof head >= head.bytes &&
         hash64(bytes.substr(at + sizeof head, head.bytes)) == head.payload_checksum;
}

/// One segment's walk.
class SegmentReader {
 public:
  SegmentReader(std::string path, std::string_view bytes, bool is_last, bool is_named)
      : path_(std::move(path)), bytes_(bytes), is_last_(is_last), is_named_(is_named) {}

  Status check_head(uint64_t expected, uint32_t folder, uint64_t& first) {
    SegmentHead head;
    const bool is_short = bytes_.size() < sizeof head;
    if (!is_short) std::memcpy(&head, bytes_.data(), sizeof head);
    if (is_short || std::memcmp(head.magic, SegmentHead{}.magic, sizeof head.magic) != 0) {
      // Its name is the number of its first record: one that is expected behind that was in it.
      const bool had_records = !path_.ends_with(segment_name(expected));
      const bool had_head = is_named_ || had_records;
      if (is_last_ && !had_head && is_begun_head(bytes_)) return cut(0, expected);
      return damaged(path_, 0,
                     is_short ? "it ends within its head" : "it does not begin with `SEGW`");
    }
    if (head.version != SegmentHead{}.version) {
      return Error{Errc::kUnsupported,
                   fmt::format("`{}` is a log of version {}: this build reads {}; go on with "
                               "the version that wrote it, or begin another folder from the events",
                               path_, head.version, SegmentHead{}.version)};
    }
    if (head.checksum != checksum_of(head)) {
      return damaged(path_, 0, "its head does not fit its checksum");
    }
    if (folder != 0 && head.folder != 0 && head.folder != folder) {
      return damaged(path_, 0, "it is of the log of another folder");
    }
    if (!path_.ends_with(segment_name(head.first_record))) {
      return damaged(path_, 0, "its name is not its first record's number");
    }
    first = head.first_record;
    at_ = sizeof head;
    return {};
  }

  /// The next record; false at the end, or where the tail is cut.
  Result<bool> next(uint64_t number, Record& record) {
    if (is_cut_ || at_ == bytes_.size()) return false;
    RecordHead head;
    if (!whole_at(bytes_, at_, head)) {
      SEGUE_TRY_STATUS(look_at_tail(number));
      return false;
    }
    if (head.number != number) {
      return damaged(path_, at_, fmt::format("record {} where {} belongs", head.number, number));
    }
    record = {number, static_cast<RecordKind>(head.kind),
              bytes_.substr(at_ + sizeof head, head.bytes)};
    at_ += sizeof head + head.bytes;
    return true;
  }

  bool is_cut() const { return is_cut_; }
  size_t at() const { return at_; }

 private:
  Status cut(size_t at, uint64_t number) {
    SEGUE_TRY_STATUS(check_later(at, number));
    at_ = at;
    is_cut_ = true;
    return {};
  }

  /// A record that is not whole: torn, if nothing but a write cut short can have left it so.
  Status look_at_tail(uint64_t number) {
    RecordHead head;
    const size_t left = bytes_.size() - at_;
    const bool has_head = head_at(bytes_, at_, head);
    const size_t end = has_head
                           ? at_ + sizeof head + std::min<size_t>(head.bytes, left - sizeof head)
                           : bytes_.size();
    const bool is_short = left < sizeof head || (has_head && left - sizeof head < head.bytes);
    if (is_last_ && (is_short || has_lost_sector(bytes_, at_, end))) return cut(at_, number);
    return damaged(path_, at_, fmt::format("record {} does not fit its checksum", number));
  }

  /// If a later record tells that this one was on the disk, it is not torn but lost.
  Status check_later(size_t at, uint64_t number) {
    RecordHead later;
    for (size_t i = at + 1; i + sizeof later <= bytes_.size(); ++i) {
      uint64_t said = 0;
      std::memcpy(&said, bytes_.data() + i + offsetof(RecordHead, number), sizeof said);
      if (said <= number || said - number > bytes_.size()) continue;
      if (!whole_at(bytes_, i, later) || later.synced < number) continue;
      return damaged(path_, at, fmt::format("record {} was on the disk and is not whole", number));
    }
    return {};
  }

  std::string path_;
  std::string_view bytes_;
  bool is_last_;
  bool is_named_;  // as the newest one
  size_t at_ = 0;
  bool is_cut_ = false;
};

/// A segment without a head stays, empty, until it is begun again.
Status cut_tail(Files& files, const std::string& path, size_t at) {
  SEGUE_TRY(const auto file, files.open(path, OpenMode::kAppend));
  SEGUE_TRY_STATUS(file->truncate(at));
  return file->sync();
}

/// The name of the newest segment; empty in a log of a version that did not keep it.
Result<std::string> newest_of(Files& files, const std::string& folder) {
  SEGUE_TRY(const auto names, files.list(folder));
  if (!std::binary_search(names.begin(), names.end(), kNewestName)) return std::string();
  const std::string path = fmt::format("{}/{}", folder, kNewestName);
  SEGUE_TRY(std::string name, read_file(files, path));
  const bool is_name = name.size() == segment_name(0).size() + 1 && name.ends_with(".log\n") &&
                       name.find_first_not_of("0123456789abcdef") == name.find('.');
  if (!is_name) return damaged(path, 0, "it names no segment");
  name.pop_back();
  return name;
}

}  // namespace

Result<LogReading> read_log(Files& files, const std::string& folder, const LogPart& part,
                            bool repair, const std::function<Status(const Record&)>& take) {
  SEGUE_TRY(const std::string newest, newest_of(files, folder));
  SEGUE_TRY(const auto names, list_segments(files, folder));
  if (!newest.empty() && (names.empty() || names.back() < newest)) {
    return Error{Errc::kCorrupt,
                 fmt::format("`{}/{}`, the newest segment of the log, is gone", folder, newest)};
  }
  size_t i = 0;
  while (i + 1 < names.size() && names[i + 1] <= segment_name(part.from)) ++i;
  LogReading reading;
  reading.next = part.from;
  const std::string end = segment_name(part.until);
  for (bool first_segment = true; i < names.size(); ++i, first_segment = false) {
    if (names[i] >= end) break;
    const std::string path = folder + "/" + names[i];
    SEGUE_TRY(const std::string bytes, read_file(files, path));
    SegmentReader segment(path, bytes, i + 1 == names.size(), names[i] == newest);
    uint64_t number = reading.next;
    SEGUE_TRY_STATUS(segment.check_head(reading.next, part.folder, number));
    if (first_segment ? number > part.from : number != reading.next) {
      return damaged(path, 0, fmt::format("record {} is missing before it", reading.next));
    }
    for (Record record;; ++number) {
      SEGUE_TRY(const bool more, segment.next(number, record));
      if (!more) break;
      if (number < part.from || number >= part.until) continue;
      ++reading.records;
      SEGUE_TRY_STATUS(take(record));
    }
    reading.next = std::max(number, part.from);
    reading.bytes += segment.at();
    if (!segment.is_cut()) continue;
    reading.cut_bytes = bytes.size() - segment.at();
    reading.cut_file = path;
    if (repair) SEGUE_TRY_STATUS(cut_tail(files, path, segment.at()));
  }
  return reading;
}

}  // namespace segue::durable
