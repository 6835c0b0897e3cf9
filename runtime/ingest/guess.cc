#include "runtime/ingest/guess.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/base/hash.h"
#include "runtime/base/value.h"
#include "runtime/ingest/line_tie.h"
#include "runtime/ingest/tokens.h"

namespace segue {
namespace {

// After so many misses most lines are not tried: their layouts are too many to be remembered.
constexpr uint32_t kMissesMax = 32;
constexpr uint32_t kPassing = 7;

bool begins_number(char c) { return c == '-' || (c >= '0' && c <= '9'); }

bool is_id(const Layouts::Span& value, bool is_text) {
  return is_text ? value.size() > 0 : begins_number(*value.begin);
}

void read_value(std::string_view text, bool is_text, Value& value) {
  if (is_text) {
    value.tag = ValueTag::kText;
    value.text = text;
    return;
  }
  switch (text.front()) {
    case 't':
      value.tag = ValueTag::kTrue;
      return;
    case 'f':
      value.tag = ValueTag::kFalse;
      return;
    case 'n':
      value.tag = ValueTag::kMissing;
      return;
    default:
      value = number_from_text(text);
  }
}

}  // namespace

/// Puts texts of a line behind each other. Copies 32 bytes for most, wanted or not: source and
/// target have that much room.
class Guess::Texts {
 public:
  explicit Texts(char* out) : begin_(out), at_(out) {}

  std::string_view put(const char* from, size_t size) {
    char* const to = at_;
    if (size <= kTextSlack) {
      std::memcpy(to, from, kTextSlack);
    } else {
      std::memcpy(to, from, size);
    }
    at_ += size;
    return {to, size};
  }
  std::string_view put(const Layouts::Span& span) { return put(span.begin, span.size()); }

  size_t size() const { return static_cast<size_t>(at_ - begin_); }

 private:
  char* begin_;
  char* at_;
};

bool Guess::decode(std::string_view line, EventBatch& batch) {
  may_learn_ = false;
  if (line.size() > kBytesMax) return false;
  MarksFound found = {.places = places_.data(), .feeds = feeds_.data()};
  mark_scans()[0](line.data(), line.size(), 0, found);
  return decode(line, {line.data(), places_.data(), found.count, !found.high}, batch);
}

bool Guess::decode(std::string_view line, const Marks& marks, EventBatch& batch) {
  may_learn_ = false;
  if (passing_ > 0) {
    --passing_;
    return false;
  }
  const Layout* const layout = layouts_.find(line, marks, scalars_);
  if (layout == nullptr) {
    may_learn_ = credit_ >= kLearningCost;
    return miss();
  }
  if (!marks.is_ascii && !is_utf8(line)) return false;
  if (!fill(*layout, line, marks, batch)) return miss();
  ++hits_;
  misses_ = 0;
  credit_ = std::min(credit_ + 1, kCreditMax);
  return true;
}

bool Guess::miss() {
  if (++misses_ >= kMissesMax) passing_ = kPassing;
  return false;
}

void Guess::learn(std::string_view line, const CallIdentity& identity, const Wanted& wanted,
                  const KeyTable& fields) {
  if (!std::exchange(may_learn_, false)) return;
  credit_ -= kLearningCost;
  if (auto layout = layout_of(line, identity, wanted, fields)) layouts_.add(std::move(*layout));
}

/// Where a value of the line stands.
inline Layouts::Span Guess::span(const Marks& marks, uint32_t number, bool is_text) const {
  if (!is_text) return scalars_[number];
  return {marks.origin + marks.places[number - 1] + 1, marks.origin + marks.places[number]};
}

bool Guess::fill(const Layout& layout, std::string_view line, const Marks& marks,
                 EventBatch& batch) {
  const bool has_tie = layout.tie != Layout::kNone;
  const Layouts::Span user = span(marks, layout.user, layout.user_is_text);
  if (!is_id(user, layout.user_is_text)) return false;
  Layouts::Span tie;
  if (has_tie) {
    tie = span(marks, layout.tie, layout.tie_is_text);
    if (!is_id(tie, layout.tie_is_text)) return false;
  }
  for (const uint32_t number : layout.no_ids) {
    if (is_id(scalars_[number], false)) return false;
  }
  Instant at;
  if (!read_time(layout, marks, at)) return false;

  Arena& arena = *batch.arena;
  const std::span<Value> slots = arena.make<Value>(layout.slots);
  Texts texts(arena.room(line.size() + layout.name.size() + kTextSlack));
  const std::string_view user_text = texts.put(user);
  std::string_view tie_text = has_tie ? texts.put(tie) : std::string_view();
  const std::string_view name = layout.kind == kOtherKind
                                    ? texts.put(layout.name.data(), layout.name_size)
                                    : (*names_)[layout.kind.index];
  for (const uint32_t slot : layout.missing) slots[slot].tag = ValueTag::kMissing;
  const Layout::Take* before = nullptr;
  std::string_view kept;
  for (const Layout::Take& take : layout.takes) {
    const bool again =
        before != nullptr && before->value == take.value && before->is_text == take.is_text;
    if (!again) kept = texts.put(span(marks, take.value, take.is_text));
    read_value(kept, take.is_text, slots[take.slot]);
    before = &take;
  }
  arena.keep(texts.size());
  for (const Layout::TakeList& list : layout.lists) {
    read_list(list, marks, arena, slots[list.slot]);
  }
  if (!has_tie) tie_text = line_tie(line, arena);
  // Made in place and at once: clearing it first takes as long as hashing the user.
  batch.events.emplace_back(at, layout.kind, user_text, name, tie_text, has_tie, slots);
  batch.user_hashes.push_back(hash_user(user_text));
  return true;
}

/// A list is kept as written; its items are parts of that.
void Guess::read_list(const Layout::TakeList& list, const Marks& marks, Arena& arena,
                      Value& value) {
  value.tag = ValueTag::kList;
  if (list.are_text.empty()) {
    value.text = arena.copy(list.empty);
    return;
  }
  const std::span<Value> items = arena.make<Value>(list.are_text.size());
  uint32_t text = list.first_text;
  uint32_t scalar = list.first_scalar;
  const char* begin = nullptr;
  const char* end = nullptr;
  for (size_t i = 0; i < items.size(); ++i) {
    const bool is_text = list.are_text[i];
    const Layouts::Span item = span(marks, is_text ? text : scalar, is_text);
    is_text ? text += 2 : scalar += 1;
    if (i == 0) begin = item.begin - list.before;
    end = item.end + list.behind;
    items[i].text = {item.begin, item.size()};
  }
  value.text = arena.copy({begin, static_cast<size_t>(end - begin)});
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string_view item = std::exchange(items[i].text, {});
    const auto at = static_cast<size_t>(item.data() - begin);
    read_value(value.text.substr(at, item.size()), list.are_text[i], items[i]);
  }
  value.items = items;
}

bool Guess::read_time(const Layout& layout, const Marks& marks, Instant& at) {
  const Layouts::Span place = span(marks, layout.time, layout.time_is_text);
  const std::string_view text(place.begin, place.size());
  if (layout.time_is_text) return !timestamps_.read_text(text, at);
  return begins_number(text.front()) && !timestamps_.read_number(text, at);
}

}  // namespace segue
