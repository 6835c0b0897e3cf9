#include "runtime/ingest/decode.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/hash.h"
#include "runtime/base/value.h"
#include "runtime/ingest/calls.h"
#include "runtime/ingest/guess.h"
#include "runtime/ingest/json_cursor.h"
#include "runtime/ingest/key_table.h"
#include "runtime/ingest/line_tie.h"
#include "runtime/ingest/timestamp.h"
#include "runtime/ingest/tokens.h"
#include "runtime/ingest/wanted.h"

namespace segue {
namespace {

constexpr std::string_view kPageViewed = "Page Viewed";
constexpr std::string_view kScreenViewed = "Screen Viewed";

}  // namespace

/// What stays the same from line to line.
struct Decoder::Tables {
  explicit Tables(const InputSchema& schema);

  KindId kind_of(std::string_view name, bool padded) const {
    const uint32_t number = padded ? events.find(name) : events.find_unpadded(name);
    return number == KeyTable::kNone ? kOtherKind : KindId{kFirstNamedKind + number};
  }

  KeyTable fields{kCallFieldNames};
  KeyTable types{kCallTypeNames};
  KeyTable events;  // names of kinds, the first named kind first
  std::vector<Wanted> wanted;
  std::shared_ptr<const std::vector<std::string>> names;  // by kind; batches keep them alive
  KindId page_kind;
  KindId screen_kind;

  Tokenizer tokenizer;
  TimestampReader timestamps;
  std::vector<Value> items;  // of the list being read
  std::optional<Guess> guess;
};

Decoder::Tables::Tables(const InputSchema& schema) {
  std::vector<std::string> all;
  for (uint32_t i = 0; i < schema.kinds.size(); ++i) {
    wanted.emplace_back(schema, KindId{i});
    all.push_back(schema.kinds[i].wire_name);
  }
  events = KeyTable(std::span(all).subspan(kFirstNamedKind));
  names = std::make_shared<const std::vector<std::string>>(std::move(all));
  guess.emplace(names);
  page_kind = kind_of(kPageViewed, false);
  screen_kind = kind_of(kScreenViewed, false);
}

/// One line at work.
class Decoder::Call {
 public:
  Call(Tables& tables, std::string_view line, EventBatch& batch)
      : tables_(tables),
        line_(line),
        batch_(batch),
        arena_(*batch.arena),
        cursor_(line, tables.tokenizer.starts()) {}

  std::optional<RejectKind> decode();

 private:
  bool walk();
  bool take_field(CallField field);
  const CallIdentity& identify();
  CallIdentity identify_anew();
  void name_track(CallIdentity& identity);
  bool fill(const CallIdentity& identity);
  void fill_name();
  std::optional<RejectKind> read_time(Instant& at);
  std::optional<RejectKind> take_identity_call(KindId kind, Event& event);
  void give(Event& event);

  bool record(uint32_t node);
  bool place(uint32_t node);
  bool read(Value& value);
  bool read_list(Value& value);

  uint32_t find(const KeyTable& table, std::string_view key);
  std::string_view field_token(CallField field) const {
    return at_[field] == 0 ? std::string_view() : cursor_.token_at(at_[field]);
  }
  std::string_view text(std::string_view content);
  std::string_view id(CallField field);

  Tables& tables_;
  std::string_view line_;
  EventBatch& batch_;
  Arena& arena_;
  JsonCursor cursor_;
  std::array<uint32_t, kCallFieldCount> at_ = {};  // token of each field's value; 0: not there

  CallIdentity identity_;
  uint32_t type_at_ = UINT32_MAX;  // where `type` and `event` were when `identity_` was made
  uint32_t event_at_ = UINT32_MAX;

  // Values are read as soon as their record is met, if the kind of call can be told by then.
  const Wanted* wanted_ = nullptr;  // whose values they are
  uint32_t filled_from_ = 0;        // token of the record they come from
  std::span<Value> values_;
};

std::optional<RejectKind> Decoder::Call::decode() {
  if (!walk()) return cursor_.fault();
  const CallIdentity& identity = identify();
  if (identity.reject && *identity.reject != RejectKind::kNoEventName) return identity.reject;
  Event event;
  event.user = id(kUserId);
  if (event.user.empty()) event.user = id(kAnonymousId);
  if (event.user.empty()) return RejectKind::kNoUser;
  if (const auto reject = read_time(event.at); reject) return reject;
  if (identity.reject) return identity.reject;
  if (is_identity_call(identity.kind)) return take_identity_call(identity.kind, event);

  const Wanted* const wanted = &tables_.wanted[identity.kind.index];
  if (wanted_ != wanted || filled_from_ != at_[identity.record]) {
    cursor_.go_to(at_[identity.record]);
    if (!fill(identity)) return cursor_.fault();
  }
  if (identity.type == kPage || identity.type == kScreen) fill_name();
  event.kind = identity.kind;
  event.name = identity.name;
  event.slots = values_;
  give(event);
  tables_.guess->learn(line_, identity, *wanted, tables_.fields);
  return {};
}

/// An alias or a delete: who, when, and of an alias the id that is joined.
std::optional<RejectKind> Decoder::Call::take_identity_call(KindId kind, Event& event) {
  event.kind = kind;
  if (kind == kAliasKind) {
    event.name = id(kPreviousId);
    if (event.name.empty()) return RejectKind::kNoPreviousId;
  }
  give(event);
  batch_.has_identity_calls = true;
  return {};
}

void Decoder::Call::give(Event& event) {
  event.tie = id(kMessageId);
  event.has_message_id = !event.tie.empty();
  if (!event.has_message_id) event.tie = line_tie(line_, arena_);
  batch_.events.push_back(event);
  batch_.user_hashes.push_back(hash_user(event.user));
}

/// Checks the whole line and notes where the fields are.
bool Decoder::Call::walk() {
  if (!cursor_.take('{') || !cursor_.enter()) return false;
  if (cursor_.peek() != '}') {
    do {
      std::string_view key;
      if (!cursor_.take_string(key) || !cursor_.take(':')) return false;
      const uint32_t field = find(tables_.fields, key);
      const bool good =
          field == KeyTable::kNone ? cursor_.skip() : take_field(static_cast<CallField>(field));
      if (!good) return false;
    } while (cursor_.take_comma());
  }
  cursor_.leave();
  return cursor_.take('}') && cursor_.done();
}

bool Decoder::Call::take_field(CallField field) {
  at_[field] = cursor_.position();
  if (field != kProperties && field != kTraits) return cursor_.skip();
  const CallIdentity& guess = identify();
  if (guess.reject || guess.record != field || is_identity_call(guess.kind)) return cursor_.skip();
  return fill(guess);
}

const CallIdentity& Decoder::Call::identify() {
  if (type_at_ != at_[kType] || event_at_ != at_[kEvent]) {
    type_at_ = at_[kType];
    event_at_ = at_[kEvent];
    identity_ = identify_anew();
  }
  return identity_;
}

CallIdentity Decoder::Call::identify_anew() {
  CallIdentity identity;
  const std::string_view type = field_token(kType);
  if (!type.empty() && type != "null") {
    const bool is_text = type.front() == '"';
    const uint32_t number =
        is_text ? find(tables_.types, type.substr(1, type.size() - 2)) : kCallTypeCount;
    identity.type = number < kCallTypeCount ? static_cast<CallType>(number) : kCallTypeCount;
  }
  switch (identity.type) {
    case kTrack:
      name_track(identity);
      break;
    case kIdentify:
      identity.kind = kIdentifyKind;
      identity.record = kTraits;
      break;
    case kPage:
      identity.kind = tables_.page_kind;
      identity.name = kPageViewed;
      break;
    case kScreen:
      identity.kind = tables_.screen_kind;
      identity.name = kScreenViewed;
      break;
    case kGroup:
      identity.reject = RejectKind::kGroupNotSupported;
      break;
    case kAlias:
      identity.kind = kAliasKind;
      break;
    case kDelete:
      identity.kind = kDeleteKind;
      break;
    case kCallTypeCount:
      identity.reject = RejectKind::kUnknownType;
      break;
  }
  return identity;
}

void Decoder::Call::name_track(CallIdentity& identity) {
  const std::string_view token = field_token(kEvent);
  if (token.size() <= 2 || token.front() != '"') {
    identity.reject = RejectKind::kNoEventName;
    return;
  }
  const std::string_view content = token.substr(1, token.size() - 2);
  const bool escaped = cursor_.has_escapes() && content.find('\\') != content.npos;
  const std::string_view name = escaped ? text(content) : content;
  identity.kind = tables_.kind_of(name, !escaped);
  if (identity.kind == kOtherKind) {
    identity.name = escaped ? name : arena_.copy(name);
  } else {
    identity.name = (*tables_.names)[identity.kind.index];
  }
}

std::optional<RejectKind> Decoder::Call::read_time(Instant& at) {
  const std::string_view token = field_token(kTimestamp);
  if (token.empty()) return RejectKind::kNoTime;
  if (token.front() == '"') {
    const std::string_view content = token.substr(1, token.size() - 2);
    return tables_.timestamps.read_text(content, at);
  }
  if (!is_json_number(token)) return RejectKind::kNoTime;
  return tables_.timestamps.read_number(token, at);
}

/// Reads the values that the kind wants from the record at hand.
bool Decoder::Call::fill(const CallIdentity& identity) {
  wanted_ = &tables_.wanted[identity.kind.index];
  filled_from_ = at_[identity.record];
  values_ = arena_.make<Value>(wanted_->slots);
  if (filled_from_ == 0) return true;
  if (wanted_->nodes[0].below.empty() || cursor_.peek() != '{') return cursor_.skip();
  return record(0);
}

/// The name of a page or screen, over a property of that name.
void Decoder::Call::fill_name() {
  const std::string_view token = field_token(kName);
  if (token.empty() || token == "null") return;
  const uint32_t key = wanted_->nodes[0].keys.find_unpadded(kCallFieldNames[kName]);
  if (key == KeyTable::kNone) return;
  cursor_.go_to(at_[kName]);
  place(wanted_->nodes[0].children[key]);
}

/// A record at the given place of the tree of what is wanted.
bool Decoder::Call::record(uint32_t node) {
  const Wanted::Node& here = wanted_->nodes[node];
  if (!cursor_.take('{') || !cursor_.enter()) return false;
  if (cursor_.peek() != '}') {
    do {
      std::string_view key;
      if (!cursor_.take_string(key) || !cursor_.take(':')) return false;
      const uint32_t number = find(here.keys, key);
      const bool good = number == KeyTable::kNone ? cursor_.skip() : place(here.children[number]);
      if (!good) return false;
    } while (cursor_.take_comma());
  }
  cursor_.leave();
  return cursor_.take('}');
}

/// The value at a place that something at or below it wants. The key is named, so what is not found
/// below is missing; and this may be the second time that it is named.
bool Decoder::Call::place(uint32_t node) {
  const Wanted::Node& here = wanted_->nodes[node];
  for (const uint32_t slot : here.below) values_[slot] = Value{.tag = ValueTag::kMissing};
  const uint32_t begin = cursor_.position();
  const bool is_record = cursor_.peek() == '{';
  if (here.here.empty()) return is_record ? record(node) : cursor_.skip();
  Value value;
  if (is_record && !here.children.empty()) {
    if (!record(node)) return false;
    value.tag = ValueTag::kRecord;
    value.text = arena_.copy(cursor_.passed_since(begin));
  } else if (!read(value)) {
    return false;
  }
  for (const uint32_t slot : here.here) values_[slot] = value;
  return true;
}

bool Decoder::Call::read(Value& value) {
  const char first = cursor_.peek();
  if (first == '"') {
    std::string_view content;
    if (!cursor_.take_string(content)) return false;
    value.tag = ValueTag::kText;
    value.text = text(content);
    return true;
  }
  if (first == '[') return read_list(value);
  if (first == '{') {
    const uint32_t begin = cursor_.position();
    if (!cursor_.skip()) return false;
    value.tag = ValueTag::kRecord;
    value.text = arena_.copy(cursor_.passed_since(begin));
    return true;
  }
  std::string_view scalar;
  if (!cursor_.take_scalar(scalar)) return false;
  if (first == 't') {
    value.tag = ValueTag::kTrue;
  } else if (first == 'f') {
    value.tag = ValueTag::kFalse;
  } else if (first == 'n') {
    value.tag = ValueTag::kMissing;
  } else {
    value = number_from_text(arena_.copy(scalar));
  }
  return true;
}

bool Decoder::Call::read_list(Value& value) {
  const uint32_t begin = cursor_.position();
  std::vector<Value>& items = tables_.items;
  items.clear();
  if (!cursor_.take('[') || !cursor_.enter()) return false;
  if (cursor_.peek() != ']') {
    do {
      Value item;
      if (cursor_.peek() == '[') {
        const uint32_t inner = cursor_.position();
        if (!cursor_.skip()) return false;
        item.tag = ValueTag::kList;
        item.text = arena_.copy(cursor_.passed_since(inner));
      } else if (!read(item)) {
        return false;
      }
      items.push_back(item);
    } while (cursor_.take_comma());
  }
  cursor_.leave();
  if (!cursor_.take(']')) return false;
  const std::span<Value> kept = arena_.make<Value>(items.size());
  std::copy(items.begin(), items.end(), kept.begin());
  value.tag = ValueTag::kList;
  value.text = arena_.copy(cursor_.passed_since(begin));
  value.items = kept;
  return true;
}

/// Looks up a key as it stands in the line.
uint32_t Decoder::Call::find(const KeyTable& table, std::string_view key) {
  if (!cursor_.has_escapes() || key.find('\\') == key.npos) return table.find(key);
  return table.find_unpadded(text(key));
}

/// What a string says, in the batch's own bytes. Its escapes have been checked.
std::string_view Decoder::Call::text(std::string_view content) {
  if (!cursor_.has_escapes() || content.find('\\') == content.npos) return arena_.copy(content);
  return unescape(content, arena_).value_or(std::string_view());
}

/// An id: a text or a number; empty if it is neither.
std::string_view Decoder::Call::id(CallField field) {
  const std::string_view token = field_token(field);
  if (token.empty()) return {};
  if (token.front() == '"') return text(token.substr(1, token.size() - 2));
  const bool is_number = token.front() == '-' || (token.front() >= '0' && token.front() <= '9');
  return is_number ? arena_.copy(token) : std::string_view();
}

Decoder::Decoder(const InputSchema& schema) : tables_(std::make_unique<Tables>(schema)) {}

Decoder::~Decoder() = default;

EventBatch Decoder::make_batch() const {
  EventBatch batch;
  batch.owners.push_back(tables_->names);
  return batch;
}

std::optional<RejectKind> Decoder::decode(std::string_view line, EventBatch& batch,
                                          const Marks* marks) {
  Guess& guess = *tables_->guess;
  if (marks == nullptr ? guess.decode(line, batch) : guess.decode(line, *marks, batch)) return {};
  return decode_anew(line, batch);
}

uint64_t Decoder::guessed() const { return tables_->guess->hits(); }

std::optional<RejectKind> Decoder::decode_anew(std::string_view line, EventBatch& batch) {
  if (const auto fault = tables_->tokenizer.find(line); fault) return fault;
  const Arena::Mark mark = batch.arena->mark();
  const auto reject = Call(*tables_, line, batch).decode();
  if (reject) batch.arena->rewind(mark);
  return reject;
}

}  // namespace segue
