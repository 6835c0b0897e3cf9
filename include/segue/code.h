// Native code of a compiled program: how it is made, and where it is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "segue/export.h"
#include "segue/outcome.h"
#include "segue/program.h"

namespace segue {

struct CodeOptions {
  /// A folder in which the code of large programs is kept by the content of the program; made if it
  /// is not there. Empty: nowhere. One that another user owns or may write to is not used, since
  /// what lies there is run. Any number of processes may share it. A damaged file is dropped, and
  /// its code made anew.
  std::string cache_dir;
  /// Of more than this the files longest unused are removed.
  uint64_t cache_bytes_max = uint64_t{256} << 20;
  /// That many make a large program's code together; 0: one a processor, at most 4.
  unsigned threads = 0;
};

/// What the cache had to do with a program's code.
enum class CodeCache : uint8_t {
  kNone,  ///< no folder is given, or the program is so small that reading takes as long as making
  kMiss,  ///< made, and kept from now on
  kHit,   ///< read
};

struct CodeReport {
  double ms = 0;         ///< from the program to callable code
  size_t functions = 0;  ///< one a kind of event, one a piece of the rules
  size_t modules = 0;    ///< compiled one by one
  uint64_t bytes = 0;    ///< of object code
  CodeCache cache = CodeCache::kNone;
};

/// Makes the program's code, if nobody has, or waits until it is made; all engines of the program
/// use it from their next instant on. `Fault::kUnsupported` where this process may not map
/// executable memory: then the interpreter goes on. Threads: any.
///
/// Cost: 2 ms and 25 µs a condition on one thread; 1 µs a condition from the cache.
SEGUE_API Outcome make_code(const CompiledProgram& program, const CodeOptions& options,
                            CodeReport& report) noexcept;

}  // namespace segue
