#include "runtime/ingest/layouts.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace segue {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Passes a number that is longer than a vector or has an exponent; null if it is none.
const char* pass_long_number(const char* at, const char* end) {
  const char* const begin = at;
  const auto digits = [&] {
    const char* const first = at;
    while (at < end && is_digit(*at)) ++at;
    return at != first;
  };
  if (!digits() || (*begin == '0' && at - begin > 1)) return nullptr;
  if (at < end && *at == '.') {
    ++at;
    if (!digits()) return nullptr;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at < end && (*at == '+' || *at == '-')) ++at;
    if (!digits()) return nullptr;
  }
  return at;
}

/// Of the 16 bytes at `at` a bit each for those that are digits.
uint32_t digits_of(const char* at) {
#if defined(__SSE2__)
  // SAFETY: an unaligned load of 16 bytes, less than the padding of a line.
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i from_zero = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
  const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(from_zero, _mm_set1_epi8(9)), from_zero);
  return static_cast<uint32_t>(_mm_movemask_epi8(is_digit));
#else
  uint32_t digits = 0;
  for (int i = 0; i < 16; ++i) digits |= uint32_t{is_digit(at[i])} << i;
  return digits;
#endif
}

/// Passes a number, `true`, `false` or `null`; null if there is none. May end behind `end`, if the
/// padding goes on with digits.
const char* pass_scalar(const char* at, const char* end) {
  const bool negative = *at == '-';
  const char* const whole = at + negative;
  const uint32_t digits = digits_of(whole);
  const auto count = static_cast<uint32_t>(std::countr_one(digits));
  if (count == 0) {
    if (negative) return nullptr;
    if (std::memcmp(at, "true", 4) == 0 || std::memcmp(at, "null", 4) == 0) return at + 4;
    return std::memcmp(at, "false", 5) == 0 ? at + 5 : nullptr;
  }
  if (*whole == '0' && count > 1) return nullptr;
  uint32_t size = count;
  if (whole[count] == '.' && count < 15) {
    const auto fraction = static_cast<uint32_t>(std::countr_one(digits >> (count + 1)));
    if (fraction == 0) return nullptr;
    size += 1 + fraction;
  }
  const char next = whole[size];
  if (size >= 15 || next == 'e' || next == 'E') return pass_long_number(whole, end);
  return whole + size;
}

/// Tells names apart; which bytes they have is compared later. Eight bytes before and behind the
/// text can be read.
uint64_t hash_of(const char* text, size_t size) {
  uint64_t first = 0;
  uint64_t last = 0;
  std::memcpy(&first, text, sizeof(first));
  if (size < sizeof(first)) {
    first &= (uint64_t{1} << (8 * size)) - 1;
  } else {
    std::memcpy(&last, text + size - sizeof(last), sizeof(last));
  }
  constexpr uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;
  const uint64_t mixed = ((first ^ size) * kOdd ^ last) * kOdd;
  return mixed ^ mixed >> 32;
}

/// Of the first 32 bytes at `at` a bit each for those that are the same.
uint32_t same(const char* at, const std::array<char, 32>& bytes) {
#if defined(__SSE2__)
  // SAFETY: loads of 16 bytes, less than the padding of a line; a node's bytes are aligned.
  const auto* theirs = reinterpret_cast<const __m128i*>(at);
  const auto* ours = reinterpret_cast<const __m128i*>(bytes.data());
  const __m128i low = _mm_cmpeq_epi8(_mm_loadu_si128(theirs), _mm_load_si128(ours));
  const __m128i high = _mm_cmpeq_epi8(_mm_loadu_si128(theirs + 1), _mm_load_si128(ours + 1));
  return static_cast<uint32_t>(_mm_movemask_epi8(low)) |
         static_cast<uint32_t>(_mm_movemask_epi8(high)) << 16;
#else
  uint32_t bits = 0;
  for (size_t i = 0; i < bytes.size(); ++i) bits |= uint32_t{at[i] == bytes[i]} << i;
  return bits;
#endif
}

}  // namespace

inline bool Layouts::fits(const Node& node, const char* at, const char* end) const {
  if ((same(at, node.bytes) | node.ignored) != ~uint32_t{0}) return false;
  if (node.size <= kShort) [[likely]]
    return true;
  return node.size <= static_cast<size_t>(end - at) &&
         std::memcmp(at + kShort, rests_.data() + node.rest, node.size - kShort) == 0;
}

const Layout* Layouts::find(std::string_view line, const QuoteMap& quotes, Values& values) const {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const size_t quote_count = quotes.count();
  const char* at = begin;
  Span* value = values.data();
  uint32_t next = nodes_[0].child;
  if (next == kNone) return nullptr;
  const Node* node = &nodes_[next];
  for (;;) {
    for (; node->is_usual; ++node) {
      if ((same(at, node->bytes) | node->ignored) != ~uint32_t{0}) break;
      // A piece that had matched the padding would have its quotes there.
      if (node->quote >= quote_count) return nullptr;
      const char* const from = at + node->size;
      at = begin + quotes.at(node->quote);
      *value++ = {from, at};
    }
    if (!fits(*node, at, end)) {
      if (node->sibling == kNone) return nullptr;
      node = &nodes_[node->sibling];
      continue;
    }
    at += node->size;
    const char* const from = at;
    if (node->follows == Layout::Follows::kText) {
      if (node->quote >= quote_count) return nullptr;
      at = begin + quotes.at(node->quote);
      *value++ = {from, at};
    } else if (node->follows == Layout::Follows::kScalar) {
      at = pass_scalar(at, end);
      if (at == nullptr || at > end) return nullptr;
      *value++ = {from, at};
    } else if (node->follows == Layout::Follows::kChoice) {
      if (node->quote >= quote_count) return nullptr;
      const size_t size = quotes.at(node->quote) - static_cast<size_t>(at - begin);
      next = names_[node->child].find(hash_of(at, size)).child;
      if (next == kNone) return nullptr;
      node = &nodes_[next];
      continue;
    } else {
      return at == end ? &layouts_[node->child] : nullptr;
    }
    node = &nodes_[node->child];
  }
}

void Layouts::add(Layout layout) {
  if (nodes_.size() + layout.pieces.size() > kNodesMax) *this = Layouts();
  uint32_t node = 0;
  for (const Layout::Piece& piece : layout.pieces) {
    const uint32_t next = child(node, piece);
    if (next == kNone) return;  // nothing has been made: only an old node has so many children
    Node& parent = nodes_[node];
    parent.is_usual = parent.follows == Layout::Follows::kText && parent.size <= kShort &&
                      parent.child == node + 1;
    node = next;
  }
  if (nodes_[node].child != kNone) return;  // known, but a value was not what it had to be
  nodes_[node].child = static_cast<uint32_t>(layouts_.size());
  layout.pieces = {};
  layouts_.push_back(std::move(layout));
}

/// The head of the children of `node` among which `next` would stand.
uint32_t& Layouts::first_child(uint32_t node, const Layout::Piece& next) {
  uint32_t& child = nodes_[node].child;
  if (nodes_[node].follows != Layout::Follows::kChoice) return child;
  if (child == kNone) {
    child = static_cast<uint32_t>(names_.size());
    names_.emplace_back();
  }
  // SAFETY: a piece that begins with a name goes on with its quote; it is padded here so that a
  // word can be read.
  std::string name = next.bytes.substr(0, next.bytes.find('"'));
  const size_t size = name.size();
  name.append(sizeof(uint64_t), '\0');
  return names_[child].at(hash_of(name.data(), size));
}

/// The child of `node` that is `piece`, made if there is none. Longer ones come first, since a
/// shorter one may be their beginning. None if there are too many.
uint32_t Layouts::child(uint32_t node, const Layout::Piece& piece) {
  uint32_t* place = &first_child(node, piece);
  const uint32_t first_sibling = *place;
  for (; *place != kNone; place = &nodes_[*place].sibling) {
    const Node& other = nodes_[*place];
    if (other.size < piece.bytes.size()) break;
    if (is(other, piece)) return *place;
  }
  size_t siblings = 0;
  for (uint32_t at = first_sibling; at != kNone; at = nodes_[at].sibling) ++siblings;
  if (siblings == kSiblingsMax) return kNone;
  Node made;
  made.size = static_cast<uint32_t>(piece.bytes.size());
  made.quote = nodes_[node].quote +
               static_cast<uint32_t>(std::count(piece.bytes.begin(), piece.bytes.end(), '"'));
  made.follows = piece.follows;
  made.sibling = *place;
  const size_t first = std::min(piece.bytes.size(), kShort);
  std::memcpy(made.bytes.data(), piece.bytes.data(), first);
  made.ignored = first == kShort ? 0 : ~uint32_t{0} << first;
  made.rest = static_cast<uint32_t>(rests_.size());
  rests_.append(piece.bytes, first);
  const auto number = static_cast<uint32_t>(nodes_.size());
  *place = number;
  nodes_.push_back(made);  // `place` may point into the old ones
  return number;
}

bool Layouts::is(const Node& node, const Layout::Piece& piece) const {
  if (node.size != piece.bytes.size() || node.follows != piece.follows) return false;
  const size_t first = std::min<size_t>(node.size, kShort);
  return piece.bytes.compare(0, first, node.bytes.data(), first) == 0 &&
         piece.bytes.compare(first, std::string::npos, rests_, node.rest, node.size - first) == 0;
}

uint32_t& Layouts::Names::at(uint64_t hash) {
  if (2 * (used + 1) > entries.size()) grow();
  const size_t mask = entries.size() - 1;
  size_t place = hash & mask;
  while (entries[place].child != kNone && entries[place].hash != hash) place = (place + 1) & mask;
  used += entries[place].child == kNone;
  entries[place].hash = hash;
  return entries[place].child;
}

const Layouts::Names::Entry& Layouts::Names::find(uint64_t hash) const {
  const size_t mask = entries.size() - 1;
  size_t place = hash & mask;
  while (entries[place].child != kNone && entries[place].hash != hash) place = (place + 1) & mask;
  return entries[place];
}

void Layouts::Names::grow() {
  std::vector<Entry> old = std::exchange(entries, std::vector<Entry>(2 * entries.size()));
  used = 0;
  for (const Entry& entry : old) {
    if (entry.child != kNone) at(entry.hash) = entry.child;
  }
}

}  // namespace segue
