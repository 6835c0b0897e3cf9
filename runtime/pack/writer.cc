#include "runtime/pack/writer.h"

#include <algorithm>
#include <tuple>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"
#include "runtime/engine/dedupe.h"
#include "runtime/pack/codec.h"
#include "runtime/pack/format.h"

namespace segue::pack {
namespace {

// A line has at most 16 MiB; what a foreign pack holds may be more.
constexpr size_t kEventBytesMax = size_t{64} << 20;

struct RecordHead {
  uint32_t bytes;  // of the record, this head included
  uint32_t kind;
  int64_t at_ms;
  uint64_t user_hash;
  uint32_t user_bytes;
  uint32_t tie_bytes;
  uint32_t fields;
  uint8_t is_identify;
  uint8_t has_message_id;
  uint8_t reserved[2];
};
static_assert(sizeof(RecordHead) == 40);

struct FieldHead {
  uint32_t column;
  uint32_t tag;
  uint32_t text_bytes;
};

void put_record(std::string& out, const RawEvent& event, uint64_t user_hash) {
  const size_t begin = out.size();
  RecordHead head = {};
  head.kind = event.kind;
  head.at_ms = event.at.ms;
  head.user_hash = user_hash;
  head.user_bytes = static_cast<uint32_t>(event.user.size());
  head.tie_bytes = static_cast<uint32_t>(event.tie.size());
  head.fields = static_cast<uint32_t>(event.fields.size());
  head.is_identify = event.is_identify ? 1 : 0;
  head.has_message_id = event.has_message_id ? 1 : 0;
  put(out, head);
  out.append(event.user);
  out.append(event.tie);
  for (const RawField& field : event.fields) {
    put(out, FieldHead{field.column, static_cast<uint32_t>(field.tag),
                       static_cast<uint32_t>(field.text.size())});
    out.append(field.text);
  }
  head.bytes = static_cast<uint32_t>(out.size() - begin);
  std::memcpy(out.data() + begin, &head, sizeof(head));
}

}  // namespace

struct Writer::Sorted {
  RecordHead head;
  std::string_view user;
  std::string_view tie;
  std::string_view fields;

  /// `text` begins with a record of our own making; it is taken off.
  static Sorted take(std::string_view& text) {
    Sorted event;
    std::memcpy(&event.head, text.data(), sizeof(RecordHead));
    std::string_view rest = text.substr(sizeof(RecordHead), event.head.bytes - sizeof(RecordHead));
    event.user = rest.substr(0, event.head.user_bytes);
    rest.remove_prefix(event.head.user_bytes);
    event.tie = rest.substr(0, event.head.tie_bytes);
    event.fields = rest.substr(event.head.tie_bytes);
    text.remove_prefix(event.head.bytes);
    return event;
  }

  bool same_user(const Sorted& other) const {
    return head.user_hash == other.head.user_hash && user == other.user;
  }

  /// The order in which an engine applies them, and then any, so long as it is one.
  friend bool operator<(const Sorted& a, const Sorted& b) {
    const auto key = [](const Sorted& e) {
      return std::make_tuple(e.head.user_hash, e.user, e.head.at_ms, e.head.is_identify == 0, e.tie,
                             e.head.has_message_id == 0, e.head.kind, e.fields);
    };
    if (a.head.user_hash != b.head.user_hash) return a.head.user_hash < b.head.user_hash;
    return key(a) < key(b);
  }

  bool is_copy_of(const Sorted& other) const {
    return head.has_message_id != 0 && other.head.has_message_id != 0 && tie == other.tie;
  }
  bool equals(const Sorted& other) const {
    return head.kind == other.head.kind && fields == other.fields;
  }
};

Writer::Writer(NewFile file, std::string path, const WriterOptions& options)
    : file_(std::move(file)), options_(options), spill_(std::move(path)) {}

Writer::~Writer() = default;

Status Writer::add(const RawEvent& event) {
  if (catalog_.full()) {
    return Error{Errc::kTooLarge, "more than " + std::to_string(kColumnsMax) +
                                      " event names or properties: too many for a pack"};
  }
  size_t size = event.user.size() + event.tie.size();
  for (const RawField& field : event.fields) size += sizeof(FieldHead) + field.text.size();
  if (size > kEventBytesMax) return Error{Errc::kTooLarge, "an event of more than 64 MiB"};
  const uint64_t hash = hash64(event.user);
  std::string& bytes = parts_[hash >> 56].bytes;
  const size_t before = bytes.size();
  put_record(bytes, event, hash);
  held_bytes_ += bytes.size() - before;
  return held_bytes_ < options_.memory_bytes ? Status() : put_aside();
}

Status Writer::put_aside() {
  for (Part& part : parts_) {
    if (part.bytes.empty()) continue;
    Piece piece{0, part.bytes.size()};
    SEGUE_TRY_STATUS(spill_.append(part.bytes, piece.offset));
    part.aside.push_back(piece);
    part.bytes = std::string();
  }
  held_bytes_ = 0;
  return {};
}

Status Writer::finish() {
  const bool aside = std::any_of(parts_.begin(), parts_.end(),
                                 [](const Part& part) { return !part.aside.empty(); });
  if (aside) SEGUE_TRY_STATUS(put_aside());  // so that one part at a time is in memory
  SEGUE_TRY_STATUS(file_.append(std::string(sizeof(FileHeader), '\0')));
  for (Part& part : parts_) SEGUE_TRY_STATUS(write_part(part));
  if (!builder_.empty()) SEGUE_TRY_STATUS(write_block());
  return write_directory();
}

/// Sorts the events of one part and writes them in blocks.
Status Writer::write_part(Part& part) {
  std::string& bytes = held_.emplace_back(std::move(part.bytes));
  size_t total = bytes.size();
  for (const Piece& piece : part.aside) total += piece.bytes;
  size_t at = bytes.size();
  bytes.resize(total);
  for (const Piece& piece : part.aside) {
    SEGUE_TRY_STATUS(spill_.read(piece.offset, std::span(bytes).subspan(at, piece.bytes)));
    at += piece.bytes;
  }
  std::vector<Sorted> events;
  for (std::string_view rest = bytes; !rest.empty();) events.push_back(Sorted::take(rest));
  std::sort(events.begin(), events.end());
  for (size_t begin = 0; begin < events.size();) {
    size_t end = begin + 1;
    while (end < events.size() && events[end].same_user(events[begin])) ++end;
    SEGUE_TRY_STATUS(write_user(events, begin, end));
    begin = end;
  }
  return {};
}

/// The events [begin, end) of one user, without those that are copies.
Status Writer::write_user(std::vector<Sorted>& events, size_t begin, size_t end) {
  const bool fits =
      builder_.events() + (end - begin) <= kBlockEvents && builder_.bytes() < kBlockBytes;
  if (!builder_.empty() && !fits) {
    SEGUE_TRY_STATUS(write_block());
  }
  std::optional<DedupeWindow> dedupe;
  if (options_.dedupe) dedupe.emplace(*options_.dedupe);
  builder_.begin_user(events[begin].user);
  ++stats_.users;
  for (size_t first = begin; first < end;) {
    size_t last = first + 1;
    while (last < end && events[last].head.at_ms == events[first].head.at_ms) ++last;
    size_t kept = first;
    for (size_t i = first; i < last; ++i) {
      if (dedupe) {
        Event event;
        event.at = Instant{events[i].head.at_ms};
        event.tie = events[i].tie;
        event.has_message_id = events[i].head.has_message_id != 0;
        if (dedupe->is_copy(0, event)) continue;
      }
      if (kept > first && events[i].is_copy_of(events[kept - 1]) &&
          events[i].equals(events[kept - 1])) {
        continue;
      }
      events[kept++] = events[i];
    }
    stats_.duplicates += last - kept;
    SEGUE_TRY_STATUS(write_instant(events, first, kept));
    first = last;
  }
  return {};
}

Status Writer::write_instant(std::vector<Sorted>& events, size_t begin, size_t end) {
  const bool full = builder_.events() >= kBlockEvents || builder_.bytes() >= kBlockBytes;
  if (full && builder_.user_events() > 0) {
    SEGUE_TRY_STATUS(write_block());
    builder_.begin_user(events[begin].user);
    builder_.mark(kContinues);
  }
  ties_.clear();
  for (size_t i = begin; i < end; ++i) {
    if (events[i].head.has_message_id != 0) ties_.push_back(events[i].tie);
  }
  std::sort(ties_.begin(), ties_.end());
  if (std::adjacent_find(ties_.begin(), ties_.end()) != ties_.end()) builder_.mark(kConflicts);
  for (size_t i = begin; i < end; ++i) {
    const Sorted& sorted = events[i];
    ByteReader reader(sorted.fields);
    fields_.resize(sorted.head.fields);
    for (RawField& field : fields_) {
      FieldHead head;
      if (!reader.take(head) || !reader.take_bytes(head.text_bytes, field.text)) break;
      field.column = head.column;
      field.tag = static_cast<ValueTag>(head.tag);
    }
    builder_.add({Instant{sorted.head.at_ms}, sorted.head.kind, sorted.head.is_identify != 0,
                  sorted.head.has_message_id != 0, sorted.user, sorted.tie, fields_});
  }
  stats_.events += end - begin;
  return {};
}

Status Writer::write_block() {
  BlockRow row;
  std::vector<RawChunk> chunks = builder_.encode(row);
  while (held_.size() > 1) held_.pop_front();
  std::string table;
  std::string body;
  const uint64_t body_at = file_.size() + chunks.size() * sizeof(ChunkRow);
  for (RawChunk& chunk : chunks) {
    if (chunk.bytes.size() > kChunkBytesMax || row.events > kBlockEventsMax) {
      return Error{Errc::kTooLarge, "a user has more events at one instant than a block can hold"};
    }
    const std::string frame = compress(chunk.bytes, chunk.least_saved);
    const std::string& stored = frame.empty() ? chunk.bytes : frame;
    put(table, ChunkRow{chunk.id, static_cast<uint32_t>(stored.size()),
                        static_cast<uint32_t>(chunk.bytes.size()), 0, body_at + body.size(),
                        hash64(stored)});
    body.append(stored);
  }
  row.offset = file_.size();
  row.table_hash = hash64(table);
  blocks_.push_back(row);
  SEGUE_TRY_STATUS(file_.append(table));
  return file_.append(body);
}

Status Writer::write_directory() {
  DirectoryHead head = {};
  head.events = stats_.events;
  head.users = stats_.users;
  head.kinds = static_cast<uint32_t>(catalog_.kinds().size());
  head.columns = static_cast<uint32_t>(catalog_.columns().size());
  head.blocks = static_cast<uint32_t>(blocks_.size());
  if (!blocks_.empty()) {
    head.first_ms = blocks_[0].min_ms;
    head.last_ms = blocks_[0].max_ms;
  }
  for (const BlockRow& row : blocks_) {
    head.first_ms = std::min(head.first_ms, row.min_ms);
    head.last_ms = std::max(head.last_ms, row.max_ms);
  }
  std::string directory;
  put(directory, head);
  catalog_.write(directory);
  put_all(directory, std::span<const BlockRow>(blocks_));

  FileHeader header = {};
  kMagic.copy(header.magic, kMagic.size());
  header.version = kVersion;
  header.file_bytes = file_.size() + directory.size();
  header.directory_at = file_.size();
  header.directory_bytes = directory.size();
  header.directory_hash = hash64(directory);
  std::string bytes;
  put(bytes, header);
  bytes.resize(sizeof(header) - sizeof(header.header_hash));
  put(bytes, hash64(bytes));
  SEGUE_TRY_STATUS(file_.append(directory));
  stats_.blocks = blocks_.size();
  stats_.bytes = file_.size();
  return file_.finish(bytes);
}

}  // namespace segue::pack
