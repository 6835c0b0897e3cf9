#pragma once

#include <cstdint>
#include <span>

#include "compiler/codegen/function_emitter.h"
#include "runtime/base/event.h"

namespace segue::codegen {

/// What happens to a user by an event of `kind`: each stream of the kind whose filter holds moves
/// its cells and is noted for the sequences it is a part of.
void emit_kind(FunctionEmitter& out, KindId kind);

/// Takes note of what happened for the sequences of a stream.
class HitNotes {
 public:
  virtual ~HitNotes() = default;
  virtual void note(uint32_t stream) = 0;
};

/// The same as a part of a function.
void emit_streams(FunctionEmitter& out, KindId kind, HitNotes& hits);

/// Evaluates the nodes of a chunk in order, stores their truths and numbers, moves the `held` cells
/// that follow them, lowers the frame's next deadline. One block without a branch.
void emit_chunk(FunctionEmitter& out, uint32_t chunk);

/// The same of several chunks, as a part of a function.
void emit_conditions(FunctionEmitter& out, std::span<const uint32_t> chunks);

/// A whole instant with one event of the kind, of which `instant_of` says that it can be one
/// function; and one of deadlines alone.
void emit_instant(FunctionEmitter& out, KindId kind);
void emit_time(FunctionEmitter& out);

}  // namespace segue::codegen
