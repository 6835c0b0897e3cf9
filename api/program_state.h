// What a `CompiledProgram` keeps.
#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "compiler/plan/plan.h"
#include "compiler/sema/hir.h"
#include "compiler/source/source.h"
#include "runtime/interp/program.h"
#include "segue/program.h"

namespace segue {

struct CompiledProgram::State {
  std::shared_ptr<Program> program;  // native code may be installed in it later
  std::vector<RuleInfo> segments;
  std::vector<RuleInfo> scores;
  ProgramCounts counts;
  StateSize user_state;

  mutable std::once_flag native_once;
  mutable std::future<void> native;  // its end is waited for by the destructor: it uses `program`
};

/// Describes an image to people. `shapes` is what `plan`, of which it was made, counts; `rules` say
/// where each segment is written, and are empty of a plan that was read as text.
std::shared_ptr<const CompiledProgram> describe_program(image::Image image, size_t shapes,
                                                        const plan::Plan& plan,
                                                        const hir::Rules& rules,
                                                        const SourceManager& sources);

}  // namespace segue
