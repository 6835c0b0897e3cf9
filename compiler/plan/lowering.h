#pragma once

#include <map>
#include <optional>
#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/plan/build.h"
#include "compiler/plan/plan.h"

namespace segue::plan {

/// A time and how fast it moves: `now - x` has slope 1.
struct TimeExpr {
  ExprPtr expr;
  int32_t slope = 0;
};

/// The lowering at work. `In` says which code is being made: of a condition (read at any instant)
/// or of an event (a filter, the value of an aggregate), where properties stand for the event at
/// hand.
class Lowering {
 public:
  Lowering(const hir::Rules& rules, Diagnostics& diagnostics)
      : rules_(rules), diagnostics_(diagnostics) {}

  Plan run();

 private:
  enum class In { kCondition, kEvent };

  // lower_streams.cc
  void lower_streams();
  StreamId add_stream(std::string name, ExprPtr predicate);
  bool is_sequence(hir::StreamId stream) const;
  bool is_derived(StreamId stream) const;
  StreamId stream_of(hir::StreamId id);
  std::string meaning_of(const hir::Stream& stream);
  StreamId derived_stream(const hir::Stream& stream);
  StreamId union_of(const hir::Stream& stream);
  NodeId node_of_truth(ExprPtr truth);
  StreamId stream_between(StreamId stream, const hir::Window& window);
  StreamId trait_stream(uint32_t slot);
  SequenceId sequence_of(const hir::Stream& stream, const hir::Window& window);

  // lower.cc: cells, nodes
  CellId log_of(const hir::Expr& read, ExprPtr value);
  CellId steps_of(const hir::Expr& read);
  CellId add_cell(Cell cell);
  NodeId add_node(ExprPtr value);
  Window window_of(const hir::Expr& read);
  NodeId anchor_of(const hir::Expr& anchor);

  static uint32_t zone_of(hir::ZoneId zone);
  void keep_zone();

  // lower_conditions.cc: truths
  ExprPtr truth(const hir::Expr& expr, In in);
  ExprPtr latched(const hir::Expr& expr, In in);
  ExprPtr connective(const hir::Expr& expr, In in);
  ExprPtr comparison(const hir::Expr& expr, In in);
  ExprPtr sum_comparison(const hir::Expr& expr);
  ExprPtr equality(const hir::Expr& expr, In in);
  ExprPtr literal_equality(const hir::Expr& test, const hir::Expr& value, const Literal& literal,
                           In in);
  ExprPtr value_equality(const hir::Expr& expr, In in);
  ExprPtr held(const hir::Expr& expr);
  ExprPtr event_test(const hir::Expr& expr);
  ExprPtr any_item(const hir::Expr& expr);
  ExprPtr in_period(const hir::Expr& expr, In in);
  ExprPtr value_test(const hir::Expr& expr, In in);
  ExprPtr value_test_on(const hir::Expr& test, In in);
  ExprPtr number_in_set(const hir::Expr& expr, In in);

  // lower_values.cc: numbers, times, values
  ExprPtr number(const hir::Expr& expr, In in);
  ExprPtr count(const hir::Expr& expr);
  ExprPtr decayed(const hir::Expr& expr);
  ExprPtr aggregate(const hir::Expr& expr);
  ExprPtr wire_number(const hir::Expr& expr, In in);
  ExprPtr local_part(const hir::Expr& expr, In in);
  TimeExpr time(const hir::Expr& expr, In in);
  TimeExpr instant_of(const hir::Expr& expr, In in);
  ExprPtr time_of(const hir::Expr& expr);
  ExprPtr scalar(const hir::Expr& expr, In in);
  ExprPtr wire_value(const hir::Expr& expr, In in);
  ExprPtr item_sum(const hir::Expr& expr, In in);
  /// Keeps `value` (event code, S) of the occurrences that `source` (a trait, or first or last of a
  /// stream) looks at, and reads it.
  ExprPtr remember(const hir::Expr& source, ExprPtr value);

  // lower_kept.cc: what is worked out when a remembered value comes in
  /// `expr`, which looks at one remembered value and literals: worked out of each value as it comes
  /// in, kept as a scalar. Null if it looks at anything else.
  ExprPtr kept(const hir::Expr& expr);
  ExprPtr kept_test(const hir::Expr& test);

  /// A value off the wire, or made of such: of the event at hand, so event code has it whole.
  static bool is_wire_value(const hir::Expr& expr);
  /// Looks at nothing but the event at hand.
  static bool at_hand(const hir::Expr& expr);
  static bool is_remembered(const hir::Expr& expr);
  static bool is_time(hir::Type type);
  ExprPtr refuse(const hir::Expr& expr, const char* what, ExprPtr stand_in);

  const hir::Rules& rules_;
  Diagnostics& diagnostics_;
  Plan plan_;
  std::vector<std::optional<StreamId>> streams_;  // by HIR stream; of what is derived, once read
  std::map<std::string, StreamId> derived_;       // by what it means
  std::vector<std::optional<StreamId>> traits_;   // by slot
  std::vector<CellId> trait_cells_;
  std::vector<NodeId> segment_nodes_, score_nodes_;
  std::vector<bool> score_decays_;
  std::map<const hir::Expr*, NodeId> anchors_;
};

}  // namespace segue::plan
