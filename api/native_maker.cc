#include "api/native_maker.h"

#include <algorithm>
#include <thread>

#include "api/runtime/native_code.h"
#include "api/runtime/outcomes.h"
#include "compiler/codegen/codegen.h"

namespace segue {
namespace {

constexpr unsigned kThreadsMax = 4;

unsigned threads_of(const CodeOptions& options) {
  if (options.threads != 0) return options.threads;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kThreadsMax);
}

CodeReport report_of(const CodegenStats& stats) {
  CodeReport report;
  report.ms = stats.ms;
  report.functions = stats.functions;
  report.modules = stats.modules;
  report.bytes = stats.bytes;
  if (stats.kept) report.cache = stats.cached_modules > 0 ? CodeCache::kHit : CodeCache::kMiss;
  return report;
}

}  // namespace

void make_native(Program& program, const CodeOptions& options, NativeWork& work) {
  CodegenOptions how;
  how.threads = threads_of(options);
  how.cache_dir = options.cache_dir;
  how.cache_bytes_max = options.cache_bytes_max;
  how.stop = &work.stop;
  CodegenStats stats;
  auto code = generate(program, how, &stats);
  if (!code) {
    work.outcome = outcome_of(code.error());
    return;
  }
  program.install(std::move(code).value());
  work.report = report_of(stats);
}

Outcome make_code(const CompiledProgram& program, const CodeOptions& options,
                  CodeReport& report) noexcept {
  const CompiledProgram::State& state = program.state();
  const NativeMaker maker = state.make_native != nullptr ? state.make_native : &make_native;
  if (Outcome wrong = wait_for_native(state, options, maker); !wrong.ok()) return wrong;
  report = state.native.report;
  return {};
}

}  // namespace segue
