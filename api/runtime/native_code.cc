#include "api/runtime/native_code.h"

namespace segue {

void start_native(const CompiledProgram::State& program, const CodeOptions& options,
                  NativeMaker maker) {
  if (maker == nullptr) return;
  NativeWork& work = program.native;
  std::call_once(work.begun, [&] {
    work.done = std::async(std::launch::async, [target = program.program, options, maker, &work] {
      maker(*target, options, work);
    });
  });
}

Outcome wait_for_native(const CompiledProgram::State& program, const CodeOptions& options,
                        NativeMaker maker) {
  if (maker == nullptr) return {Fault::kUnsupported, "nothing here can make native code"};
  start_native(program, options, maker);
  program.native.done.wait();
  return program.native.outcome;
}

}  // namespace segue
