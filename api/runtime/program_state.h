// What a `CompiledProgram` keeps.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/ingest/decode.h"
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

/// Makes native code, installs it, and fills `outcome` and `report`.
using NativeMaker = void (*)(Program& program, const CodeOptions& options, NativeWork& work);

/// Decoders of a program that no call is using.
struct DecoderPool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Decoder>> idle;
};

struct CompiledProgram::State {
  std::shared_ptr<Program> program;  // native code may be installed in it later
  std::vector<RuleInfo> segments;
  std::vector<RuleInfo> scores;
  ProgramCounts counts;
  StateSize user_state;
  NativeMaker make_native = nullptr;  // null where there is no compiler, or nothing is left to make

  mutable DecoderPool decoders;
  mutable NativeWork native;
};

/// All that an image says of itself. Where a rule is written it does not say, nor how many shapes
/// its conditions have.
std::unique_ptr<CompiledProgram::State> describe_image(image::Image image);

}  // namespace segue
