#include "api/test_json.h"

#include "compiler/diagnostics/json_writer.h"
#include "runtime/base/text.h"

namespace segue {
namespace {

std::string quoted(std::string_view text) { return JsonWriter().text(text).take(); }

void append(const hir::TestValue& value, std::string& out) {
  switch (value.kind) {
    case hir::TestValue::Kind::kMissing:
      out += "null";
      return;
    case hir::TestValue::Kind::kTruth:
      out += value.truth ? "true" : "false";
      return;
    case hir::TestValue::Kind::kNumber:
      out += value.text;
      return;
    case hir::TestValue::Kind::kText:
      out += quoted(value.text);
      return;
    case hir::TestValue::Kind::kList:
      out += '[';
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ',';
        append(value.items[i], out);
      }
      out += ']';
      return;
    case hir::TestValue::Kind::kRecord:
      out += '{';
      for (size_t i = 0; i < value.fields.size(); ++i) {
        if (i > 0) out += ',';
        out += quoted(value.fields[i].first) + ':';
        append(value.fields[i].second, out);
      }
      out += '}';
      return;
  }
}

}  // namespace

std::string json_line(const std::string& user, const hir::Test::Event& event) {
  std::string out =
      "{\"userId\":" + quoted(user) + ",\"timestamp\":\"" + format_instant(event.at) + "\"";
  switch (event.kind) {
    case hir::Test::Event::Kind::kAlias:
      return out + ",\"type\":\"alias\",\"previousId\":" + quoted(event.name) + "}";
    case hir::Test::Event::Kind::kDelete:
      return out + ",\"type\":\"delete\"}";
    case hir::Test::Event::Kind::kIdentify:
      out += ",\"type\":\"identify\",\"traits\":";
      break;
    case hir::Test::Event::Kind::kTrack:
      out += ",\"event\":" + quoted(event.name) + ",\"properties\":";
      break;
  }
  if (event.body.kind == hir::TestValue::Kind::kRecord) {
    append(event.body, out);
  } else {
    out += "{}";
  }
  return out + "}";
}

}  // namespace segue
