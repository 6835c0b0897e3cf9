#include "bench/limit/walk.h"

#include <simdjson.h>

#include <algorithm>

#include "bench/limit/lines.h"

namespace segue::limit {

namespace ondemand = simdjson::ondemand;

namespace {

uint64_t taken(ondemand::value value) {
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS ? text.size() : 0;
}

uint64_t walk_properties(ondemand::value value) {
  ondemand::object properties;
  if (value.get_object().get(properties)) return 0;
  uint64_t bytes = 0;
  for (auto property : properties) {
    const std::string_view name = property.unescaped_key().value_unsafe();
    if (name == "path" || name == "revenue") bytes += taken(property.value());
  }
  return bytes;
}

}  // namespace

uint64_t walk_lines(std::string_view lines) {
  ondemand::parser parser;
  uint64_t bytes = 0;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    ondemand::document document;
    ondemand::object call;
    if (!parser.iterate(lines.data(), end, lines.size() + kPadding).get(document) &&
        !document.get_object().get(call)) {
      for (auto field : call) {
        const std::string_view key = field.unescaped_key().value_unsafe();
        if (key == "userId" || key == "event" || key == "timestamp" || key == "messageId") {
          bytes += taken(field.value());
        } else if (key == "properties") {
          bytes += walk_properties(field.value());
        }
      }
    }
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return bytes;
}

}  // namespace segue::limit
