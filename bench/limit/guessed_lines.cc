#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "bench/limit/lines.h"
#include "bench/limit/names.h"

namespace segue::limit {
namespace {

constexpr size_t kLayoutsMax = 8;

__m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

/// `text` has 32 bytes after it that can be read, and so has `at`.
bool begins_with(const char* at, const std::string& text, uint32_t bytes) {
  uint32_t done = 0;
  for (; bytes - done > 16; done += 16) {
    const __m128i same = _mm_cmpeq_epi8(load(at + done), load(text.data() + done));
    if (_mm_movemask_epi8(same) != 0xFFFF) return false;
  }
  const __m128i same = _mm_cmpeq_epi8(load(at + done), load(text.data() + done));
  const uint32_t wanted = (1U << (bytes - done)) - 1;
  return (static_cast<uint32_t>(_mm_movemask_epi8(same)) & wanted) == wanted;
}

/// The length of a text without escapes, or -1.
ptrdiff_t text_bytes(const char* at) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i escape = _mm_set1_epi8('\\');
  for (ptrdiff_t done = 0; done < 256; done += 16) {
    const __m128i block = load(at + done);
    const auto found = static_cast<uint32_t>(_mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, escape))));
    if (found == 0) continue;
    const char* end = at + done + std::countr_zero(found);
    return *end == '"' ? end - at : -1;
  }
  return -1;
}

/// The first brace, escape or line end. Lines end with `\n` and padding of zeroes behind them.
const char* structure_from(const char* at) {
  const __m128i open = _mm_set1_epi8('{');
  const __m128i close = _mm_set1_epi8('}');
  const __m128i escape = _mm_set1_epi8('\\');
  const __m128i line = _mm_set1_epi8('\n');
  for (;; at += 16) {
    const __m128i block = load(at);
    const __m128i found =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, open), _mm_cmpeq_epi8(block, close)),
                     _mm_or_si128(_mm_cmpeq_epi8(block, escape), _mm_cmpeq_epi8(block, line)));
    const auto mask = static_cast<uint32_t>(_mm_movemask_epi8(found));
    if (mask != 0) return at + std::countr_zero(mask);
  }
}

uint64_t word(const char* from) {
  uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// Of a name of at least eight bytes; tells the known ones apart.
size_t slot_of(const char* name, size_t size) {
  const uint64_t mixed = (word(name) ^ std::rotl(word(name + size - 8), 23) ^ size);
  return mixed * 0x9E3779B97F4A7C15 >> 58;
}

bool same(const char* at, std::string_view text) {
  return std::memcmp(at, text.data(), text.size()) == 0;
}

}  // namespace

GuessedLines::GuessedLines() {
  for (const auto& [name, op] : kNames) {
    size_t slot = slot_of(name.data(), name.size());
    while (!names_[slot].text.empty()) slot = (slot + 1) % names_.size();
    names_[slot] = {name, op};
  }
}

Op GuessedLines::op_of_name(const char* name, size_t size) const {
  if (size < 8) return op_of_wire_name({name, size});
  for (size_t slot = slot_of(name, size);; slot = (slot + 1) % names_.size()) {
    const Name& known = names_[slot];
    if (known.text.empty()) return Op::kOther;
    if (known.text.size() == size && same(name, known.text)) return known.op;
  }
}

/// The end of the line behind properties that hold no record, or null. Sets the op.
const char* GuessedLines::read_properties(Op kind, const char* at, Event& event) const {
  event.op = kind;
  switch (kind) {
    case Op::kPricing:
      if (!same(at, "\"path\":\"")) return nullptr;
      if (!same(at + 8, "/pricing")) event.op = Op::kOther;
      break;
    case Op::kOpened:
      if (!same(at, "\"campaign\":\"")) return nullptr;
      if (same(at + 12, "case_study\"")) event.op = Op::kOpenedCaseStudy;
      break;
    case Op::kSkipped:
      if (!same(at, "\"step\":")) return nullptr;
      if (at[7] == '"') break;
      if (at[8] != '}' && at[8] != ',') return nullptr;
      if (at[7] == '2') event.op = Op::kSkippedTwo;
      break;
    case Op::kPlanOther:
      if (!same(at, "\"plan\":\"")) return nullptr;
      if (same(at + 8, "free\"")) event.op = Op::kPlanFree;
      break;
    default:
      break;
  }
  const char* end = structure_from(at);
  return same(end, "}}\n") ? end + 2 : nullptr;
}

/// The end of the line, or null if it is not as guessed.
const char* GuessedLines::decode_guessed(const Layout& layout, const char* at, Event& event) {
  Op kind = layout.identify ? Op::kPlanOther : layout.page ? Op::kPricing : Op::kOther;
  event.tie_bytes = 0;
  for (const Piece& piece : layout.pieces) {
    if (!begins_with(at, piece.text, piece.bytes)) return nullptr;
    at += piece.bytes;
    if (piece.field == Field::kProperties) return read_properties(kind, at, event);
    if (piece.field == Field::kTime) {
      if (!times_.read(at, event.at_ms)) return nullptr;
      at += kTimeBytes;
      continue;
    }
    const ptrdiff_t size = text_bytes(at);
    if (size <= 0) return nullptr;
    if (piece.field == Field::kUser) {
      event.user = at;
      event.user_bytes = static_cast<uint16_t>(size);
      event.hash = hash_of(at, static_cast<size_t>(size));
    } else if (piece.field == Field::kMessage) {
      event.tie = at;
      event.tie_bytes = static_cast<uint16_t>(size);
    } else {
      kind = op_of_name(at, static_cast<size_t>(size));
    }
    at += size;
  }
  return nullptr;
}

/// Takes down the pieces between the values of a line; of one that is laid out otherwise, nothing.
void GuessedLines::learn(std::string_view line, int64_t at_ms) {
  Layout layout;
  size_t begin = 0;
  size_t at = 1;
  while (at < line.size() && line[at] == '"') {
    const size_t key_end = line.find('"', at + 1);
    if (key_end == std::string_view::npos || line.compare(key_end, 2, "\":") != 0) return;
    const std::string_view key = line.substr(at + 1, key_end - at - 1);
    at = key_end + 3;
    const auto add = [&](Field field) {
      Piece piece{std::string(line.substr(begin, at - begin)), static_cast<uint32_t>(at - begin),
                  field};
      piece.text.append(32, '\0');
      layout.pieces.push_back(std::move(piece));
    };
    if (key == "properties" || key == "traits") {
      add(Field::kProperties);
      const bool known = std::any_of(layouts_.begin(), layouts_.end(), [&](const Layout& other) {
        return std::equal(other.pieces.begin(), other.pieces.end(), layout.pieces.begin(),
                          layout.pieces.end(),
                          [](const Piece& a, const Piece& b) { return a.text == b.text; });
      });
      if (!known && layouts_.size() < kLayoutsMax) layouts_.push_back(std::move(layout));
      return;
    }
    const size_t end = line.find('"', at);
    if (line[at - 1] != '"' || end == std::string_view::npos) return;
    const std::string_view value = line.substr(at, end - at);
    if (key == "type") {
      layout.identify = value == "identify";
      layout.page = value == "page";
    } else if (key == "messageId" || key == "userId" || key == "event" || key == "timestamp") {
      if (key == "timestamp") {
        if (value.size() != kTimeBytes) return;
        times_.learn(value.data(), at_ms);
      }
      add(key == "messageId" ? Field::kMessage
          : key == "userId"  ? Field::kUser
          : key == "event"   ? Field::kName
                             : Field::kTime);
      begin = end;
    } else {
      return;
    }
    at = end + 2;
  }
}

uint64_t GuessedLines::decode(std::string_view lines, std::vector<Event>& events) {
  uint64_t bad = 0;
  const char* at = lines.data();
  const char* const end = at + lines.size();
  while (at < end) {
    Event event;
    const char* line_end = nullptr;
    for (const Layout& layout : layouts_) {
      line_end = decode_guessed(layout, at, event);
      if (line_end != nullptr) break;
    }
    if (line_end == nullptr) [[unlikely]] {
      ++wrong_;
      const auto* found = static_cast<const char*>(std::memchr(at, '\n', end - at));
      line_end = found != nullptr ? found : end;
      const std::string_view line(at, line_end - at);
      if (slow_.decode_line(line, event)) {
        learn(line, event.at_ms);
      } else {
        ++bad;
        at = line_end + 1;
        continue;
      }
    }
    events.push_back(event);
    at = line_end + 1;
  }
  return bad;
}

}  // namespace segue::limit
