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

int arity_of(Op op) { return kRows[static_cast<size_t>(op)].arity; }

}  // namespace segue::hir
