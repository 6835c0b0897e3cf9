// Sequences: steps, the gaps between them, and what holds of the whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/context.h"

namespace segue::sema {

/// A sequence as written: its steps, and what stands behind them or behind parentheses round them.
struct WrittenSequence {
  const ast::Sequence* steps = nullptr;  ///< null if there are none
  const ast::SequenceSuffix* all_within = nullptr;
  const ast::SequenceSuffix* by = nullptr;
  std::vector<const ast::Filtered*> among;
  bool has_among = false;
  std::optional<Duration> whole;  ///< `all within` that was said elsewhere, in its own scope
  Span span{};
};

/// Takes off parentheses and what stands behind them; reports what is said twice.
WrittenSequence written_sequence(Context& context, const ast::Expr& expr);

/// A step with its names resolved.
struct ReadStep {
  Signal signal;
  hir::StreamId stream;
  bool later = false;
  bool absent = false;  ///< `then no`, with `within` as its wait
  std::optional<Duration> after;
  std::optional<Duration> within;
  std::vector<hir::StreamId> without;
  Span span{};
};

struct ReadSequence {
  std::vector<ReadStep> steps;
  std::optional<Duration> all_within;
  std::optional<hir::SlotId> by;
  hir::ExprPtr key;  ///< the property of `by`, of one event
  std::string name;
  Span span{};
};

/// Empty if it was reported.
std::optional<ReadSequence> read_sequence(Context& context, const Scope& scope,
                                          const WrittenSequence& written);

/// The stream of the first `count` steps, two or more; with a `then no` also one.
hir::StreamId sequence_stream(Context& context, const ReadSequence& sequence, size_t count);

/// What `by` reads of an event: of the steps and of all that must not lie between.
/// (sequence_key.cc) False if it was reported.
bool read_key(Context& context, const Scope& scope, const ast::SequenceSuffix& by,
              const std::vector<const Signal*>& signals, ReadSequence& sequence);

/// `funnel purchase = …`: its complete match. (funnels.cc)
Signal funnel(Context& context, const Scope& scope, const ast::Expr& expr);

/// `purchase reached >= 2`, `reached (a then b) >= 2 all within 7d`. (funnels.cc)
hir::ExprPtr reached(Context& context, const Scope& scope, const ast::Reached& reached, Span span);

}  // namespace segue::sema
