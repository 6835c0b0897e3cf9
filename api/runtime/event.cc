#include "segue/event.h"

#include <fmt/format.h>

#include <cmath>

#include "runtime/base/text.h"

namespace segue {
namespace {

std::string_view type_of(UserEvent::Call call) {
  switch (call) {
    case UserEvent::Call::kTrack:
      return "track";
    case UserEvent::Call::kIdentify:
      return "identify";
    case UserEvent::Call::kPage:
      return "page";
    case UserEvent::Call::kScreen:
      return "screen";
    case UserEvent::Call::kAlias:
      return "alias";
    case UserEvent::Call::kDelete:
      return "delete";
  }
  return "track";
}

struct Writer {
  std::string& out;

  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  void operator()(int64_t number) const { out += fmt::format("{}", number); }
  void operator()(double number) const {
    out += std::isfinite(number) ? fmt::format("{}", number) : "null";
  }
  void operator()(const std::string& text) const { out += json_quoted(text); }
  void operator()(const JsonText& text) const { out += text.json; }
};

}  // namespace

std::string json_line(const UserEvent& event) noexcept {
  const bool is_alias = event.call == UserEvent::Call::kAlias;
  const bool names_page =
      event.call == UserEvent::Call::kPage || event.call == UserEvent::Call::kScreen;
  const bool identify = event.call == UserEvent::Call::kIdentify;
  std::string out = fmt::format("{{\"type\":\"{}\"", type_of(event.call));
  if (event.call == UserEvent::Call::kTrack) {
    out += fmt::format(",\"event\":{}", json_quoted(event.name));
  } else if (names_page && !event.name.empty()) {
    out += fmt::format(",\"name\":{}", json_quoted(event.name));
  }
  out += fmt::format(",\"userId\":{},\"timestamp\":{}", json_quoted(event.user),
                     event.at.time_since_epoch().count());
  if (is_alias) out += fmt::format(",\"previousId\":{}", json_quoted(event.previous));
  if (!event.message_id.empty()) {
    out += fmt::format(",\"messageId\":{}", json_quoted(event.message_id));
  }
  if (!event.properties.empty()) {
    out += identify ? ",\"traits\":{" : ",\"properties\":{";
    for (size_t i = 0; i < event.properties.size(); ++i) {
      out += fmt::format("{}{}:", i == 0 ? "" : ",", json_quoted(event.properties[i].first));
      std::visit(Writer{out}, event.properties[i].second);
    }
    out += '}';
  }
  return out + "}";
}

}  // namespace segue
