#include "segue/build.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/runtime/program_state.h"
#include "compiler/codegen/ahead.h"
#include "segue/version.h"

namespace segue {
namespace {

Outcome check_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (plain && !name.empty() && !(name[0] >= '0' && name[0] <= '9')) return {};
  return {Fault::kInvalid, fmt::format("`{}` is not an identifier of C", name)};
}

std::string places_of(std::span<const RuleInfo> rules, std::string_view name,
                      std::string_view what) {
  if (rules.empty()) return {};
  std::string text = "enum {\n";
  for (size_t i = 0; i < rules.size(); ++i) {
    text += fmt::format("  {}_{}_{} = {},\n", name, what, rules[i].name, i);
  }
  text.erase(text.size() - 2, 1);
  return text + "};\n\n";
}

}  // namespace

Outcome build_object(const CompiledProgram& program, std::string_view name,
                     std::string& object) noexcept {
  if (Outcome wrong = check_name(name); !wrong.ok()) return wrong;
  object = codegen::object_of_program(*program.state().program, name);
  return {};
}

Outcome build_header(const CompiledProgram& program, std::string_view name,
                     std::string& header) noexcept {
  if (Outcome wrong = check_name(name); !wrong.ok()) return wrong;
  header = fmt::format(
      "/* Made by seg {}: a program built ahead of time, and the places of its segments and "
      "scores. "
      "*/\n#ifndef SEGUE_BUILT_{}_H\n#define SEGUE_BUILT_{}_H\n\n#include \"segue/built.h\"\n\n"
      "#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\nextern const segue_built_program {};\n\n",
      version(), name, name, name);
  header += places_of(program.segments(), name, "segment");
  header += places_of(program.scores(), name, "score");
  header += "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return {};
}

}  // namespace segue
