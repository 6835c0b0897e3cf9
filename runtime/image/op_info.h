#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/image/tables.h"

namespace segue::image {

/// What an immediate of an op is.
enum class Use : uint8_t {
  kNone,   // not used: zero
  kFlag,   // 0 or 1
  kCount,  // a plain number
  kSlope,  // biased by kSlopeBias
  kSlot,
  kKindSet,
  kSet,
  kMember,
  kText,
  kNumber,
  kTime,
  kDecimal,
  kNode,  // of type B
  kNumberNode,
  kCell,
  kWindow,
  kNth,
  kZone,    // or kNone: UTC, or kUserZone
  kPeriod,  // a row of `periods`
  kPath,
  kItemTest,
  kBack,  // 0, or a number of ops before this one
};

inline constexpr int32_t kSlopeBias = 1 << 30;

/// Where an op may stand: in code of an event (filters, values of cells) or in that of a node.
enum class Place : uint8_t { kEvent, kCondition, kBoth };

/// One row of what readers know about an op beside its meaning.
struct OpInfo {
  Op op;
  std::string_view name;
  int pops;  // -1: `a` of them
  Type result;
  std::string_view
      operands;  // types from the deepest to the top, as letters; of a list the one type of all
  Use a;
  Use b;
  Place place;
};

/// Cost: an index.
const OpInfo& op_info(Op op);

/// Number of lines in ops.def.
extern const uint32_t kOpCount;

/// "days", "weeks", "months", "quarters", "years".
std::string_view plural_of(CalendarUnit unit);
std::optional<CalendarUnit> unit_of_plural(std::string_view word);
inline constexpr uint32_t kCalendarUnitCount = 5;

/// Letter of a type: B N T X S V.
char letter(Type type);

/// What feeds a cell of the kind.
enum class Source : uint8_t { kStream, kSequence, kNode, kNone };
Source source_of(CellKind kind);

/// Printed name of a kind, and whether cells of it have a growing part.
std::string_view name_of(CellKind kind);
bool grows(CellKind kind);

/// Size of the fixed part of a cell, by `kind`, `k` and whether it keeps a value:
/// what runtime/cells writes to. Stands here
/// since an image from outside that gives a cell less would let its update run over its neighbour.
uint32_t fixed_bytes(const CellRow& row);
extern const uint32_t kCellKindCount;

}  // namespace segue::image
