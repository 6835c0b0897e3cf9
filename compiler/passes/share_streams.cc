#include <map>
#include <string>

#include "compiler/passes/passes.h"

namespace segue::passes {

namespace {

/// Text that is equal for two sequences if and only if they match the same.
std::string key_of(const plan::Sequence& sequence) {
  plan::Plan alone;
  alone.sequences.push_back(sequence);
  alone.sequences.back().name.clear();
  return plan::print(alone, "sequences");
}

void share_sequences(plan::Plan& plan) {
  std::map<std::string, uint32_t> first;
  std::vector<uint32_t> to(plan.sequences.size());
  for (uint32_t i = 0; i < plan.sequences.size(); ++i) {
    to[i] = first.emplace(key_of(plan.sequences[i]), i).first->second;
  }
  for (plan::Cell& cell : plan.cells) {
    const bool of_sequence =
        cell.kind == plan::CellKind::kSteps || cell.kind == plan::CellKind::kSequence;
    if (of_sequence) cell.source = to[cell.source];
  }
}

}  // namespace

// before                                          after
//   stream s0 "a" = (kind-in k2)                    stream s0 "a" = (kind-in k2)
//   stream s1 "b" = (kind-in k2)                    stream s1 "b" = (kind-in k2)
//   cell c0 = seen s0                               cell c0 = seen s0
//   cell c1 = seen s1                               cell c1 = seen s0
// The one left over is dead; `drop-dead` takes it.
void share_streams(plan::Plan& plan) {
  std::map<std::string, plan::StreamId> first;
  std::vector<plan::StreamId> to(plan.streams.size());
  for (uint32_t i = 0; i < plan.streams.size(); ++i) {
    to[i] = {i};
    if (!plan.streams[i].predicate) continue;
    to[i] = first.emplace(plan::print(*plan.streams[i].predicate), plan::StreamId{i}).first->second;
  }
  plan::redirect_streams(plan, to);
  share_sequences(plan);
}

}  // namespace segue::passes
