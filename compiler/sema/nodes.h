// Makes HIR nodes: interns what they name, counts what they cost.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/sema/hir.h"

namespace segue::sema {

/// An expression with what it costs. All nodes of the checker are made as this, so that a child's
/// cost is known.
struct Node : hir::Expr {
  uint32_t parts =
      1;  ///< of the whole tree below, shared parts counted wherever they stand; saturates
  uint32_t depth = 1;
};

/// Ids given here are provisional: `renumber` (schema.cc) drops what no rule reaches and sorts the
/// rest.
///
/// A null child stands for a part that was already reported: what is made of it is null too, so
/// that one error in a rule is one error in the output.
class Nodes {
 public:
  explicit Nodes(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  hir::ExprPtr make(hir::Expr expr);
  hir::ExprPtr make(hir::Op op, hir::Type type, Span span, std::vector<hir::ExprPtr> children);

  hir::ExprPtr literal(hir::Literal literal, Span span);
  hir::ExprPtr truth(bool value, Span span);
  hir::ExprPtr number(int64_t value, Span span);
  hir::ExprPtr duration(Duration value, Span span);
  hir::ExprPtr instant(Instant value, Span span);
  hir::ExprPtr now(Span span);

  /// `and`, `or` of any number; of one it is that one, of none the literal that changes nothing.
  hir::ExprPtr all_of(std::vector<hir::ExprPtr> children, Span span);
  hir::ExprPtr any_of(std::vector<hir::ExprPtr> children, Span span);
  hir::ExprPtr negate(hir::ExprPtr child, Span span);
  hir::ExprPtr event_is(std::vector<KindId> kinds, Span span);

  KindId kind(const std::string& wire_name);
  hir::SlotId slot(std::vector<std::string> path, bool is_trait);
  hir::ZoneId zone(const std::string& name);
  /// A derived stream costs what it is made of; too deep a one is reported.
  hir::StreamId add(hir::Stream stream);
  /// The stream of that predicate; the same for the same node.
  hir::StreamId stream_of(const hir::ExprPtr& predicate, const std::string& name, Span span);

  bool exhausted() const { return exhausted_; }

  const std::vector<std::string>& kinds() const { return kinds_; }
  const std::vector<InputSchema::Slot>& slots() const { return slots_; }
  const std::vector<std::string>& zones() const { return zones_; }
  std::vector<hir::Stream>& streams() { return streams_; }
  std::vector<std::shared_ptr<Node>>& all() { return all_; }

 private:
  bool spend(uint64_t parts, Span span);

  Diagnostics& diagnostics_;
  std::vector<std::shared_ptr<Node>> all_;
  uint64_t spent_ = 0;
  bool exhausted_ = false;

  std::vector<std::string> kinds_;  // from kFirstNamedKind on
  std::unordered_map<std::string, uint32_t> kind_ids_;
  std::vector<InputSchema::Slot> slots_;
  std::map<std::pair<bool, std::vector<std::string>>, uint32_t> slot_ids_;
  std::vector<std::string> zones_;
  std::vector<hir::Stream> streams_;
  struct StreamCost {
    uint64_t parts = 1;
    uint32_t depth = 0;  // derived streams inside it, itself included
  };
  std::vector<StreamCost> stream_costs_;  // by stream
  std::unordered_map<const hir::Expr*, uint32_t> stream_ids_;
};

}  // namespace segue::sema
