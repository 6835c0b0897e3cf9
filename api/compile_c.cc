// The calls of the C API that need the compiler.
#include "api/c/handles.h"
#include "segue/compile.h"

using segue::c::fail;
using segue::c::status_of;

namespace {

segue_status options_of(const segue_compile_options* options, segue::CompileOptions& into) {
  if (options == nullptr) return SEGUE_OK;
  SEGUE_C_TRY(segue::c::check_size(options->size, sizeof *options, "segue_compile_options"));
  if (options->zone != nullptr) into.zone = options->zone;
  return SEGUE_OK;
}

segue_status finish(const segue::Compilation& compilation, segue_program** program) {
  if (!compilation.ok()) {
    return fail(SEGUE_WRONG_RULES, compilation.findings().render(segue::FindingsFormat::kText));
  }
  std::shared_ptr<const segue::CompiledProgram> made;
  SEGUE_C_TRY(status_of(compilation.program(made)));
  *program = segue::c::handle_of(std::move(made));
  return SEGUE_OK;
}

}  // namespace

extern "C" {

segue_status segue_program_compile(const char* const* paths, size_t count,
                                   const segue_compile_options* options, segue_program** program) {
  if (program == nullptr) return fail(SEGUE_MISUSE, "program is null");
  if (paths == nullptr) return fail(SEGUE_MISUSE, "paths are null");
  std::vector<std::string> files;
  for (size_t i = 0; i < count; ++i) {
    if (paths[i] == nullptr) return fail(SEGUE_MISUSE, "a path is null");
    files.emplace_back(paths[i]);
  }
  segue::CompileOptions how;
  SEGUE_C_TRY(options_of(options, how));
  segue::Compilation compilation;
  SEGUE_C_TRY(status_of(segue::compile_files(files, how, compilation)));
  return finish(compilation, program);
}

segue_status segue_program_compile_text(const char* name, segue_text rules,
                                        const segue_compile_options* options,
                                        segue_program** program) {
  if (program == nullptr) return fail(SEGUE_MISUSE, "program is null");
  if (name == nullptr) return fail(SEGUE_MISUSE, "name is null");
  if (rules.data == nullptr) return fail(SEGUE_MISUSE, "rules are null");
  segue::CompileOptions how;
  SEGUE_C_TRY(options_of(options, how));
  segue::Compilation compilation;
  SEGUE_C_TRY(
      status_of(segue::compile_text(name, std::string(rules.data, rules.size), how, compilation)));
  return finish(compilation, program);
}

}  // extern "C"
