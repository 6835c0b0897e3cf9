#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/hir.h"
#include "runtime/base/result.h"
#include "runtime/base/schema.h"
#include "runtime/image/tables.h"

/// The plan: streams feed cells, nodes read cells, segments are nodes. Its expressions use the
/// image's ops, with their immediates spelled out instead of indexed, so that a pass compares and
/// rewrites them as values.
namespace segue::plan {

using image::CellKind;
using image::Op;
using image::Type;
using Window = image::WindowRow;
using Literal = hir::Literal;

struct StreamId {
  uint32_t index = 0;
  friend auto operator<=>(StreamId, StreamId) = default;
};
struct SequenceId {
  uint32_t index = 0;
  friend auto operator<=>(SequenceId, SequenceId) = default;
};
struct CellId {
  uint32_t index = 0;
  friend auto operator<=>(CellId, CellId) = default;
};
struct NodeId {
  uint32_t index = 0;
  friend auto operator<=>(NodeId, NodeId) = default;
};

/// What an op carries beside its operands.
enum class Immediate : uint8_t {
  kNone,
  kSlot,
  kZone,
  kKinds,
  kTruth,
  kNumber,
  kTime,
  kDecimal,
  kText,
  kTextFold,
  kFold,
  kSet,
  kSetFold,
  kScalar,
  kCell,
  kCellWindow,
  kCellNth,
  kNode,
  kOperands,
  kAtLeast,
  kSlope,
  kZoneSlope,
  kPeriod,
  kPath,
};
Immediate immediate_of(Op op);

/// Whether it looks into a cell, which `Expr::index` names.
bool reads_cell(Op op);

struct Expr;
/// How far back a read of a `newest` cell looks; for ever, if it asks for the time itself.
int64_t reach_of_newest(const Expr& read);

using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  Op op = Op::kConstTruth;
  std::vector<ExprPtr> operands;

  uint32_t index = 0;             // kSlot, kZone…, kCell…, kNode: which
  bool truth = false;             // kTruth; the …Fold ones: ignoring case
  double number = 0;              // kNumber
  int64_t time_ms = 0;            // kTime; kCellNth: the window's length or begin
  Decimal decimal;                // kDecimal
  std::string text;               // kText, kTextFold
  std::vector<uint32_t> kinds;    // kKinds
  std::vector<Literal> set;       // kSet, kSetFold, kScalar (one)
  Window window;                  // kCellWindow
  uint32_t count = 0;             // kAtLeast: how many; kCellNth: which
  int32_t slope = 0;              // kSlope: of (left - right), kZoneSlope: of the operand; ms a ms
  image::PeriodRow period;        // kPeriod
  std::vector<std::string> path;  // kPath
};

/// The node that a part names: `node`, `node-number`, or the anchor of a window; kNone if it names
/// none.
uint32_t node_of(const Expr& expr);

struct Plan;
/// Whether what the part says depends on the user's own zone.
bool in_user_zone(const Plan& plan, const Expr& expr);
/// Whether some part of it falls by the millisecond, as counts with a half-life do.
bool decays(const ExprPtr& expr);

bool equal(const Expr& a, const Expr& b);
bool equal(const ExprPtr& a, const ExprPtr& b);  // both null: equal
Type type_of(const Expr& expr);

/// The same expression with each part replaced by `change(part)` where that is not null, children
/// first.
template <class Change>
ExprPtr rewrite(const ExprPtr& expr, const Change& change) {
  if (!expr) return expr;
  ExprPtr now = expr;
  for (size_t i = 0; i < expr->operands.size(); ++i) {
    ExprPtr part = rewrite(expr->operands[i], change);
    if (part == expr->operands[i]) continue;
    if (now == expr) now = std::make_shared<Expr>(*expr);
    const_cast<Expr&>(*now).operands[i] =
        std::move(part);  // SAFETY: a copy of our own, not yet shared
  }
  ExprPtr changed = change(now);
  return changed ? changed : now;
}

/// Calls `visit` on every part, children first.
template <class Visit>
void walk(const ExprPtr& expr, const Visit& visit) {
  if (!expr) return;
  for (const ExprPtr& operand : expr->operands) walk(operand, visit);
  visit(*expr);
}

struct Stream {
  std::string name;
  ExprPtr predicate;              // event code; null: derived, fed by a cell or by `sources`
  std::vector<StreamId> sources;  // of a union
};

struct Sequence {
  struct Step {
    StreamId stream;
    bool later = false;
    int64_t within_ms = INT64_MAX;
    int64_t after_ms = 0;
    std::vector<StreamId> without;
  };
  std::string name;
  std::vector<Step> steps;
  bool has_absence = false;
  StreamId absence;
  bool absence_later = false;
  int64_t absence_ms = 0;
  int64_t all_within_ms = INT64_MAX;
  uint32_t by = image::kNone;  // slot
  /// Its cell feeds the latest start of the matches that end at an instant, as an occurrence at
  /// that start, and no match ends what is under way.
  bool starts = false;
};

/// Whether gaps have upper limits alone, so that a word a step is enough to match.
bool is_plain(const Sequence& sequence);

struct Cell {
  CellKind kind = CellKind::kLog;
  uint32_t source = 0;  // StreamId, SequenceId (kSteps, kSequence) or NodeId (kHeld, kCrossing)
  ExprPtr value;        // event code, or null
  uint32_t k = 0;
  uint32_t cap = 0;
  uint32_t zone = image::kNone;
  int64_t horizon_ms = 0;         // INT64_MAX: all
  uint32_t feeds = image::kNone;  // kSequence, kSessions, kCrossing, kChange: the derived stream
  std::optional<Literal> before, after;  // kChange: the value it had, the one it has
  uint32_t offset = 0;                   // lay-out
  uint32_t bytes = 0;                    // lay-out
};
bool equal(const Cell& a, const Cell& b);

struct Node {
  ExprPtr value;       // condition code, result B, N or T
  uint32_t place = 0;  // lay-out: bit number or byte offset
};

struct Segment {
  std::string name, label, doc;
  hir::Metadata metadata;
  NodeId node;
};
using Score = Segment;

struct Chunk {
  uint32_t first_node = 0;
  uint32_t node_count = 0;
  uint32_t level = 0;  // when in an instant
};

struct Plan {
  InputSchema schema;
  std::vector<std::string> zones;
  std::vector<Stream> streams;
  std::vector<Sequence> sequences;
  std::vector<Cell> cells;
  std::vector<Node> nodes;  // in topological order
  std::vector<Segment> segments;
  std::vector<Score> scores;
  uint32_t zone_cell = image::kNone;  // `latest`: which zone the user's trait names
  uint32_t tracked_from = 64;         // nodes from which on `track-inputs` acts; tests lower it
  bool tracked = false;               // an event looks at what has changed inputs alone
  // lay-out
  uint32_t deadlines_at = image::kNone;  // of a tracked plan
  uint32_t near_at = image::kNone;       // the base of near times
  std::vector<Chunk> chunks;
  uint32_t truth_words = 0;
  uint32_t fixed_bytes = 0;
};

/// Text of the whole plan, or of one part of it ("streams", "sequences", "cells", "nodes",
/// "segments", "scores").
std::string print(const Plan& plan, std::string_view only = "");
std::string print(const Expr& expr);

/// Reads what `print` writes.
Result<Plan> parse(std::string_view text);

/// Empty if the plan is sound: ids in range, types, order of nodes, cells fit their reads. Else
/// what is wrong.
std::string verify(const Plan& plan);

/// Drops rows that nothing refers to and renumbers the rest, keeping their order. Also used by
/// passes that redirect.
void compact(Plan& plan);

/// Points every reference from stream (cell, node) `i` to `to[i]`.
void redirect_streams(Plan& plan, const std::vector<StreamId>& to);
void redirect_cells(Plan& plan, const std::vector<CellId>& to);
void redirect_nodes(Plan& plan, const std::vector<NodeId>& to);

/// Puts the nodes in the given order, which names each once, and points every reference after them.
void reorder_nodes(Plan& plan, const std::vector<uint32_t>& order);

}  // namespace segue::plan
