#include "segue/deploy.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>

#include "api/runtime/image_reads.h"
#include "api/runtime/program_state.h"
#include "api/runtime/state_size.h"
#include "api/runtime/time_points.h"
#include "runtime/base/civil.h"
#include "runtime/cells/carry.h"
#include "runtime/cells/known.h"
#include "runtime/image/meaning.h"
#include "runtime/image/op_info.h"

namespace segue {
namespace {

/// Later than all input that is taken: dates of rules lie before it.
constexpr int64_t kAfterAllMs = 130 * 366 * kDayMs;

class Planner {
 public:
  Planner(const image::View& from, const image::View& to, int64_t at_ms, bool history_starts_now)
      : from_(from),
        to_(to),
        at_ms_(at_ms),
        carry_(cells::plan_carry(from, to)),
        old_meanings_(from),
        new_meanings_(to),
        moved_(to.cells.size()),
        grown_(to.cells.size()),
        dropped_(from.cells.size()) {
    const std::vector<cells::Began> old(from.cells.size());
    began_ = cells::began_after(carry_, from, old, to, at_ms, history_starts_now);
    known_ = cells::known_from(to, began_);
    for (const cells::CarryPlan::Move& move : carry_.moves) {
      (move.whole ? moved_ : grown_)[move.to] = true;
    }
    for (const uint32_t cell : carry_.dropped) dropped_[cell] = true;
  }

  DeployPlan run() {
    DeployPlan plan;
    plan.kept_cells = carry_.moves.size();
    plan.gained_cells = carry_.fresh.size();
    plan.lost_cells = carry_.dropped.size();
    plan.segments = rules(from_.segments, to_.segments);
    plan.scores = rules(from_.scores, to_.scores);
    return plan;
  }

 private:
  /// Rows of segments, or of scores.
  template <class Row>
  std::vector<RuleDeploy> rules(std::span<const Row> old, std::span<const Row> now) {
    std::unordered_map<std::string_view, uint32_t> names;
    for (uint32_t i = 0; i < old.size(); ++i) names.emplace(from_.text(old[i].name), i);
    std::vector<bool> stays(old.size());
    std::vector<RuleDeploy> rules;
    for (const Row& row : now) {
      const auto found = names.find(to_.text(row.name));
      const bool known = found != names.end();
      if (known) stays[found->second] = true;
      rules.push_back(rule(row.node, known ? old[found->second].node : image::kNone));
      rules.back().name = to_.text(row.name);
    }
    for (uint32_t i = 0; i < old.size(); ++i) {
      if (stays[i]) continue;
      RuleDeploy& gone = rules.emplace_back();
      gone.name = from_.text(old[i].name);
      gone.fate = RuleFate::kRemoved;
      put_lost(old[i].node, gone);
    }
    return rules;
  }

  RuleDeploy rule(uint32_t node, uint32_t old_node) {
    RuleDeploy rule;
    if (old_node == image::kNone) {
      rule.fate = RuleFate::kAdded;
    } else {
      const bool same = new_meanings_.of_node(node) == old_meanings_.of_node(old_node);
      rule.fate = same ? RuleFate::kSame : RuleFate::kChanged;
      put_lost(old_node, rule);
    }
    for (const uint32_t cell : reads_of(to_, node).cells) {
      (moved_[cell] ? rule.kept : rule.gained).push_back(info(to_, cell));
      if (grown_[cell]) rule.gained.back().keeps += ", some of it kept";
    }
    const int64_t known_ms = known_.nodes[node];
    if (known_ms == kNever.ms) {
      rule.warms.reset();
    } else {
      rule.warms = Milliseconds{std::max<int64_t>(known_ms - at_ms_, 0)};
    }
    return rule;
  }

  void put_lost(uint32_t old_node, RuleDeploy& rule) const {
    for (const uint32_t cell : reads_of(from_, old_node).cells) {
      if (dropped_[cell]) rule.lost.push_back(info(from_, cell));
    }
  }

  static CellInfo info(const image::View& view, uint32_t cell) {
    const image::CellRow& row = view.cells[cell];
    return {cell_text(view, row), row.bytes, image::grows(row.kind)};
  }

  const image::View& from_;
  const image::View& to_;
  int64_t at_ms_;
  cells::CarryPlan carry_;
  image::Meanings old_meanings_, new_meanings_;
  std::vector<bool> moved_;    // by cell of the new program: with all that it asks for
  std::vector<bool> grown_;    // … with less than it asks for
  std::vector<bool> dropped_;  // by cell of the old one
  std::vector<cells::Began> began_;
  cells::Known known_;
};

}  // namespace

DeployPlan plan_deploy(const CompiledProgram& old, const CompiledProgram& next,
                       std::optional<TimePoint> at, bool history_starts_now) noexcept {
  return Planner(old.state().program->view(), next.state().program->view(),
                 at ? instant_of(*at).ms : kAfterAllMs, history_starts_now)
      .run();
}

}  // namespace segue
