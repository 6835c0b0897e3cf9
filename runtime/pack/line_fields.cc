#include "runtime/pack/line_fields.h"

#include "runtime/base/check.h"
#include "runtime/ingest/json_cursor.h"

namespace segue::pack {
namespace {

/// What a string token says, in `arena` if something in it is escaped.
std::string_view said(std::string_view content, Arena& arena) {
  if (content.find('\\') == content.npos) return content;
  return unescape(content, arena).value_or(std::string_view());
}

std::string_view string_at(const JsonCursor& cursor, uint32_t position) {
  const std::string_view token = position == 0 ? std::string_view() : cursor.token_at(position);
  if (token.size() < 2 || token.front() != '"') return {};
  return token.substr(1, token.size() - 2);
}

Call call_of(std::string_view type, const Event& decoded) {
  if (decoded.kind == kIdentifyKind) return Call::kIdentify;
  if (type == "page") return Call::kPage;
  return type == "screen" ? Call::kScreen : Call::kTrack;
}

}  // namespace

InputSchema bare_schema() {
  InputSchema schema;
  schema.kinds.resize(kFirstNamedKind);
  return schema;
}

/// Tokens of the fields of a call that matter here; 0: not there.
struct LineFields::Places {
  uint32_t type = 0;
  uint32_t properties = 0;
  uint32_t traits = 0;
  uint32_t name = 0;

  uint32_t* of(std::string_view key) {
    if (key == "type") return &type;
    if (key == "properties") return &properties;
    if (key == "traits") return &traits;
    return key == "name" ? &name : nullptr;
  }
};

void LineFields::read(std::string_view line, const Event& decoded, Arena& arena, RawEvent& event) {
  SEGUE_CHECK(!tokenizer_.find(line), "the line has been decoded");
  JsonCursor cursor(line, tokenizer_.starts());
  Places places;
  bool good = cursor.take('{');
  if (cursor.peek() != '}') {
    do {
      std::string_view key;
      good = good && cursor.take_string(key) && cursor.take(':');
      uint32_t* const place = places.of(said(key, arena));
      if (place != nullptr) *place = cursor.position();
      good = good && cursor.skip();
    } while (good && cursor.take_comma());
  }
  SEGUE_CHECK(good, "the line has been decoded");

  const Call call = call_of(said(string_at(cursor, places.type), arena), decoded);
  event.kind = catalog_.kind_of(call, decoded.name);
  event.is_identify = call == Call::kIdentify;
  fields_.clear();
  const uint32_t record = event.is_identify ? places.traits : places.properties;
  if (record != 0) {
    cursor.go_to(record);
    if (cursor.peek() == '{') read_record(cursor, event.kind, arena);
  }
  const bool named = call == Call::kPage || call == Call::kScreen;
  if (named && places.name != 0 && cursor.token_at(places.name) != "null") {
    cursor.go_to(places.name);
    RawField field = read_value(cursor, arena);
    field.column = catalog_.column_of(event.kind, "name");
    set(field);
  }
  event.fields = fields_;
  for (const RawField& field : fields_) places_[field.column] = 0;
}

void LineFields::read_record(JsonCursor& cursor, uint32_t kind, Arena& arena) {
  bool good = cursor.take('{');
  if (cursor.peek() == '}') return;
  do {
    std::string_view key;
    good = good && cursor.take_string(key) && cursor.take(':');
    const uint32_t column = catalog_.column_of(kind, said(key, arena));
    RawField field = read_value(cursor, arena);
    field.column = column;
    set(field);
  } while (good && cursor.take_comma());
}

RawField LineFields::read_value(JsonCursor& cursor, Arena& arena) {
  RawField field;
  const uint32_t begin = cursor.position();
  const char first = cursor.peek();
  SEGUE_CHECK(cursor.skip(), "the line has been decoded");
  switch (first) {
    case '"':
      field.tag = ValueTag::kText;
      field.text = said(string_at(cursor, begin), arena);
      break;
    case '{':
    case '[':
      field.tag = first == '{' ? ValueTag::kRecord : ValueTag::kList;
      field.text = cursor.passed_since(begin);
      break;
    case 't':
      field.tag = ValueTag::kTrue;
      break;
    case 'f':
      field.tag = ValueTag::kFalse;
      break;
    case 'n':
      field.tag = ValueTag::kMissing;
      break;
    default:
      field.tag = ValueTag::kNumber;
      field.text = cursor.token_at(begin);
  }
  return field;
}

void LineFields::set(const RawField& field) {
  if (places_.size() <= field.column) places_.resize(catalog_.columns().size(), 0);
  uint32_t& place = places_[field.column];
  if (place == 0) {
    fields_.push_back(field);
    place = static_cast<uint32_t>(fields_.size());
  } else {
    fields_[place - 1] = field;
  }
}

}  // namespace segue::pack
