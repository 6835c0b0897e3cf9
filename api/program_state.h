// What a `CompiledProgram` keeps.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "compiler/plan/plan.h"
#include "compiler/sema/hir.h"
#include "compiler/source/source.h"
#include "runtime/interp/program.h"
#include "segue/code.h"
#include "segue/program.h"

namespace segue {

/// A program's native code in the making. `outcome` and `report` are there once `done` is.
struct NativeWork {
  std::once_flag begun;
  std::atomic<bool> stop{false};
  Outcome outcome;
  CodeReport report;
  std::future<void> done;  // last: the first to go, and it waits for the thread's end

  /// Code that nobody is left to run is not made to the end.
  ~NativeWork() { stop.store(true, std::memory_order_relaxed); }
};

struct CompiledProgram::State {
  std::shared_ptr<Program> program;  // native code may be installed in it later
  std::vector<RuleInfo> segments;
  std::vector<RuleInfo> scores;
  ProgramCounts counts;
  StateSize user_state;

  mutable NativeWork native;
};

/// Describes an image to people. `shapes` is what `plan`, of which it was made, counts; `rules` say
/// where each segment is written, and are empty of a plan that was read as text.
std::shared_ptr<const CompiledProgram> describe_program(image::Image image, size_t shapes,
                                                        const plan::Plan& plan,
                                                        const hir::Rules& rules,
                                                        const SourceManager& sources);

}  // namespace segue
