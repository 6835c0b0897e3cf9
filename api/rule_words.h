// Parts of checked rules in the words of the language.
#pragma once

#include <string>

#include "compiler/sema/hir.h"
#include "compiler/source/source.h"
#include "naive/datum.h"
#include "runtime/base/value.h"

namespace segue {

/// The text a span covers, line ends and runs of blanks as one blank.
std::string written(const SourceManager& sources, Span span);

/// ` within 48h`, ` in the last 7 full days`; empty for `ever`. Begins with a blank.
std::string window_text(const hir::Rules& rules, const hir::Window& window);

/// `count(pricing_views within 48h)`, `sum(order.revenue)`, `last login`, `plan`: what a leaf over
/// history asks for. Empty for an op that is no such leaf.
std::string leaf_text(const hir::Rules& rules, const hir::Expr& leaf);

/// A value as of `now`: `3`, `"pro"`, `2025-06-01T12:00:00.000Z`, `2d12h`, `missing`.
std::string datum_text(const naive::Datum& datum, Instant now);

/// A value off the wire as JSON.
std::string json_text(const Value& value);

/// `company.size`
std::string path_text(const InputSchema& schema, uint32_t slot);

}  // namespace segue
