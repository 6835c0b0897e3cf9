#include "tests/differential/histories.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/instant.h"

namespace segue::differential {

namespace {

std::string record(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string out = "{";
  for (size_t i = 0; i < values.size(); ++i) {
    out += fmt::format("{}\"{}\": {}", i == 0 ? "" : ", ", values[i].first, values[i].second);
  }
  return out + "}";
}

std::string number_value(Random& random) {
  return random.pick({"0", "1", "2", "2.5", "-1", "0.1", "0.2", "100", "1e3", "0.000000001", "-0",
                      "1e18", "999999999999999999", "\"1\"", "true", "null", "[1]"});
}

std::string text_value(Random& random) {
  return random.pick({"\"a\"", "\"b\"", "\"pro\"", "\"Abc\"", "\"abc\"", "\"\"", "\"PRO\"",
                      "\"caf\\u00e9\"", "null", "3", "true", "[\"a\"]", "{\"a\": 1}"});
}

std::string list_value(Random& random) {
  return random.pick(
      {"[]", "[\"a\"]", "[\"a\", \"b\"]", "[\"b\", 1, null]", "\"a\"", "null", "[[\"a\"]]"});
}

std::string zone_value(Random& random) {
  return random.pick({"\"Europe/Paris\"", "\"America/New_York\"", "\"Asia/Kolkata\"",
                      "\"America/St_Johns\"", "\"Mars/Olympus\"", "\"\"", "null", "7"});
}

std::string items_value(Random& random) {
  return random.pick({"[]", "[{\"sku\": \"a\", \"price\": 2}]",
                      "[{\"sku\": \"b\"}, {\"price\": 0.1}, 3]",
                      "[{\"sku\": \"a\", \"sku\": \"Abc\", \"price\": 2.5}, {\"sku\": \"\\u0061\", "
                      "\"price\": null}]",
                      "[\"a\", null]", "{\"sku\": \"a\"}", "\"a\"",
                      "[{\"deep\": {\"n\": 2}, \"tags\": [\"a\", \"b\"]}]"});
}

void add_properties(Random& random, GeneratedEvent& event) {
  if (random.chance(70)) event.values.emplace_back("n", number_value(random));
  if (random.chance(70)) event.values.emplace_back("s", text_value(random));
  if (random.chance(40))
    event.values.emplace_back("b", random.pick({"true", "false", "1", "null"}));
  if (random.chance(20)) event.values.emplace_back("tags", list_value(random));
  if (random.chance(30)) event.values.emplace_back("products", items_value(random));
  if (random.chance(20))
    event.values.emplace_back("deep",
                              random.pick({"{\"n\": 2}", "{\"n\": null}", "{}", "7", "null"}));
}

void add_traits(Random& random, const Scale& scale, GeneratedEvent& event) {
  if (random.chance(60)) event.values.emplace_back("plan", text_value(random));
  if (random.chance(30)) event.values.emplace_back("size", number_value(random));
  if (random.chance(30))
    event.values.emplace_back(
        "company", random.pick({"{\"size\": 2}", "{\"size\": \"x\"}", "{}", "null", "5"}));
  if (random.chance(30)) event.values.emplace_back("tags", list_value(random));
  if (random.chance(30))
    event.values.emplace_back("is_admin", random.pick({"true", "false", "null", "\"true\""}));
  if (random.chance(20)) event.values.emplace_back("first name", text_value(random));
  if (random.chance(50)) event.values.emplace_back("timezone", zone_value(random));
  if (random.chance(40)) {
    const int64_t day = event.at_ms + random.between(-8, 8) * kDayMs;
    const std::string date = instant_text(day).substr(4, 6);
    event.values.emplace_back("birthday",
                              fmt::format("\"{}{}\"", random.pick({"1990", "2025", "1988"}), date));
  }
  if (random.chance(40)) {
    const int64_t at = event.at_ms + random.between(-4, 6) * scale.unit_ms;
    event.values.emplace_back(
        "joined", random.chance(70) ? fmt::format("\"{}\"", instant_text(at))
                                    : random.pick<std::string>(
                                          {"\"2025-06-01\"", "\"soon\"", "null", "1748736000000"}));
  }
}

int64_t gap(Random& random, int64_t unit) {
  switch (random.below(8)) {
    case 0:
    case 1:
      return 0;
    case 2:
      return 1;
    case 3:
      return unit - 1;
    case 4:
      return random.between(1, 6) * unit + random.between(-1, 1);
    case 5:
      return random.between(5, 30) * unit;
    default:
      return unit;
  }
}

GeneratedEvent one_event(Random& random, const Scale& scale, int64_t at, size_t number) {
  GeneratedEvent event;
  event.at_ms = at;
  event.user = random.pick({"u1", "u1", "u2", "u3"});
  if (random.chance(85))
    event.message_id = fmt::format("m{}", number * 7919 % 1000);  // in no order
  const uint64_t what = random.below(12);
  if (what < 2) {
    event.call = GeneratedEvent::Call::kIdentify;
    add_traits(random, scale, event);
    return event;
  }
  if (what == 2) {
    event.call = random.chance(50) ? GeneratedEvent::Call::kPage : GeneratedEvent::Call::kScreen;
  } else {
    event.name =
        random.pick({"View", "View", "Cart", "Basket", "Order", "Order", "login", "Something"});
  }
  add_properties(random, event);
  return event;
}

}  // namespace

std::string GeneratedEvent::to_json() const {
  std::string out =
      fmt::format("{{\"userId\": \"{}\", \"timestamp\": \"{}\"", user, instant_text(at_ms));
  switch (call) {
    case Call::kTrack:
      out += fmt::format(", \"event\": \"{}\"", name);
      break;
    case Call::kIdentify:
      out += ", \"type\": \"identify\"";
      break;
    case Call::kPage:
      out += ", \"type\": \"page\"";
      break;
    case Call::kScreen:
      out += ", \"type\": \"screen\"";
      break;
    case Call::kAlias:
      return out + fmt::format(", \"type\": \"alias\", \"previousId\": \"{}\"}}", previous);
    case Call::kDelete:
      return out + ", \"type\": \"delete\"}";
  }
  out += fmt::format(", \"{}\": {}", call == Call::kIdentify ? "traits" : "properties",
                     record(values));
  if (!message_id.empty()) out += fmt::format(", \"messageId\": \"{}\"", message_id);
  return out + "}";
}

std::string GeneratedEvent::to_test_line() const {
  std::string wire;
  switch (call) {
    case Call::kTrack:
      wire = fmt::format("\"{}\"", name);
      break;
    case Call::kIdentify:
      wire = "set";
      break;
    case Call::kPage:
      wire = "\"Page Viewed\"";
      break;
    case Call::kScreen:
      wire = "\"Screen Viewed\"";
      break;
    case Call::kAlias:
    case Call::kDelete:
      return "    # " + to_json();
  }
  return fmt::format("    {}  {} {}", instant_text(at_ms), wire, record(values));
}

constexpr size_t kSilencesMax = 12;  // long ones: some years, as times end

std::vector<GeneratedEvent> generate_events(Random& random, const Scale& scale) {
  std::vector<GeneratedEvent> events;
  // Mostly few, so that a difference is small; now and then thousands.
  const bool thousands = random.below(500) == 0;
  const size_t count = thousands ? 2'500 : 1 + random.below(random.chance(10) ? 60 : 18);
  const unsigned silent = scale.is_plain ? 5 : 1;
  size_t silences = 0;
  int64_t at = scale.begin_ms + random.between(0, 3) * scale.unit_ms;
  for (size_t i = 0; i < count; ++i) {
    events.push_back(one_event(random, scale, at, i));
    if (random.chance(6))
      events.push_back(events[random.below(events.size())]);  // a copy, perhaps of an old one
    const bool is_silent = silences < kSilencesMax && random.chance(silent);
    silences += is_silent ? 1 : 0;
    at += is_silent ? random.between(40, 400) * kDayMs : gap(random, scale.unit_ms);
  }
  std::sort(events.begin(), events.end(),
            [](const GeneratedEvent& a, const GeneratedEvent& b) { return a.at_ms < b.at_ms; });
  return events;
}

std::vector<GeneratedEvent> with_calls(Random& random, const std::vector<GeneratedEvent>& events) {
  std::vector<GeneratedEvent> all = events;
  const size_t calls = 1 + random.below(5);
  for (size_t i = 0; i < calls; ++i) {
    GeneratedEvent call;
    call.call = random.chance(70) ? GeneratedEvent::Call::kAlias : GeneratedEvent::Call::kDelete;
    const int64_t near = events[random.below(events.size())].at_ms;
    call.at_ms = near + (random.chance(60) ? 0 : random.between(-2, 2));
    call.user = random.pick({"u1", "u2", "u3", "u4"});
    call.previous = random.pick({"u1", "u2", "u3", "u4", "u5"});
    all.push_back(call);
  }
  std::sort(all.begin(), all.end(),
            [](const GeneratedEvent& a, const GeneratedEvent& b) { return a.at_ms < b.at_ms; });
  return all;
}

}  // namespace segue::differential
