// `--engine naive`: whole histories, evaluated at the end.
#pragma once

#include <memory>

#include "api/runtime/backend.h"
#include "compiler/sema/hir.h"

namespace segue {

/// Keeps every event that counts, by the same rule as the engine, and answers in `finish`: each
/// user's step functions from the naive evaluator, their changes put in the engine's order. Of
/// `rules`, which must outlive it. Nothing can be settled before the end, so `advance_to` only
/// makes what comes later late.
std::unique_ptr<Backend> make_naive_backend(const hir::Rules& rules, const EngineOptions& options,
                                            EngineListener& listener);

}  // namespace segue
