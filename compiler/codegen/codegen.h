#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "runtime/base/result.h"
#include "runtime/interp/program.h"

namespace segue {

struct CodegenOptions {
  unsigned threads = 1;      // small programs take one, whatever is said here
  bool debug_names = false;  // appends the functions' names to /tmp/perf-PID.map
  /// Where objects are kept by the content of the image; empty: nowhere. Those of less than 100
  /// conditions are made about as fast as they are read, and not kept.
  std::string cache_dir;
  uint64_t cache_bytes_max = uint64_t{256} << 20;
  const std::atomic<bool>* stop = nullptr;  // once true, nothing more is begun
};

struct CodegenStats {
  uint32_t functions = 0;
  uint32_t modules = 0;
  bool kept = false;            // in `cache_dir`, from now on or before
  uint32_t cached_modules = 0;  // taken from there
  uint64_t bytes = 0;           // of object code
  double ms = 0;                // from the image to callable code
};

/// Makes machine code of a program: one function a kind of event, one a chunk of conditions, and in
/// small programs one a common instant. What it computes is what the interpreter computes, to the
/// last bit of the blob.
///
/// Cost     5 ms, and 25 to 60 us a condition, on one thread (codegen_bench); from the cache 1 us a
///          condition.
/// Errors   `kUnsupported` if this process may not map executable memory, or if it was stopped; the
///          interpreter goes on.
/// Threads  any; `program` is only read.
Result<NativeCode> generate(const Program& program, const CodegenOptions& options,
                            CodegenStats* stats = nullptr);

/// The program as LLVM IR and as assembly: `seg explain --stage llvm` and `asm`.
std::string print_llvm(const Program& program);
std::string print_asm(const Program& program);

}  // namespace segue
