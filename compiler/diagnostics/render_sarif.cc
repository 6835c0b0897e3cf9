// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
#include <algorithm>
#include <cctype>

#include "compiler/diagnostics/json_writer.h"
#include "compiler/diagnostics/render.h"

namespace segue {

namespace {

std::string_view level_name(Level level) { return level == Level::kError ? "error" : "warning"; }

/// RFC 3986: what is not unreserved is percent-encoded; `/` stays.
std::string path_uri(std::string_view path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 &&
        (std::isalnum(byte) || std::string_view("-._~/").find(c) != std::string_view::npos)) {
      uri.push_back(c);
    } else {
      uri.push_back('%');
      uri.push_back(kHex[byte >> 4]);
      uri.push_back(kHex[byte & 15]);
    }
  }
  return uri;
}

void write_region(JsonWriter& out, const SourceManager& sources, Span span) {
  const LineColumn begin = sources.locate(span.file, span.begin);
  const LineColumn end = sources.locate(span.file, span.end);
  out.begin_object().field("startLine", begin.line).field("startColumn", begin.column);
  out.field("endLine", end.line).field("endColumn", end.column);
  out.field("byteOffset", span.begin).field("byteLength", span.size()).end_object();
}

void write_artifact(JsonWriter& out, const SourceManager& sources, Span span) {
  out.key("artifactLocation").begin_object();
  out.field("uri", path_uri(sources.file(span.file).path())).end_object();
}

void write_location(JsonWriter& out, const SourceManager& sources, Span span) {
  out.key("physicalLocation").begin_object();
  write_artifact(out, sources, span);
  out.key("region");
  write_region(out, sources, span);
  out.end_object();
}

std::string whole_message(const Diagnostic& found) {
  std::string message = found.message;
  if (!found.text.empty()) message += ": " + found.text;
  for (const std::string& note : found.notes) message += "\nnote: " + note;
  for (const std::string& help : found.helps) message += "\nhelp: " + help;
  return message;
}

void write_fixes(JsonWriter& out, const SourceManager& sources, const Diagnostic& found) {
  out.key("fixes").begin_array().begin_object().key("artifactChanges").begin_array();
  for (const FixIt& fix : found.fixes) {
    out.begin_object();
    write_artifact(out, sources, fix.span);
    out.key("replacements").begin_array().begin_object().key("deletedRegion");
    write_region(out, sources, fix.span);
    out.key("insertedContent").begin_object().field("text", fix.replacement).end_object();
    out.end_object().end_array().end_object();
  }
  out.end_array().end_object().end_array();
}

void write_result(JsonWriter& out, const SourceManager& sources, const Diagnostic& found,
                  size_t rule_index) {
  out.begin_object().field("ruleId", info(found.code).name).field("ruleIndex", rule_index);
  out.field("level", level_name(found.level));
  out.key("message").begin_object().field("text", whole_message(found)).end_object();
  out.key("locations").begin_array().begin_object();
  write_location(out, sources, found.span);
  out.end_object().end_array();
  if (!found.secondary.empty()) {
    out.key("relatedLocations").begin_array();
    for (size_t i = 0; i < found.secondary.size(); ++i) {
      out.begin_object().field("id", i);
      write_location(out, sources, found.secondary[i].span);
      out.key("message").begin_object().field("text", found.secondary[i].text).end_object();
      out.end_object();
    }
    out.end_array();
  }
  if (!found.fixes.empty()) write_fixes(out, sources, found);
  out.end_object();
}

void write_rule(JsonWriter& out, Code code) {
  out.begin_object().field("id", info(code).name);
  out.key("shortDescription").begin_object().field("text", info(code).title).end_object();
  out.key("help").begin_object().field("text", explain(code)).end_object();
  out.key("defaultConfiguration").begin_object().field("level", level_name(info(code).level));
  out.end_object().end_object();
}

}  // namespace

std::string render_sarif(const SourceManager& sources, const Diagnostics& diagnostics,
                         std::string_view tool_version) {
  const std::vector<const Diagnostic*> found = diagnostics.sorted();
  std::vector<Code> rules;
  for (const Diagnostic* diagnostic : found) rules.push_back(diagnostic->code);
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());

  JsonWriter out;
  out.begin_object().field("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  out.field("version", "2.1.0").key("runs").begin_array().begin_object();
  out.key("tool").begin_object().key("driver").begin_object().field("name", "seg");
  out.field("version", tool_version).key("rules").begin_array();
  for (const Code code : rules) write_rule(out, code);
  out.end_array().end_object().end_object();
  out.field("columnKind", "unicodeCodePoints").key("results").begin_array();
  for (const Diagnostic* diagnostic : found) {
    const auto rule = std::lower_bound(rules.begin(), rules.end(), diagnostic->code);
    write_result(out, sources, *diagnostic, static_cast<size_t>(rule - rules.begin()));
  }
  out.end_array().end_object().end_array().end_object();
  return out.take() + "\n";
}

}  // namespace segue
