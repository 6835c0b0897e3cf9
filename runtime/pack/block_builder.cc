#include "runtime/pack/block_builder.h"

#include <algorithm>
#include <numeric>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"
#include "runtime/pack/codec.h"

namespace segue::pack {
namespace {

constexpr size_t kHashDigits = 32;
// What times have of noise is copied byte by byte; only where they repeat a frame pays.
constexpr double kLeastSavedOfTimes = 1.0 / 4;

int digit_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/// The bytes that `digits`, small hex digits, spell.
void put_hex(std::string& out, std::string_view digits) {
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<char>(digit_of(digits[i]) << 4 | digit_of(digits[i + 1])));
  }
}

bool is_hash(std::string_view tie) {
  return tie.size() == kHashDigits && tie.find_first_not_of("0123456789abcdef") == tie.npos;
}

}  // namespace

uint32_t code_width(uint64_t limit) {
  if (limit <= 1) return 0;
  if (limit <= 0x100) return 1;
  return limit <= 0x1'0000 ? 2 : 4;
}

void put_codes(std::string& out, const std::vector<uint32_t>& codes, uint32_t width) {
  for (const uint32_t code : codes) {
    out.append(reinterpret_cast<const char*>(&code), width);  // SAFETY: its low bytes come first
  }
}

// ---- a column -----------------------------------------------------------------------------------

size_t ColumnBuilder::Hash::operator()(const Entry& entry) const {
  return hash64(entry.text, static_cast<uint64_t>(entry.tag));
}

uint32_t ColumnBuilder::code_of(const Entry& entry) {
  const auto [place, is_new] =
      codes_by_entry_.try_emplace(entry, static_cast<uint32_t>(entries_.size()));
  if (is_new) entries_.push_back(entry);
  return place->second;
}

void ColumnBuilder::add(uint32_t ordinal, ValueTag tag, std::string_view text) {
  if (codes_.size() < ordinal) codes_.resize(ordinal, code_of({ValueTag::kAbsent, {}}));
  codes_.push_back(code_of({tag, text}));
}

std::string ColumnBuilder::encode(uint32_t count) {
  if (codes_.size() < count) codes_.resize(count, code_of({ValueTag::kAbsent, {}}));
  std::string out;
  put(out, static_cast<uint32_t>(entries_.size()));
  put(out, count);
  for (const Entry& entry : entries_) put(out, static_cast<uint8_t>(entry.tag));
  for (const Entry& entry : entries_) put(out, static_cast<uint32_t>(entry.text.size()));
  put_codes(out, codes_, code_width(entries_.size()));
  for (const Entry& entry : entries_) out.append(entry.text);
  return out;
}

// ---- a block ------------------------------------------------------------------------------------

void BlockBuilder::begin_user(std::string_view id) {
  users_.push_back({id, 0});
  bytes_ += id.size();
}

void BlockBuilder::add(const RawEvent& event) {
  ++users_.back().events;
  times_.push_back(event.at.ms);
  event_kinds_.push_back(event.kind);
  ties_.push_back({event.tie, event.has_message_id || !is_hash(event.tie)});
  Kind& kind = kinds_[event.kind];
  for (const RawField& field : event.fields) {
    kind.columns[field.column].add(kind.count, field.tag, field.text);
    bytes_ += field.text.size();
  }
  ++kind.count;
  bytes_ += event.tie.size();
}

std::string BlockBuilder::encode_users() const {
  std::vector<uint64_t> events;
  std::vector<uint64_t> sizes;
  for (const User& user : users_) {
    events.push_back(user.events);
    sizes.push_back(user.id.size());
  }
  std::string out;
  for (const std::vector<uint64_t>& numbers : {events, sizes}) {
    const uint32_t width = width_of(*std::max_element(numbers.begin(), numbers.end()));
    put(out, width);
    put_planes(out, numbers, width);
  }
  return out;
}

std::string BlockBuilder::encode_ids() const {
  std::string out;
  for (const User& user : users_) out.append(user.id);
  return out;
}

/// A user's first event by its distance to the earliest of these, the others by that to the one
/// before, in the largest unit that all are multiples of.
std::string BlockBuilder::encode_times() const {
  int64_t base = times_[0];
  for (size_t i = 0, user = 0; user < users_.size(); i += users_[user++].events) {
    base = std::min(base, times_[i]);
  }
  std::vector<uint64_t> gaps;
  uint64_t unit = 0;
  uint64_t largest = 0;
  size_t i = 0;
  for (const User& user : users_) {
    int64_t before = base;
    for (const size_t end = i + user.events; i < end; ++i) {
      gaps.push_back(static_cast<uint64_t>(times_[i] - before));
      before = times_[i];
      unit = std::gcd(unit, gaps.back());
      largest = std::max(largest, gaps.back());
    }
  }
  if (unit == 0) unit = 1;
  for (uint64_t& gap : gaps) gap /= unit;
  const uint32_t width = width_of(largest / unit);
  std::string out;
  put(out, base);
  put(out, unit);
  put(out, width);
  put_fitted(out, gaps, width);
  return out;
}

std::string BlockBuilder::encode_kinds() const {
  std::string out;
  put(out, static_cast<uint32_t>(kinds_.size()));
  std::map<uint32_t, uint32_t> codes;
  for (const auto& [kind, unused] : kinds_) {
    put(out, kind);
    codes.emplace(kind, static_cast<uint32_t>(codes.size()));
  }
  std::vector<uint32_t> coded;
  for (const uint32_t kind : event_kinds_) coded.push_back(codes[kind]);
  put_codes(out, coded, code_width(kinds_.size()));
  return out;
}

std::string BlockBuilder::encode_ties() const {
  std::string out;
  for (const Tie& tie : ties_) put(out, static_cast<uint8_t>(tie.is_id));
  for (const Tie& tie : ties_) {
    if (tie.is_id) put(out, static_cast<uint32_t>(tie.text.size()));
  }
  for (const Tie& tie : ties_) {
    if (tie.is_id) {
      out.append(tie.text);
    } else {
      put_hex(out, tie.text);
    }
  }
  return out;
}

std::vector<RawChunk> BlockBuilder::encode(BlockRow& row) {
  const auto [first, last] = std::minmax_element(times_.begin(), times_.end());
  row_.min_ms = *first;
  row_.max_ms = *last;
  row_.events = events();
  row_.users = static_cast<uint32_t>(users_.size());
  std::vector<RawChunk> chunks;
  chunks.push_back({kUsers, encode_users()});
  chunks.push_back({kTimes, encode_times(), kLeastSavedOfTimes});
  chunks.push_back({kKinds, encode_kinds()});
  chunks.push_back({kTies, encode_ties()});
  chunks.push_back({kIds, encode_ids()});
  for (auto& [number, kind] : kinds_) {
    for (auto& [column, builder] : kind.columns) {
      chunks.push_back({kFirstColumn + column, builder.encode(kind.count)});
    }
  }
  std::sort(chunks.begin(), chunks.end(),
            [](const RawChunk& a, const RawChunk& b) { return a.id < b.id; });
  row_.chunks = static_cast<uint32_t>(chunks.size());
  row = row_;
  *this = BlockBuilder();
  return chunks;
}

}  // namespace segue::pack
