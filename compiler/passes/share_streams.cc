#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>

#include "compiler/passes/passes.h"
#include "runtime/image/op_info.h"

namespace segue::passes {

namespace {

/// Text that is equal for two sequences if and only if they match the same.
std::string key_of(const plan::Sequence& sequence) {
  plan::Plan alone;
  alone.sequences.push_back(sequence);
  alone.sequences.back().name.clear();
  return plan::print(alone, "sequences");
}

/// Finds for each stream and sequence the first that has the same occurrences. What is derived
/// stands behind what it is derived from, so that one walk is enough.
class Sharing {
 public:
  explicit Sharing(plan::Plan& plan)
      : plan_(plan), streams_(plan.streams.size()), sequences_(plan.sequences.size()) {
    for (uint32_t i = 0; i < plan.cells.size(); ++i) {
      if (plan.cells[i].feeds != image::kNone) feeder_.emplace(plan.cells[i].feeds, i);
    }
  }

  void run() {
    for (uint32_t i = 0; i < streams_.size(); ++i) stream(i);
    for (uint32_t i = 0; i < sequences_.size(); ++i) sequence(i);
    std::vector<plan::StreamId> to;
    for (const auto& found : streams_) to.push_back(*found);
    plan::redirect_streams(plan_, to);
    for (plan::Cell& cell : plan_.cells) {
      if (image::source_of(cell.kind) == image::Source::kSequence) {
        cell.source = *sequences_[cell.source];
      }
    }
    drop_second_feeders();
  }

 private:
  plan::StreamId stream(uint32_t i) {
    if (streams_[i]) return *streams_[i];
    const std::string key = key_of_stream(i);
    streams_[i] = first_stream_.emplace(key, plan::StreamId{i}).first->second;
    return *streams_[i];
  }

  uint32_t sequence(uint32_t i) {
    if (!sequences_[i]) {
      plan::Sequence shared = plan_.sequences[i];
      for (plan::Sequence::Step& step : shared.steps) {
        step.stream = stream(step.stream.index);
        for (plan::StreamId& without : step.without) without = stream(without.index);
      }
      if (shared.has_absence) shared.absence = stream(shared.absence.index);
      sequences_[i] = first_sequence_.emplace(key_of(shared), i).first->second;
    }
    return *sequences_[i];
  }

  std::string key_of_stream(uint32_t i) {
    const plan::Stream& row = plan_.streams[i];
    if (row.predicate) return plan::print(*row.predicate);
    std::string key;
    for (const plan::StreamId source : row.sources) {
      key += fmt::format("union {} ", stream(source.index).index);
    }
    const auto feeder = feeder_.find(i);
    if (feeder == feeder_.end()) return key;
    // The line of the cell as text, its source shared, without the stream that it feeds.
    plan::Plan alone;
    alone.cells.push_back(plan_.cells[feeder->second]);
    plan::Cell& cell = alone.cells.back();
    cell.feeds = image::kNone;
    const image::Source source = image::source_of(cell.kind);
    if (source == image::Source::kSequence) cell.source = sequence(cell.source);
    if (source == image::Source::kStream) cell.source = stream(cell.source).index;
    return plan::print(alone, "cells");
  }

  /// Two cells that came to feed one stream are one.
  void drop_second_feeders() {
    std::map<uint32_t, uint32_t> first;
    std::vector<plan::CellId> to;
    std::vector<plan::Cell> kept;
    for (plan::Cell& cell : plan_.cells) {
      const auto next = static_cast<uint32_t>(kept.size());
      const bool feeds = cell.feeds != image::kNone;
      const auto [known, added] =
          feeds ? first.emplace(cell.feeds, next) : std::pair(first.end(), true);
      to.push_back({added ? next : known->second});
      if (added) kept.push_back(std::move(cell));
    }
    plan_.cells = std::move(kept);
    plan::redirect_cells(plan_, to);
  }

  plan::Plan& plan_;
  std::vector<std::optional<plan::StreamId>> streams_;
  std::vector<std::optional<uint32_t>> sequences_;
  std::map<uint32_t, uint32_t> feeder_;  // by stream: the cell that feeds it
  std::map<std::string, plan::StreamId> first_stream_;
  std::map<std::string, uint32_t> first_sequence_;
};

}  // namespace

// before                                          after
//   stream s0 "a" = (kind-in k2)                    stream s0 "a" = (kind-in k2)
//   stream s1 "b" = (kind-in k2)                    stream s1 "b" = (kind-in k2)
//   cell c0 = seen s0                               cell c0 = seen s0
//   cell c1 = seen s1                               cell c1 = seen s0
// The one left over is dead; `drop-dead` takes it.
void share_streams(plan::Plan& plan) { Sharing(plan).run(); }

}  // namespace segue::passes
