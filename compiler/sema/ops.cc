#include "compiler/sema/ops.h"

namespace segue::hir {

namespace {

struct Row {
  std::string_view name;
  int arity;
};

constexpr Row kRows[] = {
#define HIR_OP(id, name, children) {name, children},
#include "compiler/sema/hir_ops.def"
#undef HIR_OP
};

}  // namespace

std::string_view name_of(Op op) { return kRows[static_cast<size_t>(op)].name; }

std::string_view name_of(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kSum:
      return "sum";
    case Aggregate::kAvg:
      return "avg";
    case Aggregate::kMin:
      return "min";
    case Aggregate::kMax:
      return "max";
    case Aggregate::kDistinct:
      return "distinct";
    case Aggregate::kFirst:
      return "first";
    case Aggregate::kLast:
      return "last";
    case Aggregate::kPercentile:
      return "percentile";
    case Aggregate::kMostCommon:
      return "most_common";
  }
  return {};
}

bool is_condition(Op op) {
  switch (op) {
    case Op::kMember:
    case Op::kUserIn:
    case Op::kHeld:
    case Op::kLatched:
    case Op::kEventIs:
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kAtLeast:
    case Op::kEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kIsTrue:
    case Op::kExists:
    case Op::kInSet:
    case Op::kHasAny:
    case Op::kHasAll:
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
    case Op::kMatches:
    case Op::kAnyItem:
    case Op::kInPeriod:
      return true;
    default:
      return false;
  }
}

bool names_stream(Op op) {
  return op == Op::kCount || op == Op::kAggregate || op == Op::kDays || op == Op::kStreak ||
         op == Op::kTimeOf || op == Op::kDecayed;
}

bool names_zone(const Expr& expr) {
  switch (expr.op) {
    case Op::kDays:
    case Op::kStreak:
    case Op::kToInstant:
    case Op::kInPeriod:
    case Op::kHour:
    case Op::kWeekday:
    case Op::kDayNumber:
    case Op::kDate:
    case Op::kAnniversary:
      return true;
    case Op::kCount:
    case Op::kAggregate:
      return expr.window.kind == Window::Kind::kCalendar;
    default:
      return false;
  }
}

bool keeps_values(Aggregate aggregate) {
  return aggregate == Aggregate::kDistinct || aggregate == Aggregate::kPercentile ||
         aggregate == Aggregate::kMostCommon;
}

std::string_view name_of(CalendarUnit unit) {
  switch (unit) {
    case CalendarUnit::kDay:
      return "day";
    case CalendarUnit::kWeek:
      return "week";
    case CalendarUnit::kMonth:
      return "month";
    case CalendarUnit::kQuarter:
      return "quarter";
    case CalendarUnit::kYear:
      return "year";
  }
  return {};
}

int arity_of(Op op) { return kRows[static_cast<size_t>(op)].arity; }

std::vector<StreamId> streams_of(const Stream& stream) {
  std::vector<StreamId> found;
  for (const Stream::Step& step : stream.steps) {
    found.push_back(step.stream);
    found.insert(found.end(), step.without.begin(), step.without.end());
  }
  if (stream.absence) found.push_back(stream.absence->stream);
  found.insert(found.end(), stream.sources.begin(), stream.sources.end());
  return found;
}

}  // namespace segue::hir
