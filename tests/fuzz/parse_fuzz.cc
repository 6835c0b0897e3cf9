// Door: rule text. Whatever the bytes, the front end answers; a text that parses formats to one
// that means the same and formats to itself.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "compiler/diagnostics/render.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print_ast.h"

namespace {

struct Reading {
  bool clean = false;
  std::string ast;
  std::string formatted;
};

Reading read(std::string text) {
  segue::SourceManager sources;
  segue::Diagnostics found;
  const segue::SourceId id = sources.add_text("fuzz.seg", std::move(text));
  const segue::ParsedText parsed = segue::parse_with_tokens(sources, id, found);
  segue::render_text(sources, found);
  segue::render_json(sources, found);
  Reading out;
  out.ast = segue::print_ast(parsed.file);
  out.clean = !found.has_errors();
  if (out.clean) out.formatted = segue::format(sources.file(id).text(), parsed);
  // A file is incomplete only when it was told why.
  if (out.clean && !parsed.file.complete) std::abort();
  return out;
}

void demand(bool holds, const char* what, const Reading& first, const Reading& second) {
  if (holds) return;
  std::fprintf(stderr, "%s\n--- formatted ---\n%s\n--- again ---\n%s\n--- ast ---\n%s\n%s\n", what,
               first.formatted.c_str(), second.formatted.c_str(), first.ast.c_str(),
               second.ast.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Reading first = read(std::string(reinterpret_cast<const char*>(data), size));
  if (!first.clean) return 0;
  const Reading second = read(first.formatted);
  demand(second.clean, "the formatted text does not parse", first, second);
  demand(first.ast == second.ast, "the formatted text means something else", first, second);
  demand(first.formatted == second.formatted, "the formatted text is not stable", first, second);
  return 0;
}
