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

bool Guess::decode(std::string_view line, const QuoteMap* quotes, EventBatch& batch) {
  may_learn_ = false;
  if (passing_ > 0) {
    --passing_;
    return false;
  }
  if (quotes == nullptr) {
    quotes_.look(line);
    if (!quotes_.knows(line)) return false;
    quotes = &quotes_;
  }
  const Layout* const layout = layouts_.find(line, *quotes, values_);
  if (layout == nullptr) {
    may_learn_ = credit_ >= kLearningCost;
    return miss();
  }
  if (!quotes->is_ascii() && !is_utf8(line)) return false;
  if (!fill(*layout, line, batch)) return miss();
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

bool Guess::fill(const Layout& layout, std::string_view line, EventBatch& batch) {
  const auto is_id = [&](uint32_t number, bool is_text) {
    const Layouts::Span span = values_[number];
    return is_text ? span.size() > 0 : begins_number(*span.begin);
  };
  const bool has_tie = layout.tie != Layout::kNone;
  if (!is_id(layout.user, layout.user_is_text)) return false;
  if (has_tie && !is_id(layout.tie, layout.tie_is_text)) return false;
  for (const uint32_t number : layout.no_ids) {
    if (is_id(number, false)) return false;
  }
  Instant at;
  if (!read_time(layout, at)) return false;

  Arena& arena = *batch.arena;
  Texts texts(arena.room(line.size() + layout.name.size() + kTextSlack));
  // Made in place: a copy of what was just written in smaller pieces would wait for them.
  Event& event = batch.events.emplace_back();
  event.at = at;
  event.kind = layout.kind;
  event.user = texts.put(values_[layout.user]);
  event.has_message_id = has_tie;
  if (has_tie) event.tie = texts.put(values_[layout.tie]);
  if (layout.kind != kOtherKind) {
    event.name = (*names_)[layout.kind.index];
  } else {
    event.name = texts.put(layout.name.data(), layout.name_size);
  }
  uint32_t kept_last = Layout::kNone;
  for (const Layout::Take& take : layout.takes) {
    if (take.value == std::exchange(kept_last, take.value)) continue;
    Layouts::Span& span = values_[take.value];
    const std::string_view kept = texts.put(span);
    span = {kept.data(), kept.data() + kept.size()};
  }
  keep_lists(layout, texts);
  arena.keep(texts.size());

  const std::span<Value> slots = arena.make<Value>(layout.slots);
  for (const uint32_t slot : layout.missing) slots[slot].tag = ValueTag::kMissing;
  for (const Layout::Take& take : layout.takes) {
    const Layouts::Span& span = values_[take.value];
    read_value({span.begin, span.size()}, take.is_text, slots[take.slot]);
  }
  for (const Layout::TakeList& list : layout.lists) read_list(list, arena, slots[list.slot]);
  event.slots = slots;
  if (!has_tie) event.tie = line_tie(line, arena);
  batch.user_hashes.push_back(hash_user(event.user));
  return true;
}

/// Lists are kept as written; their items are parts of that.
void Guess::keep_lists(const Layout& layout, Texts& texts) {
  uint32_t kept_last = Layout::kNone;
  for (const Layout::TakeList& list : layout.lists) {
    if (list.are_text.empty() || list.first == std::exchange(kept_last, list.first)) continue;
    Layouts::Span* const items = &values_[list.first];
    const char* const begin = items[0].begin - list.before;
    const char* const end = items[list.are_text.size() - 1].end + list.behind;
    const std::string_view kept = texts.put(begin, static_cast<size_t>(end - begin));
    for (size_t i = 0; i < list.are_text.size(); ++i) {
      items[i] = {kept.data() + (items[i].begin - begin), kept.data() + (items[i].end - begin)};
    }
  }
}

void Guess::read_list(const Layout::TakeList& list, Arena& arena, Value& value) {
  value.tag = ValueTag::kList;
  if (list.are_text.empty()) {
    value.text = arena.copy(list.empty);
    return;
  }
  const Layouts::Span* const spans = &values_[list.first];
  const char* const begin = spans[0].begin - list.before;
  const char* const end = spans[list.are_text.size() - 1].end + list.behind;
  value.text = {begin, static_cast<size_t>(end - begin)};
  const std::span<Value> items = arena.make<Value>(list.are_text.size());
  for (size_t i = 0; i < items.size(); ++i) {
    read_value({spans[i].begin, spans[i].size()}, list.are_text[i], items[i]);
  }
  value.items = items;
}

bool Guess::read_time(const Layout& layout, Instant& at) {
  const Layouts::Span span = values_[layout.time];
  const std::string_view text(span.begin, span.size());
  if (layout.time_is_text) return !timestamps_.read_text(text, at);
  return begins_number(text.front()) && !timestamps_.read_number(text, at);
}

}  // namespace segue
