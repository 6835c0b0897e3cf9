#include "runtime/image/op_info.h"

#include <iterator>

#include "runtime/image/limits.h"

namespace segue::image {
namespace {

constexpr std::string_view kNames[] = {
#define IMAGE_OP(id, name, pops, result) name,
#include "runtime/image/ops.def"
#undef IMAGE_OP
};

constexpr int kPops[] = {
#define IMAGE_OP(id, name, pops, result) pops,
#include "runtime/image/ops.def"
#undef IMAGE_OP
};

constexpr Type kResults[] = {
#define IMAGE_OP(id, name, pops, result) Type::result,
#include "runtime/image/ops.def"
#undef IMAGE_OP
};

constexpr OpInfo row(Op op, std::string_view operands, Use a, Use b, Place place) {
  const auto i = static_cast<size_t>(op);
  return {op, kNames[i], kPops[i], kResults[i], operands, a, b, place};
}

constexpr auto kEvent = Place::kEvent;
constexpr auto kCondition = Place::kCondition;
constexpr auto kBoth = Place::kBoth;
constexpr auto kNo = Use::kNone;

constexpr OpInfo kOps[] = {
    row(Op::kSlot, "", Use::kSlot, kNo, kEvent),
    row(Op::kSlotNamed, "", Use::kSlot, kNo, kEvent),
    row(Op::kEventName, "", kNo, kNo, kEvent),
    row(Op::kKindIn, "", Use::kKindSet, kNo, kEvent),
    row(Op::kAnyKind, "", kNo, kNo, kEvent),
    row(Op::kConstTruth, "", Use::kFlag, kNo, kBoth),
    row(Op::kConstNumber, "", Use::kNumber, kNo, kBoth),
    row(Op::kConstTime, "", Use::kTime, kNo, kBoth),
    row(Op::kNow, "", kNo, kNo, kBoth),
    row(Op::kKnownSince, "", kNo, kNo, kCondition),
    row(Op::kUserIn, "", Use::kSet, kNo, kBoth),
    row(Op::kNodeTruth, "", Use::kNode, kNo, kCondition),
    row(Op::kNodeNumber, "", Use::kNumberNode, kNo, kCondition),
    row(Op::kNthWithin, "", Use::kCell, Use::kNth, kCondition),
    row(Op::kNewestCount, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kNewestTime, "", Use::kCell, kNo, kCondition),
    row(Op::kOldestTime, "", Use::kCell, kNo, kCondition),
    row(Op::kSeen, "", Use::kCell, kNo, kCondition),
    row(Op::kTotalCount, "", Use::kCell, kNo, kCondition),
    row(Op::kTotalSum, "", Use::kCell, kNo, kCondition),
    row(Op::kTotalAvg, "", Use::kCell, kNo, kCondition),
    row(Op::kExtreme, "", Use::kCell, kNo, kCondition),
    row(Op::kDaysCount, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kDaysStreak, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogCount, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogSum, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogAvg, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogMin, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogMax, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogDistinct, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogFirst, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogLast, "", Use::kCell, Use::kWindow, kBoth),
    row(Op::kLogPercentile, "N", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogCommon, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogDays, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kLogStreak, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kStepsCount, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kStepsDays, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kStepsFirst, "", Use::kCell, kNo, kCondition),
    row(Op::kStepsLast, "", Use::kCell, kNo, kCondition),
    row(Op::kDistinctCount, "", Use::kCell, Use::kWindow, kCondition),
    row(Op::kValue, "", Use::kCell, kNo, kBoth),
    row(Op::kHeld, "", Use::kCell, kNo, kCondition),
    row(Op::kLatch, "BB", Use::kCell, Use::kNth, kCondition),
    row(Op::kDecayed, "", Use::kCell, kNo, kCondition),
    row(Op::kTimesDecayed, "", Use::kCell, Use::kNth, kCondition),
    row(Op::kScalarOf, "V", kNo, kNo, kEvent),
    row(Op::kSumOf, "V", kNo, kNo, kEvent),
    row(Op::kEqualValues, "VV", kNo, Use::kFlag, kEvent),
    row(Op::kEqualText, "V", Use::kText, Use::kFlag, kEvent),
    row(Op::kInTexts, "V", Use::kSet, Use::kFlag, kEvent),
    row(Op::kValueExists, "V", kNo, kNo, kEvent),
    row(Op::kValueTrue, "V", kNo, kNo, kEvent),
    row(Op::kValueNumber, "V", kNo, kNo, kEvent),
    row(Op::kValueInstant, "V", Use::kZone, kNo, kEvent),
    row(Op::kContains, "VV", kNo, Use::kFlag, kEvent),
    row(Op::kStartsWith, "VV", kNo, Use::kFlag, kEvent),
    row(Op::kEndsWith, "VV", kNo, Use::kFlag, kEvent),
    row(Op::kMatches, "V", Use::kText, Use::kFlag, kEvent),
    row(Op::kHasAny, "V", Use::kSet, Use::kFlag, kEvent),
    row(Op::kHasAll, "V", Use::kSet, Use::kFlag, kEvent),
    row(Op::kConstText, "", Use::kText, kNo, kEvent),
    row(Op::kTextOf, "V", kNo, kNo, kEvent),
    row(Op::kNumberOf, "V", kNo, kNo, kEvent),
    row(Op::kLower, "V", kNo, kNo, kEvent),
    row(Op::kLength, "V", kNo, kNo, kEvent),
    row(Op::kZoneOf, "V", kNo, kNo, kEvent),
    row(Op::kValueOfNumber, "N", kNo, kNo, kEvent),
    row(Op::kValueOfTruth, "B", kNo, kNo, kEvent),
    row(Op::kItem, "", Use::kPath, kNo, kEvent),
    row(Op::kAnyItem, "V", Use::kItemTest, kNo, kEvent),
    row(Op::kItemSum, "V", Use::kPath, kNo, kEvent),
    row(Op::kScalarOfTruth, "B", kNo, kNo, kBoth),
    row(Op::kScalarOfNumber, "N", kNo, kNo, kBoth),
    row(Op::kScalarOfTime, "T", kNo, kNo, kBoth),
    row(Op::kConstScalar, "", Use::kMember, kNo, kBoth),
    row(Op::kEqualScalars, "SS", kNo, kNo, kBoth),
    row(Op::kInScalars, "S", Use::kSet, kNo, kBoth),
    row(Op::kScalarExists, "S", kNo, kNo, kBoth),
    row(Op::kScalarTrue, "S", kNo, kNo, kBoth),
    row(Op::kScalarNumber, "S", kNo, kNo, kBoth),
    row(Op::kScalarTime, "S", kNo, kNo, kBoth),
    row(Op::kAnd, "B", Use::kCount, kNo, kBoth),
    row(Op::kOr, "B", Use::kCount, kNo, kBoth),
    row(Op::kNot, "B", kNo, kNo, kBoth),
    row(Op::kAtLeast, "B", Use::kCount, Use::kCount, kBoth),
    row(Op::kAdd, "NN", kNo, kNo, kBoth),
    row(Op::kSubtract, "NN", kNo, kNo, kBoth),
    row(Op::kMultiply, "NN", kNo, kNo, kBoth),
    row(Op::kDivide, "NN", kNo, kNo, kBoth),
    row(Op::kMin, "NN", kNo, kNo, kBoth),
    row(Op::kMax, "NN", kNo, kNo, kBoth),
    row(Op::kSelect, "BNN", kNo, kNo, kBoth),
    row(Op::kRound, "N", kNo, kNo, kBoth),
    row(Op::kAbs, "N", kNo, kNo, kBoth),
    row(Op::kEqual, "NN", kNo, Use::kBack, kBoth),
    row(Op::kLess, "NN", kNo, Use::kBack, kBoth),
    row(Op::kLessEqual, "NN", kNo, Use::kBack, kBoth),
    row(Op::kSumNumber, "X", kNo, kNo, kBoth),
    row(Op::kSumEqual, "X", Use::kDecimal, kNo, kBoth),
    row(Op::kSumLess, "X", Use::kDecimal, kNo, kBoth),
    row(Op::kSumLessEqual, "X", Use::kDecimal, kNo, kBoth),
    row(Op::kTimeAdd, "TT", kNo, kNo, kBoth),
    row(Op::kTimeSubtract, "TT", kNo, kNo, kBoth),
    row(Op::kTimeScale, "T", Use::kTime, kNo, kBoth),
    row(Op::kTimeEqual, "TT", kNo, Use::kSlope, kBoth),
    row(Op::kTimeLess, "TT", kNo, Use::kSlope, kBoth),
    row(Op::kTimeLessEqual, "TT", kNo, Use::kSlope, kBoth),
    row(Op::kTimeExists, "T", kNo, kNo, kBoth),
    row(Op::kHour, "T", Use::kZone, Use::kSlope, kBoth),
    row(Op::kWeekday, "T", Use::kZone, Use::kSlope, kBoth),
    row(Op::kDayNumber, "T", Use::kZone, Use::kSlope, kBoth),
    row(Op::kDate, "T", Use::kZone, Use::kSlope, kBoth),
    row(Op::kAnniversary, "T", Use::kZone, Use::kSlope, kBoth),
    row(Op::kInPeriod, "T", Use::kPeriod, kNo, kBoth),
    row(Op::kNumberExists, "N", kNo, kNo, kBoth),
};

constexpr bool in_order() {
  for (size_t i = 0; i < std::size(kOps); ++i) {
    if (static_cast<size_t>(kOps[i].op) != i) return false;
    if (kOps[i].pops >= 0 && kOps[i].operands.size() != static_cast<size_t>(kOps[i].pops)) {
      return false;
    }
  }
  return std::size(kOps) == std::size(kNames);
}
static_assert(in_order(),
              "one row an op, in the order of ops.def, an operand type for each it pops");

constexpr std::string_view kUnits[] = {"days", "weeks", "months", "quarters", "years"};
static_assert(std::size(kUnits) == kCalendarUnitCount);

constexpr std::string_view kKindNames[] = {
#define CELL_KIND(id, name, grows) name,
#include "runtime/image/cells.def"
#undef CELL_KIND
};

constexpr bool kKindGrows[] = {
#define CELL_KIND(id, name, grows) grows != 0,
#include "runtime/image/cells.def"
#undef CELL_KIND
};

}  // namespace

const uint32_t kOpCount = std::size(kOps);
const uint32_t kCellKindCount = std::size(kKindNames);

const OpInfo& op_info(Op op) { return kOps[static_cast<size_t>(op)]; }

std::string_view plural_of(CalendarUnit unit) { return kUnits[static_cast<size_t>(unit)]; }

std::optional<CalendarUnit> unit_of_plural(std::string_view word) {
  for (uint32_t i = 0; i < kCalendarUnitCount; ++i) {
    if (kUnits[i] == word) return static_cast<CalendarUnit>(i);
  }
  return std::nullopt;
}

char letter(Type type) { return "BNTXSV"[static_cast<size_t>(type)]; }

std::string_view name_of(CellKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

bool grows(CellKind kind) { return kKindGrows[static_cast<size_t>(kind)]; }

Source source_of(CellKind kind) {
  switch (kind) {
    case CellKind::kSteps:
    case CellKind::kSequence:
      return Source::kSequence;
    case CellKind::kHeld:
    case CellKind::kCrossing:
      return Source::kNode;
    case CellKind::kLatch:
      return Source::kNone;
    case CellKind::kNewest:
    case CellKind::kOldest:
    case CellKind::kSeen:
    case CellKind::kTotal:
    case CellKind::kExtreme:
    case CellKind::kDays:
    case CellKind::kLog:
    case CellKind::kDistinct:
    case CellKind::kLatest:
    case CellKind::kEarliest:
    case CellKind::kSessions:
    case CellKind::kChange:
    case CellKind::kDecayed:
      break;
  }
  return Source::kStream;
}

uint32_t fixed_bytes(const CellRow& row) {
  constexpr uint32_t kWord = 8;
  constexpr uint32_t kInstant = 6;
  constexpr uint32_t kNearInstant = 4;
  constexpr uint32_t kCount = 5;
  constexpr uint32_t kTruth = 1;
  constexpr uint32_t kDay = 4;
  constexpr uint32_t kScalar = 12;
  constexpr uint32_t kSum = 16;
  constexpr uint32_t kGrowingPart = 16;
  switch (row.kind) {
    case CellKind::kNewest:
      return (is_near(row) ? kNearInstant : kInstant) * row.k;
    case CellKind::kOldest:
    case CellKind::kHeld:
    case CellKind::kSessions:
      return kInstant;
    case CellKind::kSeen:
    case CellKind::kCrossing:
      return kTruth;
    case CellKind::kTotal:
      return row.value.count == 0 ? kCount : 2 * kCount + kSum;
    case CellKind::kExtreme:
      return kWord + kTruth;
    case CellKind::kDays:
      return kDay + kWord * (row.k / 64 + 1);
    case CellKind::kLatest:
      return kScalar;
    case CellKind::kEarliest:
      return kScalar + kTruth;
    case CellKind::kLog:
    case CellKind::kDistinct:
    case CellKind::kSteps:
      return kGrowingPart;
    case CellKind::kSequence:
      return kGrowingPart + (row.k == 0 ? kWord : kInstant * (row.k - 1));
    case CellKind::kChange:
      return kInstant + 2 * kScalar;
    case CellKind::kLatch:
      return kTruth + kInstant;
    case CellKind::kDecayed:
      return 3 * kWord;
  }
  return 0;
}

}  // namespace segue::image
