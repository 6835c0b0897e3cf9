#include "api/native_code.h"

#include "compiler/codegen/codegen.h"

namespace segue {

void start_native(const CompiledProgram::State& program) {
  std::call_once(program.native_once, [&] {
    program.native = std::async(std::launch::async, [target = program.program] {
      auto code = generate(*target, CodegenOptions{});
      if (code) target->install(std::move(code).value());
    });
  });
}

void wait_for_native(const CompiledProgram::State& program) {
  start_native(program);
  program.native.wait();
}

}  // namespace segue
