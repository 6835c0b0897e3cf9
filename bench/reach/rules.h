// Rules compiled for a benchmark, and events decoded for them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/engine/engine.h"
#include "runtime/interp/program.h"

namespace segue::bench {

/// The whole text of a file; ends the program if it cannot be read.
std::string file_text(const std::string& path);

/// examples/02-saas-lifecycle with its events, as one text. Run from the tree's root.
std::string lifecycle_rules();

/// The program of `rules`, native code installed unless `native` is false. Wrong rules end the
/// program.
std::shared_ptr<Program> program_of(const std::string& rules, bool native = true);

/// All lines decoded, in batches of the reader's size.
std::vector<EventBatch> decode_all(const Program& program, std::string_view lines);

/// Batches that share texts and values with `batches`: what a push may take away.
std::vector<EventBatch> copies_of(const std::vector<EventBatch>& batches);

/// Pushes all and finishes; the seconds that took, of one thread those of the processor. `stats`,
/// if not null, is what the engine says.
double run_engine(const std::shared_ptr<Program>& program, const EngineOptions& options,
                  std::vector<EventBatch> batches, EngineListener& listener,
                  EngineStats* stats = nullptr);

}  // namespace segue::bench
