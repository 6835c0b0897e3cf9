// Programs built ahead of time: objects that a host links, and opened without a compiler.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "segue/built.h"
#include "segue/export.h"
#include "segue/outcome.h"
#include "segue/program.h"

namespace segue {

/// The program as a relocatable object of this machine's kind: its image and its native code, under
/// the external name `name`. `Fault::kInvalid` if that is no identifier of C, or the program is not
/// of this library's compiler. In the compiler's library. Cost: as `make_code` on one thread.
SEGUE_API Outcome build_object(const CompiledProgram& program, std::string_view name,
                               std::string& object) noexcept;

/// A header for C and C++ that declares `name`, and the places of its segments and scores as
/// `name_segment_…` and `name_score_…`.
SEGUE_API Outcome build_header(const CompiledProgram& program, std::string_view name,
                               std::string& header) noexcept;

/// A program that was built ahead of time; `built` must outlive it. Its code is what runs, from the
/// first instant on. `Fault::kUnsupported` if it was built for another version of the library.
SEGUE_API Outcome open_built(const segue_built_program& built,
                             std::shared_ptr<const CompiledProgram>& into) noexcept;

}  // namespace segue
