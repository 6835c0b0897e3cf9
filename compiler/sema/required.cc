#include "compiler/sema/required.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace segue::sema {

namespace {

std::string example_of(const std::string& key) {
  return key == "stage" ? "stage consideration" : key + " \"…\"";
}

void check_one(Context& context, const Declared& declared, const hir::Metadata& said) {
  std::vector<std::string> lacking;
  std::vector<std::string> examples;
  for (const std::string& key : context.options.required) {
    const bool found = std::any_of(said.begin(), said.end(), [&](const auto& entry) {
      return entry.first == key && !entry.second.empty();
    });
    if (found) continue;
    lacking.push_back("`" + key + "`");
    examples.push_back(example_of(key));
  }
  if (lacking.empty()) return;
  const bool segment = declared.kind == NameKind::kSegment;
  auto& found =
      context.report(Code::kE0330, declared.name->span,
                     fmt::format("{} `{}` does not say its {}", segment ? "segment" : "score",
                                 declared.name->text, fmt::join(lacking, ", ")));
  found.label("required of all");
  const auto* decl = declared.decl->as<ast::SegmentDecl>();
  const bool is_short = decl != nullptr && decl->condition != nullptr;
  found.help(is_short ? fmt::format("the long form has room for it: `segment {} {{ {}  when … }}`",
                                    declared.name->text, fmt::join(examples, "  "))
                      : fmt::format("`{}` {}", fmt::join(examples, "`, `"),
                                    segment ? "before `when`" : "before the terms"));
}

}  // namespace

void check_required(Context& context) {
  if (context.options.required.empty()) return;
  for (const Declared& declared : context.names.of(NameKind::kScore)) {
    if (context.is_library(declared.file)) continue;
    check_one(context, declared, context.rules.scores[declared.index].metadata);
  }
  for (const Declared& declared : context.names.of(NameKind::kSegment)) {
    if (context.is_library(declared.file)) continue;
    check_one(context, declared, context.rules.segments[declared.index].metadata);
  }
}

}  // namespace segue::sema
