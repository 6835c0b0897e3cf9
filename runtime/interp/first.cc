#include "runtime/interp/first.h"

#include <algorithm>
#include <span>
#include <utility>

#include "runtime/cells/deadlines.h"
#include "runtime/cells/kinds.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/chunks.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/prepared.h"

namespace segue::interp {
namespace {

using image::Op;
using image::OpRow;

/// Whether the op, of operands that hang on nothing but empty cells, is such a value too, and has
/// no deadline. Says nothing of the nodes and anchors it names.
bool stays(Op op) {
  switch (op) {
    case Op::kConstTruth:
    case Op::kConstNumber:
    case Op::kConstTime:
    case Op::kConstScalar:
    case Op::kNodeTruth:
    case Op::kNodeNumber:
    case Op::kNthWithin:
    case Op::kNewestCount:
    case Op::kNewestTime:
    case Op::kOldestTime:
    case Op::kSeen:
    case Op::kTotalCount:
    case Op::kTotalSum:
    case Op::kTotalAvg:
    case Op::kExtreme:
    case Op::kDaysCount:
    case Op::kDaysStreak:
    case Op::kLogCount:
    case Op::kLogSum:
    case Op::kLogAvg:
    case Op::kLogMin:
    case Op::kLogMax:
    case Op::kLogDistinct:
    case Op::kLogFirst:
    case Op::kLogLast:
    case Op::kLogCommon:
    case Op::kLogDays:
    case Op::kLogStreak:
    case Op::kStepsCount:
    case Op::kStepsDays:
    case Op::kStepsFirst:
    case Op::kStepsLast:
    case Op::kDistinctCount:
    case Op::kValue:
    case Op::kEqualScalars:
    case Op::kInScalars:
    case Op::kScalarExists:
    case Op::kScalarTrue:
    case Op::kScalarNumber:
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kAtLeast:
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kMin:
    case Op::kMax:
    case Op::kSelect:
    case Op::kAbs:
    case Op::kEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kSumNumber:
    case Op::kSumEqual:
    case Op::kSumLess:
    case Op::kSumLessEqual:
    case Op::kTimeEqual:
    case Op::kTimeLess:
    case Op::kTimeLessEqual:
    case Op::kTimeExists:
    case Op::kNumberExists:
      return true;
    default:
      return false;
  }
}

/// `now - the time of an empty cell`: missing, whenever it is asked.
bool is_age(std::span<const OpRow> code) {
  return code.size() >= 3 && code[0].op == Op::kNow &&
         (code[1].op == Op::kNewestTime || code[1].op == Op::kOldestTime) &&
         code[2].op == Op::kTimeSubtract;
}

class Finder {
 public:
  explicit Finder(const Prepared& prepared)
      : prepared_(prepared), view_(prepared.view), still_(prepared.view.nodes.size()) {}

  /// Chunks are asked in their order.
  bool stands_still(uint32_t chunk) {
    const image::ChunkRow& row = view_.chunks[chunk];
    bool still = prepared_.crossings_of_chunk[chunk].empty();
    for (uint32_t i = row.first_node; i < row.first_node + row.node_count; ++i) {
      still_[i] = true;  // for those behind it in the chunk
      still =
          still && view_.nodes[i].held.count == 0 && code_stays(view_.code(view_.nodes[i].code));
    }
    std::fill_n(still_.begin() + row.first_node, row.node_count, still);
    return still;
  }

 private:
  bool code_stays(std::span<const OpRow> code) const {
    for (; !code.empty(); code = code.subspan(1)) {
      if (is_age(code)) {
        code = code.subspan(2);
        continue;
      }
      const OpRow& row = code[0];
      if (!stays(row.op)) return false;
      const image::OpInfo& info = image::op_info(row.op);
      for (const auto& [use, index] : {std::pair{info.a, row.a}, std::pair{info.b, row.b}}) {
        const bool is_node = use == image::Use::kNode || use == image::Use::kNumberNode;
        if (is_node && !still_[index]) return false;
        if (use != image::Use::kWindow) continue;
        if (view_.windows[index].kind == image::WindowRow::Kind::kAnchored) return false;
      }
    }
    return true;
  }

  const Prepared& prepared_;
  const image::View& view_;
  std::vector<bool> still_;  // by node
};

}  // namespace

First::First(const Prepared& prepared) {
  const image::View& view = prepared.view;
  const image::Layout& layout = view.layout[0];
  Blob blob;
  blob.create(layout, prepared.identity);
  for (const image::CellRow& row : view.cells) cells::init(row, blob.data() + row.offset);
  if (prepared.tracking) {
    cells::deadlines_init(blob.data() + layout.deadlines_at, prepared.tracking->slots());
    Frame frame;
    frame.blob = blob.data();
    frame.view = &view;
    frame.owner = &blob;
    frame.prepared = &prepared;
    frame.tracking = &*prepared.tracking;
    Finder finder(prepared);
    for (uint32_t chunk = 0; chunk < view.chunks.size(); ++chunk) {
      if (finder.stands_still(chunk)) {
        run_chunk(frame, chunk);
        continue;
      }
      if (moving.empty() || moving.back().word != chunk / 64) moving.push_back({chunk / 64, 0});
      moving.back().mask |= uint64_t{1} << (chunk % 64);
    }
  }
  state.assign(blob.data() + sizeof(BlobHeader), blob.data() + layout.fixed_bytes);
}

}  // namespace segue::interp
