#include "runtime/ingest/layout.h"

#include <algorithm>
#include <array>
#include <utility>

namespace segue {
namespace {

// A line deeper than that is left to the walk over tokens.
constexpr int kDepthMax = 32;

bool is_number(std::string_view scalar) {
  return scalar.front() == '-' || (scalar.front() >= '0' && scalar.front() <= '9');
}

/// Takes a line apart that is known to be an event.
class Parts {
 public:
  Parts(std::string_view line, const CallIdentity& identity, const Wanted& wanted,
        const KeyTable& fields)
      : line_(line), identity_(identity), wanted_(wanted), fields_(fields) {}

  std::optional<Layout> all();

 private:
  /// What a value of a call's field is.
  struct Found {
    bool there = false;
    bool is_text = false;
    bool is_nested = false;
    uint32_t number = Layout::kNone;
    std::string_view text;
    // Of a list whose items are texts and scalars:
    bool is_flat = false;
    Layout::TakeList list = {};
  };

  char peek() const { return line_[at_]; }
  void pass_blanks() {
    while (at_ < line_.size() && line_[at_] == ' ') ++at_;
  }
  std::string_view key();
  bool comma();

  void call();
  void field(std::string_view key);
  Found value(uint32_t node, int depth);
  void record(uint32_t node, int depth);
  Found list(int depth);
  void place(uint32_t node, const Found& found);
  Found scalar();
  Found text();
  void choice();
  void same_text();
  void end_piece(Layout::Follows follows, size_t end);

  bool take_id(CallField field, uint32_t& number, bool& is_text);
  bool take_name();

  std::string_view line_;
  const CallIdentity& identity_;
  const Wanted& wanted_;
  const KeyTable& fields_;

  Layout layout_;
  std::array<Found, kCallFieldCount> found_;
  uint32_t scalars_ = 0;
  uint32_t marks_ = 0;
  size_t at_ = 0;
  size_t piece_begin_ = 0;
  bool fits_ = true;
};

std::optional<Layout> Parts::all() {
  call();
  if (!fits_ || scalars_ > Layout::kScalarsMax) return {};
  end_piece(Layout::Follows::kEnd, line_.size());
  if (!take_id(kUserId, layout_.user, layout_.user_is_text)) return {};
  if (layout_.user == Layout::kNone && !take_id(kAnonymousId, layout_.user, layout_.user_is_text)) {
    return {};
  }
  if (!take_id(kMessageId, layout_.tie, layout_.tie_is_text)) return {};
  const Found& time = found_[kTimestamp];
  if (layout_.user == Layout::kNone || time.number == Layout::kNone) return {};
  layout_.time = time.number;
  layout_.time_is_text = time.is_text;
  const bool has_name = identity_.type == kPage || identity_.type == kScreen;
  if (has_name && !take_name()) return {};
  layout_.kind = identity_.kind;
  if (identity_.kind == kOtherKind) {
    layout_.name_size = identity_.name.size();
    layout_.name = std::string(identity_.name) + std::string(kTextSlack, '\0');
  }
  layout_.slots = wanted_.slots;
  return std::move(layout_);
}

/// The number of the value that is the id, if the call has one; false if that cannot be told.
bool Parts::take_id(CallField field, uint32_t& number, bool& is_text) {
  const Found& found = found_[field];
  if (!found.there || found.is_nested) return true;
  if (found.is_text && found.text.empty()) return false;
  if (!found.is_text && !is_number(found.text)) {
    layout_.no_ids.push_back(found.number);
    return true;
  }
  number = found.number;
  is_text = found.is_text;
  return true;
}

/// The name of a page or screen, over a property of that name. False if it may be `null`.
bool Parts::take_name() {
  const Found& name = found_[kName];
  const uint32_t key = wanted_.nodes[0].keys.find_unpadded(kCallFieldNames[kName]);
  if (!name.there || key == KeyTable::kNone) return true;
  if (!name.is_text) return false;
  const uint32_t node = wanted_.nodes[0].children[key];
  const std::vector<uint32_t>& below = wanted_.nodes[node].below;
  const auto is_below = [&](const auto& take) {
    return std::find(below.begin(), below.end(), take.slot) != below.end();
  };
  std::erase_if(layout_.takes, is_below);
  std::erase_if(layout_.lists, is_below);
  place(node, name);
  std::sort(layout_.takes.begin(), layout_.takes.end(),
            [](const Layout::Take& a, const Layout::Take& b) {
              return std::pair(a.is_text, a.value) < std::pair(b.is_text, b.value);
            });
  return fits_;
}

std::string_view Parts::key() {
  pass_blanks();
  const size_t begin = at_ + 1;
  const size_t end = line_.find('"', begin);
  at_ = end + 1;
  marks_ += 2;
  pass_blanks();
  ++at_;  // the colon
  pass_blanks();
  return line_.substr(begin, end - begin);
}

/// Passes a comma, or the bracket that ends what is open.
bool Parts::comma() {
  pass_blanks();
  return line_[at_++] == ',';
}

void Parts::call() {
  ++at_;
  pass_blanks();
  if (peek() == '}') return;
  do {
    field(key());
  } while (fits_ && comma());
}

void Parts::field(std::string_view key) {
  const uint32_t number = fields_.find_unpadded(key);
  if (number == KeyTable::kNone) {
    value(Layout::kNone, 1);
    return;
  }
  Found& found = found_[number];
  if (found.there) {
    fits_ = false;
  } else if ((number == kType || number == kEvent) && peek() == '"') {
    found.there = true;
    number == kType ? same_text() : choice();
  } else {
    found = value(number == identity_.record && peek() == '{' ? 0 : Layout::kNone, 1);
  }
  // What a call of another type would be is not known of a `type` that may be null or not.
  if (number == kType && !found.is_nested && found.number != Layout::kNone) fits_ = false;
}

/// A value at a node of what is wanted, or where nothing is.
Parts::Found Parts::value(uint32_t node, int depth) {
  Found found;
  if (depth > kDepthMax) fits_ = false;
  if (!fits_) return found;
  if (peek() == '"') return text();
  if (peek() != '{' && peek() != '[') return scalar();
  if (peek() == '[') return list(depth);
  found.there = true;
  found.is_nested = true;
  record(node, depth);
  return found;
}

void Parts::record(uint32_t node, int depth) {
  std::vector<uint32_t> seen;
  ++at_;
  pass_blanks();
  if (peek() == '}') {
    ++at_;
    return;
  }
  do {
    const std::string_view name = key();
    const KeyTable* const keys = node == Layout::kNone ? nullptr : &wanted_.nodes[node].keys;
    const uint32_t number = keys == nullptr ? KeyTable::kNone : keys->find_unpadded(name);
    if (number == KeyTable::kNone) {
      value(Layout::kNone, depth + 1);
      continue;
    }
    if (std::find(seen.begin(), seen.end(), number) != seen.end()) fits_ = false;
    seen.push_back(number);
    const uint32_t child = wanted_.nodes[node].children[number];
    const std::vector<uint32_t>& below = wanted_.nodes[child].below;
    layout_.missing.insert(layout_.missing.end(), below.begin(), below.end());
    place(child, value(peek() == '{' ? child : Layout::kNone, depth + 1));
  } while (fits_ && comma());
}

Parts::Found Parts::list(int depth) {
  Found found{.there = true, .is_nested = true, .is_flat = true};
  found.list.first_text = marks_ + 1;
  found.list.first_scalar = scalars_;
  const size_t begin = at_++;
  pass_blanks();
  if (peek() == ']') {
    found.list.empty = line_.substr(begin, ++at_ - begin);
    return found;
  }
  size_t last_end = begin;
  do {
    pass_blanks();
    const Found item = value(Layout::kNone, depth + 1);
    found.is_flat = found.is_flat && !item.is_nested && fits_;
    if (!found.is_flat) continue;
    const auto item_begin = static_cast<size_t>(item.text.data() - line_.data());
    if (found.list.are_text.empty()) found.list.before = item_begin - begin;
    found.list.are_text.push_back(item.is_text);
    last_end = item_begin + item.text.size();
  } while (fits_ && comma());
  found.list.behind = at_ - last_end;
  return found;
}

/// The slots of a node get what stands there.
void Parts::place(uint32_t node, const Found& found) {
  for (const uint32_t slot : wanted_.nodes[node].here) {
    if (found.is_flat) {
      layout_.lists.push_back(found.list);
      layout_.lists.back().slot = slot;
    } else if (found.is_nested) {
      fits_ = false;
    } else {
      layout_.takes.push_back({found.number, slot, found.is_text});
    }
  }
}

Parts::Found Parts::text() {
  const size_t begin = at_ + 1;
  const size_t end = line_.find('"', begin);
  end_piece(Layout::Follows::kText, begin);
  piece_begin_ = end;
  at_ = end + 1;
  marks_ += 2;
  return {.there = true,
          .is_text = true,
          .number = marks_ - 1,
          .text = line_.substr(begin, end - begin)};
}

Parts::Found Parts::scalar() {
  const size_t begin = at_;
  at_ = std::min(line_.find_first_of(",]} ", begin), line_.size());
  end_piece(Layout::Follows::kScalar, begin);
  piece_begin_ = at_;
  return {.there = true, .number = scalars_++, .text = line_.substr(begin, at_ - begin)};
}

void Parts::choice() {
  end_piece(Layout::Follows::kChoice, at_ + 1);
  piece_begin_ = at_ + 1;
  same_text();
}

/// A text that lines alike have in common.
void Parts::same_text() {
  at_ = line_.find('"', at_ + 1) + 1;
  marks_ += 2;
}

void Parts::end_piece(Layout::Follows follows, size_t end) {
  layout_.pieces.push_back({std::string(line_.substr(piece_begin_, end - piece_begin_)), follows});
}

}  // namespace

std::optional<Layout> layout_of(std::string_view line, const CallIdentity& identity,
                                const Wanted& wanted, const KeyTable& fields) {
  return Parts(line, identity, wanted, fields).all();
}

}  // namespace segue
