#include "bench/limit/lines.h"

#include <simdjson.h>

#include <cstring>

#include "bench/limit/names.h"
#include "bench/limit/time_reader.h"
#include "runtime/base/text.h"

namespace segue::limit {

namespace ondemand = simdjson::ondemand;

struct SimdjsonLines::Parts {
  ondemand::parser parser;
  TimeReader times;
};

SimdjsonLines::SimdjsonLines() : parts_(std::make_unique<Parts>()) {}
SimdjsonLines::~SimdjsonLines() = default;

namespace {

ZoneView utc() {
  static constexpr ZoneTransition kAlways{kLongAgo.ms, 0};
  return ZoneView({&kAlways, 1});
}

/// What of a call decides its op, whatever the order of its keys.
struct Call {
  Op named = Op::kOther;
  bool page = false;
  bool identify = false;
  bool has_name = false;
  bool pricing = false;
  bool case_study = false;
  bool two = false;
  Op plan = Op::kOtherTraits;

  bool reads_properties() const {
    return !has_name || named == Op::kPricing || named == Op::kOpened || named == Op::kSkipped;
  }
};

/// A text as it stands in the line, without a copy: it is compared and kept, and what the rules
/// name has no escapes.
bool text_of(ondemand::value value, std::string_view& text) {
  ondemand::raw_json_string raw;
  if (value.get_raw_json_string().get(raw)) return false;
  const char* end = raw.raw();
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  text = {raw.raw(), static_cast<size_t>(end - raw.raw())};
  return true;
}

bool read_inner(ondemand::value value, Call& call) {
  ondemand::object object;
  if (value.get_object().get(object)) return true;
  for (auto field : object) {
    ondemand::raw_json_string key;
    if (field.key().get(key)) return false;
    const char first = key.raw()[0];
    std::string_view text;
    if (first == 'p' && key == "path") {
      call.pricing = text_of(field.value(), text) && text.starts_with("/pricing");
    } else if (first == 'c' && key == "campaign") {
      call.case_study = text_of(field.value(), text) && text == "case_study";
    } else if (first == 's' && key == "step") {
      double number = 0;
      call.two = field.value().get_double().get(number) == simdjson::SUCCESS && number == 2;
    } else if (first == 'p' && key == "plan") {
      call.plan = text_of(field.value(), text) && text == "free" ? Op::kPlanFree : Op::kPlanOther;
    }
  }
  return true;
}

Op op_of(const Call& call) {
  if (call.identify) return call.plan;
  const Op op = call.page ? Op::kPricing : call.named;
  if (op == Op::kPricing && !call.pricing) return Op::kOther;
  if (op == Op::kOpened && call.case_study) return Op::kOpenedCaseStudy;
  if (op == Op::kSkipped && call.two) return Op::kSkippedTwo;
  return op;
}

/// Keys are told apart by their first letter and then compared whole.
bool read_call(ondemand::object object, TimeReader& times, Event& event) {
  Call call;
  std::string_view user;
  std::string_view anonymous;
  std::string_view message;
  std::string_view time;
  std::string_view text;
  for (auto field : object) {
    ondemand::raw_json_string key;
    if (field.key().get(key)) return false;
    switch (key.raw()[0]) {
      case 't':
        if (key == "type") {
          text_of(field.value(), text);
          call.page = text == "page";
          call.identify = text == "identify";
        } else if (key == "timestamp") {
          text_of(field.value(), time);
        } else if (key == "traits" && !read_inner(field.value(), call)) {
          return false;
        }
        break;
      case 'e':
        if (key != "event" || !text_of(field.value(), text)) break;
        call.named = op_of_wire_name(text);
        call.has_name = true;
        break;
      case 'u':
        if (key == "userId") text_of(field.value(), user);
        break;
      case 'a':
        if (key == "anonymousId") text_of(field.value(), anonymous);
        break;
      case 'm':
        if (key == "messageId") text_of(field.value(), message);
        break;
      case 'p':
        if (call.reads_properties() && key == "properties" && !read_inner(field.value(), call))
          return false;
        break;
      default:
        break;
    }
  }
  if (user.empty()) user = anonymous;
  if (user.empty()) return false;
  if (time.size() != kTimeBytes || !times.read(time.data(), event.at_ms)) {
    const std::optional<Instant> at = parse_instant(time, utc());
    if (!at) return false;
    event.at_ms = at->ms;
    if (time.size() == kTimeBytes) times.learn(time.data(), at->ms);
  }
  event.hash = hash_of(user.data(), user.size());
  event.user = user.data();
  event.tie = message.data();
  event.user_bytes = static_cast<uint16_t>(user.size());
  event.tie_bytes = static_cast<uint16_t>(message.size());
  event.op = op_of(call);
  return true;
}

}  // namespace

bool SimdjsonLines::decode_line(std::string_view line, Event& event) {
  ondemand::document document;
  ondemand::object object;
  if (parts_->parser.iterate(line.data(), line.size(), line.size() + kPadding).get(document))
    return false;
  if (document.get_object().get(object)) return false;
  return read_call(object, parts_->times, event);
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
