#pragma once

#include <cstdint>

#include "runtime/base/civil.h"
#include "runtime/base/decimal.h"
#include "runtime/base/value.h"
#include "runtime/image/limits.h"

/// Rows of the image's tables. All are little-endian, trivially copyable, without padding, and
/// refer to each other by index. `kNone` is "no row".
namespace segue::image {

inline constexpr uint32_t kNone = 0xffff'ffff;

/// The zone that the user's own trait names (Layout::zone_cell).
inline constexpr uint32_t kUserZone = 0xffff'fffe;

enum class Op : uint8_t {
#define IMAGE_OP(id, name, pops, result) id,
#include "runtime/image/ops.def"
#undef IMAGE_OP
};

enum class CellKind : uint8_t {
#define CELL_KIND(id, name, grows) id,
#include "runtime/image/cells.def"
#undef CELL_KIND
};

/// Type of a stack entry; see ops.def.
enum class Type : uint8_t { B, N, T, X, S, V };

/// Part of another table: rows [first, first + count).
struct Range {
  uint32_t first = 0;
  uint32_t count = 0;
};

struct OpRow {
  Op op;
  uint8_t reserved[3] = {};
  uint32_t a = 0;
  uint32_t b = 0;
};
static_assert(sizeof(OpRow) == 12);

struct TextRow {  // bytes of the string section
  uint32_t offset = 0;
  uint32_t size = 0;
};

struct WindowRow {
  enum class Kind : uint8_t { kEver, kRolling, kAbsolute, kCalendar, kAnchored };
  Kind kind = Kind::kEver;
  CalendarUnit unit = CalendarUnit::kDay;  // kCalendar
  uint8_t full = 0;  // kCalendar: the range ends with the period before the present one
  CalendarUnit counted = CalendarUnit::kDay;  // what log-days and steps-days count
  uint32_t periods = 0;     // kCalendar: how many; the range ends with the present one
  uint32_t anchor = kNone;  // kAnchored: the node, of type T, that the bounds count from
  uint32_t cap = 0;         // newest entries inside that count; 0: all
  // kRolling: now - from < t <= now - to (from INT64_MAX: no bound); kAbsolute: from <= t < to;
  // kAnchored: anchor + from <= t < anchor + to, none if it is missing. Of the last two
  // INT64_MIN and INT64_MAX are no bounds.
  int64_t from_ms = 0;
  int64_t to_ms = 0;
};
static_assert(sizeof(WindowRow) == 32);

struct NthRow {    // a number and a length: immediates of kNthWithin, kTimesDecayed, kLatch
  uint32_t k = 1;  // kNthWithin: 1 is the newest; kTimesDecayed: so many newest, 0: all
  uint32_t reserved = 0;
  int64_t bound_ms = 0;  // length of the window; half-life; pause before the next entry
};
static_assert(sizeof(NthRow) == 16);

struct PeriodRow {  // immediates of kInPeriod: is a day in the period `shift` after the present one
  uint32_t zone = kNone;
  int32_t shift = 0;
  int32_t slope = 0;  // of the instant whose day it is
  CalendarUnit unit = CalendarUnit::kDay;
  uint8_t yearly = 0;  // … or a day with its month and day
  uint8_t reserved[2] = {};
};
static_assert(sizeof(PeriodRow) == 16);

struct SlotRow {
  Range path;  // of `texts`-indices in `indices`
  uint32_t is_trait = 0;
};

struct KindRow {
  uint32_t name = kNone;  // text; none for identify and "other"
  Range slots;            // of global slot numbers in `indices`, ascending
  Range streams;          // of base streams that can match this kind, in `indices`
  Range chunks;  // of chunks whose nodes this kind can change (closed over what reads them), in
                 // `indices`
};

/// Occurrences. Base: the events for which `predicate` holds. Derived: fed by a cell, or a union,
/// which all its sources feed.
struct StreamRow {
  Range predicate;        // ops, result B; empty for a derived stream
  Range cells;            // in `indices`: cells it feeds, in order of offset
  Range sequences;        // in `indices`: sequences of which it is a step or the absence
  uint32_t name = kNone;  // text, for people
  Range unions;           // in `indices`: the unions it is a source of
};

struct SequenceRow {
  Range steps;  // StepRow
  uint32_t absence_stream = kNone;
  uint32_t absence_later = 0;
  int64_t absence_ms = 0;
  uint32_t derived_stream = kNone;    // the stream its `sequence` cell feeds, if there is one
  uint32_t level = 0;                 // when in an instant it is looked at; see ChunkRow
  int64_t all_within_ms = INT64_MAX;  // from the start of a match to its end
  uint32_t by = kNone;                // the slot whose value the steps share
  uint32_t starts = 0;                // its cell feeds where the latest match begins, not where it
                                      // ends, and goes on from every partial match
};

struct StepRow {
  uint32_t stream = 0;
  uint32_t later = 0;
  int64_t within_ms = INT64_MAX;  // longest gap from the step before
  int64_t after_ms = 0;           // shortest one
  Range without;  // in `indices`: streams none of which lies strictly between the step before and
                  // this one
};

struct CellRow {
  CellKind kind;
  Type value_type = Type::B;  // of `value`, if there is one
  uint8_t reserved[2] = {};
  uint32_t source = kNone;  // stream, sequence (kSteps, kSequence) or node (kHeld, kCrossing);
                            // of kLatch none
  Range value;              // ops, event code; empty: none
  uint32_t k = 0;
  uint32_t cap = 0;  // most entries a growing cell keeps
  uint32_t zone = kNone;
  uint32_t offset = 0;      // of its fixed part in the blob
  uint32_t bytes = 0;       // size of its fixed part
  uint32_t feeds = kNone;   // kSessions, kCrossing, kChange: the derived stream
  int64_t horizon_ms = 0;   // INT64_MAX: all is kept
  uint64_t identity = 0;    // hash of what it computes: equal across programs
  uint32_t before = kNone;  // kChange: the value it had, a member; none: any
  uint32_t after = kNone;   // kChange: the value it has
};

/// Whether a cell keeps its times as distances to the blob's base: windows no longer than
/// `kNearReachMs` are all that is asked of it.
inline bool is_near(const CellRow& row) {
  return row.kind == CellKind::kNewest && row.horizon_ms == kNearReachMs;
}

/// A condition, number or time kept in the blob between evaluations. Nodes stand in topological
/// order.
struct NodeRow {
  Range code;  // ops, result B, N or T
  Type type = Type::B;
  uint8_t timed = 0;  // can change without an event
  uint8_t reserved[2] = {};
  uint32_t place =
      0;       // B: bit number in the truth words; N, T: byte offset of its word in the blob
  Range held;  // in `indices`: `held` cells that follow it
  uint32_t segment = kNone;  // the segment it is, if it is one
  uint32_t reserved2 = 0;
};

/// Up to 64 nodes evaluated together: one native function. An instant goes up the levels: the
/// sequences of one, then its chunks, then the crossings of their nodes, which feed streams of the
/// next.
struct ChunkRow {
  uint32_t first_node = 0;
  uint32_t node_count = 0;
  uint32_t timed = 0;  // some node is
  uint32_t level = 0;  // ascending from chunk to chunk
};

struct SegmentRow {
  uint32_t name = 0;  // texts
  uint32_t label = kNone;
  uint32_t doc = kNone;
  uint32_t node = 0;
  Range metadata;  // pairs of texts in `indices`
};

struct ScoreRow {
  uint32_t name = 0;
  uint32_t label = kNone;
  uint32_t doc = kNone;
  uint32_t node = 0;
  Range metadata;
};

struct ZoneRow {
  uint32_t name = 0;
  Range transitions;  // ZoneTransition rows
};

/// A value of a set or a constant text: the words a blob would keep, and for a text its bytes.
struct MemberRow {
  Scalar scalar;
  uint32_t text = kNone;
  uint32_t reserved = 0;
};

struct Layout {              // one row
  uint32_t truth_words = 0;  // uint64 words behind the header
  uint32_t fixed_bytes = 0;  // header, words, numbers, fixed cells: multiple of 8
  uint32_t growing_cells = 0;
  uint32_t blob_bytes_max = 0;
  uint32_t zone_cell = kNone;    // `latest`: the row of the zone that the user's trait names
  uint32_t zone_stream = kNone;  // what feeds it: before all else of an instant
  // kNone: an event looks at all chunks of its kind. Else at those alone whose inputs changed or
  // whose deadline is due: where in the blob the deadlines stand, one a timed chunk and then one a
  // cell that waits (runtime/cells/deadlines.h).
  uint32_t deadlines_at = kNone;
  // Where the base of near times stands (runtime/cells/near.h); kNone: no cell keeps such.
  uint32_t near_at = kNone;
};

}  // namespace segue::image
