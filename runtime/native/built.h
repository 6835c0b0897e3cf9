#pragma once

#include <string_view>

#include "runtime/base/result.h"
#include "runtime/interp/program.h"
#include "segue/built.h"

namespace segue::native {

/// What code built ahead of time must have been made for: a hash of the generator's sources and of
/// those of the runtime whose layouts and habits the code knows.
std::string_view runtime_identity();

/// The code of a built program, which must be of this image. `kUnsupported` if it was made for
/// another runtime, `kInvalid` if it is not of the image's shape.
Result<NativeCode> code_of(const segue_built_program& built, const image::View& view);

}  // namespace segue::native
