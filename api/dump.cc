#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "api/compilation_state.h"
#include "compiler/codegen/codegen.h"
#include "compiler/plan/plan.h"
#include "compiler/sema/print.h"
#include "compiler/syntax/print_ast.h"
#include "runtime/image/view.h"

namespace segue {
namespace {

struct StageName {
  std::string_view name;
  Stage stage;
};

constexpr StageName kStages[] = {{"ast", Stage::kAst},   {"hir", Stage::kHir},
                                 {"plan", Stage::kPlan}, {"image", Stage::kImage},
                                 {"llvm", Stage::kLlvm}, {"asm", Stage::kAsm}};

std::string ast_text(const Compilation::State& state) {
  // Libraries are not what was asked for.
  const auto& libraries = state.loaded.libraries;
  const auto own = std::count(libraries.begin(), libraries.end(), false);
  std::string text;
  for (size_t i = 0; i < state.loaded.files.size(); ++i) {
    const ast::File& file = state.loaded.files[i];
    if (libraries[i]) continue;
    if (own > 1) {
      text += fmt::format("# {}\n", state.found->sources.file(file.id).path());
    }
    text += print_ast(file);
  }
  return text;
}

/// The lines of sections named `only`: a section is a line that does not begin with a blank and
/// what is indented below it.
std::string sections(const std::string& text, std::string_view only) {
  if (only.empty()) return text;
  std::string out;
  bool inside = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (line[0] != ' ' && line[0] != '\n') {
      inside = line.starts_with(only);
    }
    if (inside) out += line;
    begin = end;
  }
  return out;
}

constexpr std::string_view kHirParts[] = {"schema",   "streams", "scores",
                                          "segments", "order",   "tests"};
constexpr std::string_view kPlanParts[] = {"zones", "schema",   "streams", "sequences", "cells",
                                           "nodes", "segments", "scores",  "layout"};

/// A part may be empty; one that the stage has not is a slip of the caller.
Outcome known_part(std::span<const std::string_view> parts, std::string_view only) {
  if (only.empty() || std::find(parts.begin(), parts.end(), only) != parts.end()) return {};
  return {Fault::kInvalid, fmt::format("this stage has no part `{}`; its parts are {}", only,
                                       fmt::join(parts, ", "))};
}

/// The same for a stage whose parts are the words its lines begin with.
Outcome take_sections(const std::string& all, std::string_view only, std::string& text) {
  text = sections(all, only);
  if (!text.empty() || only.empty()) return {};
  return {Fault::kInvalid, fmt::format("no line of this stage begins with `{}`", only)};
}

}  // namespace

std::optional<Stage> parse_stage(std::string_view name) noexcept {
  for (const StageName& stage : kStages) {
    if (stage.name == name) return stage.stage;
  }
  return std::nullopt;
}

Outcome Compilation::dump(Stage stage, std::string_view only, std::string& text) const noexcept {
  if (stage == Stage::kAst) {
    return take_sections(ast_text(*state_), only, text);
  }
  if (!ok()) return {Fault::kInvalid, "the rules are wrong"};
  if (stage == Stage::kHir) {
    if (Outcome wrong = known_part(kHirParts, only); !wrong.ok()) return wrong;
    text = print_hir(state_->rules, only);
    return {};
  }
  if (stage == Stage::kPlan) {
    if (Outcome wrong = known_part(kPlanParts, only); !wrong.ok()) return wrong;
    const std::lock_guard lock(state_->mutex);
    text = plan::print(state_->plan(), only);
    return {};
  }
  std::shared_ptr<const CompiledProgram> program_of_rules;
  if (Outcome wrong = program(program_of_rules); !wrong.ok()) return wrong;
  const Program& program = *program_of_rules->state().program;
  switch (stage) {
    case Stage::kImage:
      return take_sections(image::print(program.view()), only, text);
    case Stage::kLlvm:
      return take_sections(print_llvm(program), only, text);
    default:
      return take_sections(print_asm(program), only, text);
  }
}

}  // namespace segue
