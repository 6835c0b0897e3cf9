#include "compiler/sema/unsupported.h"

#include <fmt/format.h>

namespace segue::sema {
namespace {

void unsupported(Context& context, Code code, Span span, std::string_view form) {
  context.report(code, span, fmt::format("{} is not supported yet", form)).label("not yet");
}

}  // namespace

void unsupported_declaration(Context& context, Span span, std::string_view form) {
  unsupported(context, Code::kE0904, span, form);
}

}  // namespace segue::sema
