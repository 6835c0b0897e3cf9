#include "runtime/native/built.h"

#include <fmt/format.h>

#include "runtime/native/host.h"

extern const char segue_generator_identity[];

namespace segue::native {
namespace {

/// Whoever opens built programs carries what they call, also if only a library loaded later does.
[[gnu::used]] bool (*const kCarried)(Frame*, uint32_t, uint32_t, uint32_t) = &segue_run_truth;

std::vector<NativeCode::Fn> functions_of(const segue_built_code* first, size_t count) {
  std::vector<NativeCode::Fn> functions(count);
  for (size_t i = 0; i < count; ++i) {
    // SAFETY: made as a `void (Frame*)`; the public header does not know frames.
    functions[i] = reinterpret_cast<NativeCode::Fn>(first[i]);
  }
  return functions;
}

}  // namespace

std::string_view runtime_identity() { return segue_generator_identity; }

Result<NativeCode> code_of(const segue_built_program& built, const image::View& view) {
  if (built.format != SEGUE_BUILT_FORMAT || built.runtime != runtime_identity()) {
    return Error{Errc::kUnsupported,
                 "the program was built for another version of the runtime: build it again"};
  }
  if (built.kinds != view.kinds.size() || built.chunks != view.chunks.size()) {
    return Error{Errc::kInvalid,
                 fmt::format("code of {} kinds and {} chunks: the image has {} and "
                             "{}",
                             built.kinds, built.chunks, view.kinds.size(), view.chunks.size())};
  }
  NativeCode code;
  code.kinds = functions_of(built.kind_code, built.kinds);
  code.chunks = functions_of(built.chunk_code, built.chunks);
  code.instants = functions_of(built.instant_code, built.kinds);
  code.time = functions_of(&built.time_code, 1)[0];
  return code;
}

}  // namespace segue::native
