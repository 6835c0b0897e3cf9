#include "compiler/diagnostics/json_writer.h"
#include "compiler/diagnostics/render.h"

namespace segue {

namespace {

void write_place(JsonWriter& out, const SourceManager& sources, Span span) {
  const LineColumn begin = sources.locate(span.file, span.begin);
  const LineColumn end = sources.locate(span.file, span.end);
  out.field("file", sources.file(span.file).path());
  out.key("span").begin_object().field("begin", span.begin).field("end", span.end).end_object();
  out.key("start").begin_object().field("line", begin.line).field("column", begin.column);
  out.end_object();
  out.key("end").begin_object().field("line", end.line).field("column", end.column).end_object();
}

void write_texts(JsonWriter& out, std::string_view key, const std::vector<std::string>& texts) {
  out.key(key).begin_array();
  for (const std::string& text : texts) out.text(text);
  out.end_array();
}

void write_diagnostic(JsonWriter& out, const SourceManager& sources, const Diagnostic& found) {
  out.begin_object();
  out.field("level", found.level == Level::kError ? "error" : "warning");
  out.field("code", info(found.code).name).field("message", found.message);
  write_place(out, sources, found.span);
  out.field("label", found.text);
  out.key("labels").begin_array();
  for (const Label& label : found.secondary) {
    out.begin_object();
    write_place(out, sources, label.span);
    out.field("text", label.text).end_object();
  }
  out.end_array();
  write_texts(out, "notes", found.notes);
  write_texts(out, "help", found.helps);
  out.key("fixes").begin_array();
  for (const FixIt& fix : found.fixes) {
    out.begin_object();
    write_place(out, sources, fix.span);
    out.field("replacement", fix.replacement).end_object();
  }
  out.end_array().end_object();
}

}  // namespace

std::string render_json(const SourceManager& sources, const Diagnostics& diagnostics) {
  JsonWriter out;
  out.begin_object().key("diagnostics").begin_array();
  for (const Diagnostic* found : diagnostics.sorted()) write_diagnostic(out, sources, *found);
  out.end_array();
  out.field("errors", diagnostics.error_count()).field("warnings", diagnostics.warning_count());
  out.field("dropped", diagnostics.dropped_count()).end_object();
  return out.take() + "\n";
}

}  // namespace segue
