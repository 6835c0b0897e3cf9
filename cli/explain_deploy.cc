#include "cli/explain_deploy.h"

#include <fmt/format.h>
#include <algorithm>
#include <vector>

#include "cli/state_text.h"
#include "cli/terminal.h"

namespace segue::cli {
namespace {

std::string warming_text(const RuleDeploy& rule) {
  if (!rule.warms) return "warms without end: it looks at all of history";
  return rule.warms->count() == 0 ? "" : "warms for " + format_length(*rule.warms);
}

std::string fate_text(const RuleDeploy& rule, bool is_segment) {
  const std::string warming = warming_text(rule);
  switch (rule.fate) {
    case RuleFate::kSame:
      return warming.empty() ? "goes on as it is" : "same rule, " + warming;
    case RuleFate::kChanged:
      return "changed, " + (warming.empty() ? "answers anew at once" : warming);
    case RuleFate::kAdded:
      return "new, " + (warming.empty() ? "answers at once" : warming);
    case RuleFate::kRemoved:
      return is_segment ? "removed, its members leave" : "removed";
  }
  return "";
}

std::string cells_text(const char* verb, const std::vector<CellInfo>& cells) {
  size_t width = 0;
  for (const CellInfo& cell : cells) width = std::max(width, cell.keeps.size());
  std::string out;
  for (const CellInfo& cell : cells) {
    out += fmt::format("  {:<6} {:<{}}  {:>4} bytes{}\n", out.empty() ? verb : "", cell.keeps,
                       width, cell.bytes, cell.grows ? " and what it grew to" : "");
  }
  return out;
}

std::string rule_text(const char* sort, const RuleDeploy& rule, bool is_segment, bool color) {
  return fmt::format("{}: {}\n", painted(color, "1", fmt::format("{} {}", sort, rule.name)),
                     fate_text(rule, is_segment)) +
         cells_text("keeps", rule.kept) + cells_text("gains", rule.gained) +
         cells_text("loses", rule.lost);
}

}  // namespace

std::string deploy_text(const DeployPlan& plan, const std::string& only, bool color) {
  std::string out;
  for (const RuleDeploy& rule : plan.segments) {
    if (only.empty() || rule.name == only) out += rule_text("segment", rule, true, color);
  }
  for (const RuleDeploy& rule : plan.scores) {
    if (only.empty() || rule.name == only) out += rule_text("score", rule, false, color);
  }
  return out + fmt::format("\ncells: {} kept, {} gained, {} lost\n", count_text(plan.kept_cells),
                           count_text(plan.gained_cells), count_text(plan.lost_cells));
}

}  // namespace segue::cli
