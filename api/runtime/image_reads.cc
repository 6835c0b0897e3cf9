#include "api/runtime/image_reads.h"

#include <algorithm>
#include <utility>

#include "runtime/image/op_info.h"

namespace segue {
namespace {

/// Follows references until nothing new is found; an explicit list of what is left to look at,
/// since chains of nodes can be as long as a rule file.
class Reader {
 public:
  explicit Reader(const image::View& view)
      : view_(view),
        nodes_(view.nodes.size()),
        cells_(view.cells.size()),
        streams_(view.streams.size()) {}

  NodeReads run(uint32_t node) {
    reach_node(node);
    while (!open_.empty()) {
      const image::Range code = open_.back();
      open_.pop_back();
      for (const image::OpRow& row : view_.code(code)) {
        const image::OpInfo& info = image::op_info(row.op);
        follow(info.a, row.a);
        follow(info.b, row.b);
      }
    }
    std::sort(found_.nodes.begin(), found_.nodes.end());
    std::sort(found_.cells.begin(), found_.cells.end());
    std::sort(found_.streams.begin(), found_.streams.end());
    return std::move(found_);
  }

 private:
  void follow(image::Use use, uint32_t index) {
    if (use == image::Use::kCell) reach_cell(index);
    if (use == image::Use::kNode || use == image::Use::kNumberNode) reach_node(index);
    if (use == image::Use::kZone) reach_zone(index);
    if (use == image::Use::kPeriod) reach_zone(view_.periods[index].zone);
  }

  /// The user's own is a trait, if the image keeps it; else it is UTC.
  void reach_zone(uint32_t zone) {
    const uint32_t cell = view_.layout[0].zone_cell;
    if (zone == image::kUserZone && cell != image::kNone) reach_cell(cell);
  }

  void reach_node(uint32_t index) {
    if (nodes_[index]) return;
    nodes_[index] = true;
    found_.nodes.push_back(index);
    open_.push_back(view_.nodes[index].code);
  }

  void reach_cell(uint32_t index) {
    if (cells_[index]) return;
    cells_[index] = true;
    found_.cells.push_back(index);
    const image::CellRow& cell = view_.cells[index];
    reach_zone(cell.zone);
    if (cell.value.count > 0) open_.push_back(cell.value);
    switch (image::source_of(cell.kind)) {
      case image::Source::kNode:
        reach_node(cell.source);
        break;
      case image::Source::kSequence:
        reach_sequence(cell.source);
        break;
      case image::Source::kStream:
        reach_stream(cell.source);
        break;
      case image::Source::kNone:
        break;
    }
  }

  void reach_sequence(uint32_t index) {
    const image::SequenceRow& sequence = view_.sequences[index];
    for (uint32_t i = 0; i < sequence.steps.count; ++i) {
      const image::StepRow& step = view_.steps[sequence.steps.first + i];
      reach_stream(step.stream);
      for (const uint32_t stream : view_.list(step.without)) reach_stream(stream);
    }
    if (sequence.absence_stream != image::kNone) reach_stream(sequence.absence_stream);
  }

  void reach_stream(uint32_t index) {
    if (streams_[index]) return;
    streams_[index] = true;
    found_.streams.push_back(index);
    if (view_.streams[index].predicate.count > 0) {
      open_.push_back(view_.streams[index].predicate);
      return;
    }
    for (uint32_t i = 0; i < view_.cells.size(); ++i) {
      const image::CellRow& cell = view_.cells[i];
      const bool matches = cell.kind == image::CellKind::kSequence &&
                           view_.sequences[cell.source].derived_stream == index;
      if (matches || cell.feeds == index) reach_cell(i);
    }
    for (uint32_t i = 0; i < view_.streams.size(); ++i) {
      const auto unions = view_.list(view_.streams[i].unions);
      if (std::binary_search(unions.begin(), unions.end(), index)) reach_stream(i);
    }
  }

  const image::View& view_;
  std::vector<bool> nodes_;
  std::vector<bool> cells_;
  std::vector<bool> streams_;
  NodeReads found_;
  std::vector<image::Range> open_;
};

}  // namespace

NodeReads reads_of(const image::View& view, uint32_t node) { return Reader(view).run(node); }

}  // namespace segue
