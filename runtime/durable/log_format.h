// The bytes of the log of accepted input: docs/formats/log.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace segue::durable {

/// What a record says. Numbers are part of the format.
enum class RecordKind : uint32_t {
  kEvents = 1,            // events that were accepted, and lines left out between them
  kAdvance = 2,           // the clock moved on
  kInput = 3,             // the name of an input
  kDeploy = 4,            // another program took the place of the one at work
  kFilledDeploy = 6,      // the same, with cells filled from the log
  kKept = 5,              // what is left of events, without lines of users who were deleted since
  kEventsAndRejects = 7,  // `kEvents`, and of what was left out the lines too
};

/// Head of a segment of the log, little-endian like all else; records follow.
struct SegmentHead {
  char magic[8] = {'S', 'E', 'G', 'W', '\r', '\n', '\x1a', '\0'};
  uint32_t version = 1;
  uint32_t folder = 0;        // whose log it is, see `LogPart`; 0: of an earlier build
  uint64_t program = 0;       // the identity of the program at the segment's begin
  uint64_t first_record = 0;  // its number: the file's name
  uint64_t checksum = 0;      // XXH3-64 of what is before it
};
static_assert(sizeof(SegmentHead) == 40);

/// Head of a record; its payload follows.
struct RecordHead {
  uint64_t checksum = 0;  // XXH3-64 of the rest of the head
  uint64_t payload_checksum = 0;
  uint64_t number = 0;  // the first ever is 1, then without gaps
  uint64_t synced = 0;  // records up to that one were on the disk when this one was written
  uint32_t bytes = 0;   // of the payload
  uint32_t kind = 0;
};
static_assert(sizeof(RecordHead) == 40);

/// A record whole, as it stands in a segment.
void put_record(std::string& out, RecordHead head, std::string_view payload);

inline constexpr uint32_t kPayloadBytesMax = uint32_t{1} << 30;

uint64_t checksum_of(const SegmentHead& head);
uint64_t checksum_of(const RecordHead& head);
std::string segment_name(uint64_t first_record);
uint64_t first_record_of(const std::string& segment);

/// The file that names the newest segment, with a line end: nothing else would tell that it is
/// gone.
inline constexpr std::string_view kNewestName = "newest";

}  // namespace segue::durable
