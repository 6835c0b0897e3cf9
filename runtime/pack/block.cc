#include "runtime/pack/block.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/byte_fields.h"
#include "runtime/base/instant.h"
#include "runtime/ingest/json_cursor.h"
#include "runtime/pack/block_builder.h"

namespace segue::pack {
namespace {

/// Codes of 0, 1, 2 or 4 bytes, all of them below `limit`.
bool read_codes(std::string_view bytes, uint32_t width, uint64_t limit, std::span<uint32_t> codes) {
  uint32_t largest = 0;
  // Piece by piece, of a length that a compiler knows and makes vectors of.
  const auto read = [&]<class T>(T) {
    constexpr size_t kPiece = 16;
    T most[kPiece] = {};
    size_t i = 0;
    for (; i + kPiece <= codes.size(); i += kPiece) {
      T piece[kPiece];
      uint32_t wide[kPiece];
      std::memcpy(piece, bytes.data() + i * sizeof(T), sizeof piece);
      for (size_t j = 0; j < kPiece; ++j) most[j] = std::max(most[j], piece[j]);
      for (size_t j = 0; j < kPiece; ++j) wide[j] = piece[j];
      std::memcpy(codes.data() + i, wide, sizeof wide);
    }
    largest = *std::max_element(most, most + kPiece);
    for (; i < codes.size(); ++i) {
      codes[i] = element<T>(bytes, i);
      largest = std::max(largest, codes[i]);
    }
  };
  switch (width) {
    case 0:
      std::fill(codes.begin(), codes.end(), 0);
      break;
    case 1:
      read(uint8_t{});
      break;
    case 2:
      read(uint16_t{});
      break;
    default:
      read(uint32_t{});
  }
  return codes.empty() || largest < limit;
}

constexpr uint32_t kGapsChecked = 4096;  // at once
static_assert(kInstantEnd.ms < INT64_MAX / int64_t{2 * kGapsChecked});

constexpr char kDigits[] = "0123456789abcdef";
constexpr size_t kHashBytes = 16;

std::string_view hex_of(std::string_view bytes, Arena& arena) {
  char* const out = arena.bytes(2 * bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out[2 * i] = kDigits[byte >> 4];
    out[2 * i + 1] = kDigits[byte & 15];
  }
  return {out, 2 * bytes.size()};
}

}  // namespace

Block::Block(const Pack& pack, const Reads& reads) : pack_(pack), reads_(reads) {}

Block::~Block() = default;

bool Block::load(uint32_t number, bool with_ties) {
  made_ = EventBatch();
  ties_.clear();
  if (!load_times(number) || !load_kinds()) return false;
  hot_.assign(kinds_.size(), HotKind());
  for (size_t i = 0; i < kinds_.size(); ++i) {
    if (!load_columns(kinds_[i], hot_[i])) return false;
  }
  return !with_ties || load_ties();
}

bool Block::load_times(uint32_t number) {
  row_ = pack_.blocks()[number];
  return pack_.read_table(number, table_) && load_users() && read_times();
}

/// The chunk of that number; no bytes if the block has none.
bool Block::read(uint32_t id, Buffer& into, std::string_view& bytes) {
  bytes = {};
  const auto found = std::lower_bound(table_.begin(), table_.end(), id,
                                      [](const ChunkRow& row, uint32_t id) { return row.id < id; });
  if (found == table_.end() || found->id != id) return true;
  return pack_.read_chunk(*found, scratch_, into, bytes);
}

bool Block::load_users() {
  std::string_view bytes;
  std::string_view ids;
  if (!read(kUsers, user_bytes_, bytes)) return false;
  counts_.resize(row_.users);
  id_sizes_.resize(row_.users);
  if (pack_.version() == 1) {
    const uint64_t numbers = uint64_t{row_.users} * sizeof(uint32_t);
    if (bytes.size() < 2 * numbers) return false;
    for (uint32_t i = 0; i < row_.users; ++i) {
      counts_[i] = element<uint32_t>(bytes, i);
      id_sizes_[i] = element<uint32_t>(bytes.substr(numbers), i);
    }
    ids = bytes.substr(2 * numbers);
  } else if (!read_counts(bytes) || !read(kIds, id_bytes_, ids)) {
    return false;
  }
  users_.resize(row_.users);
  ByteReader reader(ids);
  uint64_t events = 0;
  for (uint32_t i = 0; i < row_.users; ++i) {
    User& user = users_[i];
    user.events = static_cast<uint32_t>(counts_[i]);
    events += user.events;
    if (user.events == 0 || !reader.take_bytes(id_sizes_[i], user.id)) return false;
    if (user.id.empty()) return false;
  }
  return reader.done() && events == row_.events;
}

bool Block::read_counts(std::string_view bytes) {
  ByteReader reader(bytes);
  for (std::vector<uint64_t>* numbers : {&counts_, &id_sizes_}) {
    uint32_t width = 0;
    std::string_view planes;
    if (!reader.take(width) || width > sizeof(uint32_t) ||
        !reader.take_bytes(uint64_t{row_.users} * width, planes)) {
      return false;
    }
    read_planes(planes.data(), width, *numbers);
  }
  return reader.done();
}

bool Block::read_times() {
  std::string_view bytes;
  int64_t base = 0;
  uint64_t unit = 0;
  uint32_t width = 0;
  if (!read(kTimes, time_bytes_, bytes)) return false;
  ByteReader reader(bytes);
  if (!reader.take(base) || !reader.take(unit) || !reader.take(width)) return false;
  if (base < row_.min_ms || base > row_.max_ms || unit == 0 || width > sizeof(uint64_t)) {
    return false;
  }
  times_.resize(row_.events);
  // SAFETY: numbers without a sign in the place of those with one; gaps first, then times.
  const std::span<uint64_t> gaps(reinterpret_cast<uint64_t*>(times_.data()), times_.size());
  std::string_view rest;
  const bool taken = reader.take_bytes(reader.left(), rest);
  if (pack_.version() == 1) {
    if (!taken || rest.size() != uint64_t{row_.events} * width) return false;
    read_planes(rest.data(), width, gaps);
  } else if (!taken || !read_fitted(rest, width, gaps)) {
    return false;
  }
  // No gap may reach over the end of time, so that nothing overflows below.
  const uint64_t most = static_cast<uint64_t>(kInstantEnd.ms) / unit;
  const uint64_t largest = width == sizeof(uint64_t) ? UINT64_MAX : (uint64_t{1} << 8 * width) - 1;
  if (largest > most &&
      std::any_of(gaps.begin(), gaps.end(), [&](uint64_t gap) { return gap > most; })) {
    return false;
  }
  if (unit == 1) return sum_times(base, [](int64_t gap) { return gap; });
  return sum_times(base, [&](int64_t gap) { return gap * static_cast<int64_t>(unit); });
}

/// From the gaps between times, in their place, to these.
template <class Scale>
bool Block::sum_times(int64_t base, const Scale& scale) {
  int64_t* next = times_.data();
  int64_t first = kInstantEnd.ms;
  int64_t last = kInstantMin.ms;
  for (const User& user : users_) {
    int64_t at = base + scale(*next);
    first = std::min(first, at);
    *next++ = at;
    for (uint32_t left = user.events - 1; left != 0;) {
      // So few that the sum of their gaps is a time still.
      const uint32_t count = std::min(left, kGapsChecked);
      for (int64_t* const end = next + count; next != end; ++next) *next = at += scale(*next);
      if (at > row_.max_ms) return false;
      left -= count;
    }
    last = std::max(last, at);
  }
  return first == row_.min_ms && last == row_.max_ms;
}

bool Block::load_kinds() {
  std::string_view bytes;
  if (!read(kKinds, kind_bytes_, bytes)) return false;
  ByteReader reader(bytes);
  uint32_t count = 0;
  std::string_view numbers;
  std::string_view codes;
  if (!reader.take(count) || count == 0 || count > row_.events ||
      !reader.take_bytes(uint64_t{count} * sizeof(uint32_t), numbers)) {
    return false;
  }
  const uint32_t width = code_width(count);
  if (!reader.take_bytes(uint64_t{row_.events} * width, codes) || !reader.done()) return false;
  codes_.resize(row_.events);
  if (!read_codes(codes, width, count, codes_)) return false;
  kinds_.clear();
  kinds_.resize(count);
  uint32_t before = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const auto number = element<uint32_t>(numbers, i);
    if (number >= reads_.kinds.size() || (i > 0 && number <= before)) return false;
    before = number;
    kinds_[i].reads = &reads_.kinds[number];
  }
  // By turns in two places, so that a run of one kind does not wait for itself.
  std::vector<uint32_t> odd(count);
  std::vector<uint32_t> even(count);
  size_t at = 0;
  for (; at + 2 <= codes_.size(); at += 2) {
    ++even[codes_[at]];
    ++odd[codes_[at + 1]];
  }
  if (at < codes_.size()) ++even[codes_[at]];
  for (uint32_t i = 0; i < count; ++i) kinds_[i].events = even[i] + odd[i];
  return true;
}

bool Block::load_ties() {
  std::string_view bytes;
  if (!read(kTies, tie_bytes_, bytes)) return false;
  ByteReader reader(bytes);
  std::string_view flags;
  std::string_view sizes;
  if (!reader.take_bytes(row_.events, flags)) return false;
  const auto is_id = [&](size_t i) { return flags[i] != 0; };
  uint64_t ids = 0;
  for (uint32_t i = 0; i < row_.events; ++i) ids += is_id(i) ? 1 : 0;
  if (!reader.take_bytes(ids * sizeof(uint32_t), sizes)) return false;
  ties_.resize(row_.events);
  size_t id = 0;
  for (uint32_t i = 0; i < row_.events; ++i) {
    const uint64_t size = is_id(i) ? element<uint32_t>(sizes, id++) : kHashBytes;
    std::string_view text;
    if (!reader.take_bytes(size, text)) return false;
    ties_[i] = {is_id(i) ? text : hex_of(text, *made_.arena), is_id(i)};
  }
  return reader.done();
}

bool Block::load_columns(Kind& kind, HotKind& hot) {
  hot.kind = kind.reads->kind;
  hot.slots = kind.reads->slots;
  hot.name = kind.reads->name.data();
  hot.name_bytes = static_cast<uint32_t>(kind.reads->name.size());
  kind.row.assign(kind.reads->slots, Value());
  for (const Reads::Group& group : kind.reads->groups) {
    Column& column = columns_[group.column];
    column.group = &group;
    std::string_view bytes;
    if (!read(kFirstColumn + group.column, column.bytes, bytes)) return false;
    if (bytes.empty()) continue;  // of no event here
    if (!load_column(column, bytes, kind.events)) return false;
    kind.columns.push_back(&column);
  }
  if (hot.slots == 0) {
    hot.values = &no_value_;
    hot.codes = &no_code_;
  } else if (kind.columns.size() == 1 && kind.columns[0]->group->slots.size() == hot.slots) {
    // Slots are ascending, so they are all in their places.
    hot.values = kind.columns[0]->values.data();
    hot.codes = kind.columns[0]->codes.data();
    hot.ordinals = UINT32_MAX;
  }
  return true;
}

bool Block::load_column(Column& column, std::string_view bytes, uint32_t events) {
  ByteReader reader(bytes);
  uint32_t entries = 0;
  uint32_t count = 0;
  if (!reader.take(entries) || !reader.take(count) || count != events) return false;
  if (entries > count) return false;  // each is some event's: room is made for no more
  const uint32_t width = code_width(entries);
  std::string_view tags;
  std::string_view sizes;
  std::string_view codes;
  if (!reader.take_bytes(entries, tags) ||
      !reader.take_bytes(uint64_t{entries} * sizeof(uint32_t), sizes) ||
      !reader.take_bytes(uint64_t{count} * width, codes)) {
    return false;
  }
  column.codes.resize(count);
  if (!read_codes(codes, width, entries, column.codes)) return false;
  const size_t slots = column.group->slots.size();
  column.values.assign(entries * slots, Value());
  for (uint32_t i = 0; i < entries; ++i) {
    std::string_view text;
    if (!reader.take_bytes(element<uint32_t>(sizes, i), text)) return false;
    const auto tag = static_cast<ValueTag>(tags[i]);
    if (!make_values(column, tag, text, &column.values[i * slots])) return false;
  }
  return reader.done();
}

/// What the slots of a column's group have of one of its values.
bool Block::make_values(Column& column, ValueTag tag, std::string_view text, Value* values) {
  if (tag == ValueTag::kList || tag == ValueTag::kRecord) {
    if (!column.nested) column.nested = std::make_unique<NestedValues>(*column.group);
    return column.nested->read(text, made_, values);
  }
  Value value;
  value.tag = tag;
  switch (tag) {
    case ValueTag::kNumber:
      if (!is_json_number(text)) return false;
      value = number_from_text(text);
      break;
    case ValueTag::kText:
      value.text = text;
      break;
    case ValueTag::kAbsent:
    case ValueTag::kMissing:
    case ValueTag::kFalse:
    case ValueTag::kTrue:
      break;
    default:
      return false;
  }
  for (size_t i = 0; i < column.group->paths.size(); ++i) {
    const bool below = !column.group->paths[i].empty() && tag != ValueTag::kAbsent;
    values[i] = below ? Value{.tag = ValueTag::kMissing} : value;
  }
  return true;
}

}  // namespace segue::pack
