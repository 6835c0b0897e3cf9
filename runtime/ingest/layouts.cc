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

/// Of the name that a piece begins with, before its quote.
uint64_t name_hash(const Layout::Piece& piece) {
  // SAFETY: padded so that a word can be read.
  std::string name = piece.bytes.substr(0, piece.bytes.find('"'));
  const size_t size = name.size();
  name.append(sizeof(uint64_t), '\0');
  return hash_of(name.data(), size);
}

}  // namespace

/// How the bytes of a piece are compared: 64 bytes at `at` can be read.
struct Layouts::AnyVectors {
  static bool fits(const char* at, const Node& node) {
    uint64_t same = 0;
#if defined(__SSE2__)
    // SAFETY: loads of 16 bytes, less than the padding of a line; a node's bytes are aligned.
    const auto* theirs = reinterpret_cast<const __m128i*>(at);
    const auto* ours = reinterpret_cast<const __m128i*>(node.bytes.data());
    for (int i = 2; i >= 0; --i) {
      const __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128(theirs + i), _mm_load_si128(ours + i));
      same = same << 16 | static_cast<uint32_t>(_mm_movemask_epi8(equal));
    }
#else
    for (size_t i = 0; i < kShort; ++i) same |= uint64_t{at[i] == node.bytes[i]} << i;
#endif
    return (~same & node.shown) == 0;
  }
};

#if defined(__x86_64__)
struct Layouts::WideVectors {
  [[gnu::target("avx512f,avx512bw")]] static bool fits(const char* at, const Node& node) {
    // SAFETY: a load of 64 bytes, the padding of a line, and of a whole node, which is aligned.
    return _mm512_mask_cmpneq_epu8_mask(node.shown, _mm512_loadu_si512(at),
                                        _mm512_load_si512(&node)) == 0;
  }
};
#endif

template <class Vectors>
struct Layouts::Walk {
  [[gnu::always_inline]] static const Layout* find(Layouts& layouts, std::string_view line,
                                                   const Marks& line_marks, Scalars& scalars) {
    const char* const origin = line_marks.origin;
    const char* const end = line.data() + line.size();
    const uint32_t* const marks = line_marks.places;
    const size_t mark_count = line_marks.count;
    const char* at = line.data();
    Span* scalar = scalars.data();
    const Node* const nodes = layouts.nodes_.data();
    const Node* node = nodes + nodes[0].child;
    if (nodes[0].child == kNone) return nullptr;
    for (;;) {
      for (; node->is_usual; ++node) {
        // A piece that had matched what stands behind the end would have its quotes there.
        if (node->mark >= mark_count || !Vectors::fits(at, *node)) break;
        at = origin + marks[node->mark];
      }
      if (!Vectors::fits(at, *node) ||
          (node->size > kShort && !layouts.rest_fits(*node, at, end))) {
        const uint32_t sibling = layouts.siblings_[static_cast<size_t>(node - nodes)];
        if (sibling == kNone) return nullptr;
        node = nodes + sibling;
        continue;
      }
      at += node->size;
      if (at > end) return nullptr;
      const auto follows = static_cast<Layout::Follows>(node->follows);
      if (follows == Layout::Follows::kEnd) {
        return at == end ? &layouts.layouts_[node->child] : nullptr;
      }
      uint32_t next = node->child;
      if (follows == Layout::Follows::kScalar) {
        scalar->begin = at;
        at = pass_scalar(at, end);
        if (at == nullptr || at > end) return nullptr;
        scalar++->end = at;
      } else {
        if (node->mark >= mark_count) return nullptr;
        const char* const quote = origin + marks[node->mark];
        if (follows == Layout::Follows::kText) {
          at = quote;
        } else {
          next = layouts.names_[next].find(hash_of(at, static_cast<size_t>(quote - at))).child;
          if (next == kNone) return nullptr;
        }
      }
      node = nodes + next;
    }
  }
};

bool Layouts::rest_fits(const Node& node, const char* at, const char* end) const {
  const char* const rest = rests_.data() + rests_at_[static_cast<size_t>(&node - nodes_.data())];
  return node.size <= static_cast<size_t>(end - at) &&
         std::memcmp(at + kShort, rest, node.size - kShort) == 0;
}

const Layout* Layouts::find_any(Layouts& layouts, std::string_view line, const Marks& marks,
                                Scalars& scalars) {
  return Walk<AnyVectors>::find(layouts, line, marks, scalars);
}

#if defined(__x86_64__)
[[gnu::target("avx512f,avx512bw")]] const Layout* Layouts::find_wide(Layouts& layouts,
                                                                     std::string_view line,
                                                                     const Marks& marks,
                                                                     Scalars& scalars) {
  return Walk<WideVectors>::find(layouts, line, marks, scalars);
}
#endif

std::span<const Layouts::Find> Layouts::finds() {
  static const std::vector<Find> all = [] {
    std::vector<Find> usable;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw")) {
      usable.push_back(find_wide);
    }
#endif
    usable.push_back(find_any);
    return usable;
  }();
  return all;
}

void Layouts::add(Layout layout) {
  if (nodes_.size() + layout.pieces.size() > kNodesMax) *this = Layouts(find_);
  size_t bytes = 0;
  for (const Layout::Piece& piece : layout.pieces) bytes += piece.bytes.size();
  if (bytes > UINT16_MAX) return;  // of a line that is far too long to be tried
  uint32_t node = 0;
  for (const Layout::Piece& piece : layout.pieces) {
    const uint32_t next = child(node, piece);
    if (next == kNone) return;  // nothing has been made: only an old node has so many children
    Node& parent = nodes_[node];
    parent.is_usual = parent.follows == static_cast<uint32_t>(Layout::Follows::kText) &&
                      parent.size <= kShort && parent.child == node + 1;
    node = next;
  }
  if (nodes_[node].child != kNone) return;  // known, but a value was not what it had to be
  nodes_[node].child = static_cast<uint32_t>(layouts_.size());
  layout.pieces = {};
  layouts_.push_back(std::move(layout));
}

/// The first of the children of `node` among which `next` would stand, or none.
uint32_t Layouts::first_child(uint32_t node, const Layout::Piece& next) {
  if (!is_choice(node)) return nodes_[node].child;
  return names_of(node).at(name_hash(next));
}

void Layouts::set_first_child(uint32_t node, const Layout::Piece& next, uint32_t child) {
  if (!is_choice(node)) {
    nodes_[node].child = child;
  } else {
    names_of(node).at(name_hash(next)) = child;
  }
}

bool Layouts::is_choice(uint32_t node) const {
  return nodes_[node].follows == static_cast<uint32_t>(Layout::Follows::kChoice);
}

Layouts::Names& Layouts::names_of(uint32_t node) {
  if (nodes_[node].child == kNone) {
    nodes_[node].child = static_cast<uint32_t>(names_.size());
    names_.emplace_back();
  }
  return names_[nodes_[node].child];
}

/// The child of `node` that is `piece`, made if there is none. Longer ones come first, since a
/// shorter one may be their beginning. None if there are too many.
uint32_t Layouts::child(uint32_t node, const Layout::Piece& piece) {
  uint32_t before = kNone;
  uint32_t next = first_child(node, piece);
  size_t siblings = 0;
  for (uint32_t at = next; at != kNone; at = siblings_[at]) ++siblings;
  for (; next != kNone && nodes_[next].size >= piece.bytes.size(); next = siblings_[next]) {
    if (is(next, piece)) return next;
    before = next;
  }
  if (siblings == kSiblingsMax) return kNone;
  const auto quotes = std::count(piece.bytes.begin(), piece.bytes.end(), '"');
  const size_t shown = std::min(piece.bytes.size(), kShort);
  Node made;
  made.size = static_cast<uint16_t>(piece.bytes.size());
  made.mark = static_cast<uint16_t>(nodes_[node].mark + quotes);
  made.follows = static_cast<uint32_t>(piece.follows);
  made.shown = (uint64_t{1} << shown) - 1;
  std::memcpy(made.bytes.data(), piece.bytes.data(), shown);
  const auto number = static_cast<uint32_t>(nodes_.size());
  nodes_.push_back(made);
  siblings_.push_back(next);
  rests_at_.push_back(static_cast<uint32_t>(rests_.size()));
  rests_.append(piece.bytes, shown);
  if (before == kNone) {
    set_first_child(node, piece, number);
  } else {
    siblings_[before] = number;
  }
  return number;
}

bool Layouts::is(uint32_t node, const Layout::Piece& piece) const {
  const Node& known = nodes_[node];
  if (known.size != piece.bytes.size() || known.follows != static_cast<uint32_t>(piece.follows)) {
    return false;
  }
  const size_t shown = std::min<size_t>(known.size, kShort);
  return piece.bytes.compare(0, shown, known.bytes.data(), shown) == 0 &&
         piece.bytes.compare(shown, std::string::npos, rests_, rests_at_[node],
                             known.size - shown) == 0;
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
