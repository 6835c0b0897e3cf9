#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/interp/program.h"

/// Which instants one function settles whole, and what such a function does beside moving cells and
/// evaluating conditions.
namespace segue::codegen {

struct Instant {
  std::span<const uint32_t> chunks;  // to evaluate, ascending
  /// The sequences that can be moved, ascending. They are plain, and no match is a step of another:
  /// each is advanced alone. Not so with `by_hits`, then all are advanced by what is noted as hits.
  std::vector<uint32_t> sequences;
  bool by_hits = false;
  bool has_unions = false;
  bool feeds_changes = false;
};

/// Of an instant with one event of the kind and no deadline due; none if it goes up levels, if a
/// condition is interpreted or if it is too large.
std::optional<Instant> instant_of(const Program& program, KindId kind);

/// Of an instant of deadlines alone.
std::optional<Instant> instant_of_time(const Program& program);

/// The kinds that are worth a function. Bounded all together by the size of the program, so that
/// the time to compile stays in proportion to it.
std::vector<uint32_t> kinds_with_instants(const Program& program);

/// Chunks that move a latch or search for the instant at which what decays turns: they loop, and
/// are not worth native code.
bool is_interpreted(const image::View& view, const image::ChunkRow& chunk);

}  // namespace segue::codegen
