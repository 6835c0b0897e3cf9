#pragma once

#include "compiler/codegen/function_emitter.h"
#include "runtime/base/event.h"

namespace segue::codegen {

/// What happens to a user by an event of `kind`: each stream of the kind whose filter holds moves
/// its cells and is noted for the sequences it is a part of.
void emit_kind(FunctionEmitter& out, KindId kind);

/// Evaluates the nodes of a chunk in order, stores their truths and numbers, moves the `held` cells
/// that follow them, lowers the frame's next deadline. One block without a branch.
void emit_chunk(FunctionEmitter& out, uint32_t chunk);

}  // namespace segue::codegen
