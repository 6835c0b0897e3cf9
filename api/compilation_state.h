// What a `Compilation` keeps.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "api/findings_state.h"
#include "api/runtime/program_state.h"
#include "compiler/plan/plan.h"
#include "compiler/sema/hir.h"
#include "compiler/sema/load.h"
#include "segue/compile.h"

namespace segue {

struct Compilation::State {
  CompileOptions options;
  std::shared_ptr<Findings::State> found = std::make_shared<Findings::State>();
  Findings findings{found};
  Loaded loaded;
  hir::Rules rules;    // complete if there are no errors
  plan::Plan lowered;  // before any pass; of rules without errors

  mutable std::mutex mutex;  // of what is made when it is first asked for
  mutable std::optional<plan::Plan> optimised;
  mutable std::shared_ptr<const CompiledProgram> program;
  mutable CompileTimes times;

  /// The plan after the passes of the options.
  const plan::Plan& plan() const;
  std::shared_ptr<const CompiledProgram> describe(image::Image image) const;
};

/// Checks what `base` has loaded once more, with other values of some parameters.
void check_with(const Compilation::State& base,
                const std::vector<std::pair<std::string, std::string>>& params, Compilation& into);

}  // namespace segue
