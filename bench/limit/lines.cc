#include "bench/limit/lines.h"

#include <simdjson.h>

#include <cstring>

#include "bench/limit/names.h"
#include "runtime/base/text.h"

namespace segue::limit {

namespace ondemand = simdjson::ondemand;

struct SimdjsonLines::Parts {
  ondemand::parser parser;
  std::string copy;  // of a last line that has no room after it
};

SimdjsonLines::SimdjsonLines() : parts_(std::make_unique<Parts>()) {}
SimdjsonLines::~SimdjsonLines() = default;

namespace {

/// What of a call decides its op, whatever the order of its keys.
struct Call {
  std::string_view type = "track";
  std::string_view name;
  bool pricing = false;
  bool case_study = false;
  bool two = false;
  Op plan = Op::kOtherTraits;
};

ZoneView utc() {
  static constexpr ZoneTransition kAlways{kLongAgo.ms, 0};
  return ZoneView({&kAlways, 1});
}

bool text_of(ondemand::value value, std::string_view& text) {
  return value.get_string().get(text) == simdjson::SUCCESS;
}

bool read_inner(ondemand::value value, Call& call) {
  ondemand::object object;
  if (value.get_object().get(object)) return true;
  for (auto field : object) {
    ondemand::raw_json_string key;
    ondemand::value inner;
    if (field.key().get(key) || field.value().get(inner)) return false;
    std::string_view text;
    if (key == "path") {
      call.pricing = text_of(inner, text) && text.starts_with("/pricing");
    } else if (key == "campaign") {
      call.case_study = text_of(inner, text) && text == "case_study";
    } else if (key == "step") {
      double number = 0;
      call.two = inner.get_double().get(number) == simdjson::SUCCESS && number == 2;
    } else if (key == "plan") {
      call.plan = text_of(inner, text) && text == "free" ? Op::kPlanFree : Op::kPlanOther;
    }
  }
  return true;
}

Op op_of(const Call& call) {
  if (call.type == "identify") return call.plan;
  if (call.type == "page") return call.pricing ? Op::kPricing : Op::kOther;
  const Op op = op_of_wire_name(call.name);
  if (op == Op::kPricing) return call.pricing ? op : Op::kOther;
  if (op == Op::kOpened && call.case_study) return Op::kOpenedCaseStudy;
  if (op == Op::kSkipped && call.two) return Op::kSkippedTwo;
  return op;
}

/// As it stands in the line, which outlives the parser's buffer: ids have no escapes.
bool raw_text_of(ondemand::value value, std::string_view& text) {
  ondemand::raw_json_string raw;
  if (value.get_raw_json_string().get(raw)) return false;
  const char* end = raw.raw();
  while (*end != '"') ++end;
  text = {raw.raw(), static_cast<size_t>(end - raw.raw())};
  return true;
}

bool read_call(ondemand::object object, Event& event) {
  Call call;
  std::string_view user;
  std::string_view anonymous;
  std::string_view message;
  std::string_view time;
  for (auto field : object) {
    ondemand::raw_json_string key;
    ondemand::value value;
    if (field.key().get(key) || field.value().get(value)) return false;
    if (key == "type") {
      text_of(value, call.type);
    } else if (key == "event") {
      text_of(value, call.name);
    } else if (key == "userId") {
      raw_text_of(value, user);
    } else if (key == "anonymousId") {
      raw_text_of(value, anonymous);
    } else if (key == "messageId") {
      raw_text_of(value, message);
    } else if (key == "timestamp") {
      text_of(value, time);
    } else if (key == "properties" || key == "traits") {
      if (!read_inner(value, call)) return false;
    }
  }
  if (user.empty()) user = anonymous;
  const std::optional<Instant> at = parse_instant(time, utc());
  if (user.empty() || !at) return false;
  event = {.at_ms = at->ms,
           .hash = hash_of(user.data(), user.size()),
           .user = user.data(),
           .tie = message.data(),
           .user_bytes = static_cast<uint16_t>(user.size()),
           .tie_bytes = static_cast<uint16_t>(message.size()),
           .op = op_of(call)};
  return true;
}

}  // namespace

bool SimdjsonLines::decode_line(std::string_view line, Event& event) {
  ondemand::document document;
  ondemand::object object;
  if (parts_->parser.iterate(line.data(), line.size(), line.size() + kPadding).get(document))
    return false;
  if (document.get_object().get(object)) return false;
  return read_call(object, event);
}

uint64_t SimdjsonLines::decode(std::string_view lines, std::vector<Event>& events) {
  uint64_t bad = 0;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    Event event;
    if (decode_line(lines.substr(0, end), event)) {
      events.push_back(event);
    } else {
      ++bad;
    }
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return bad;
}

}  // namespace segue::limit
