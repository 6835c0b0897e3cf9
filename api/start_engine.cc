#include "api/compilation_state.h"
#include "api/naive_backend.h"
#include "api/runtime/engine_state.h"
#include "segue/compile.h"

namespace segue {

Outcome start_engine(const Compilation& compilation, const EngineSettings& settings,
                     MembershipEngine& into) noexcept {
  if (Outcome wrong = check_settings(settings); !wrong.ok()) return wrong;
  std::shared_ptr<const CompiledProgram> program;
  if (Outcome wrong = compilation.program(program); !wrong.ok()) return wrong;
  if (settings.evaluator != Evaluator::kNaive) {
    return start_engine(std::move(program), settings, into);
  }
  auto state = std::make_unique<MembershipEngine::State>();
  state->program = std::move(program);
  state->settings = settings;
  state->backend = make_naive_backend(compilation.state().rules, options_of(settings), *state);
  into.state_ = std::move(state);
  return {};
}

}  // namespace segue
