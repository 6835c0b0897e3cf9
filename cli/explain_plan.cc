#include "cli/explain_plan.h"

#include <fmt/format.h>
#include <algorithm>

#include "cli/state_text.h"
#include "cli/terminal.h"

namespace segue::cli {
namespace {

constexpr size_t kNameColumns = 10;

std::string row(std::string_view name, const std::string& text) {
  return fmt::format("  {:<{}} {}\n", name, kNameColumns, text);
}

std::string indented_lines(const std::string& text) {
  std::string out;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out += "  " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string cells_text(const RuleInfo& rule) {
  size_t width = 0;
  for (const CellInfo& cell : rule.cells) width = std::max(width, cell.keeps.size());
  std::string out;
  for (const CellInfo& cell : rule.cells) {
    const std::string text = fmt::format("{:<{}}  {:>4} bytes{}", cell.keeps, width, cell.bytes,
                                         cell.grows ? " and what it grows to" : "");
    out += row(out.empty() ? "keeps" : "", text);
  }
  return out;
}

/// What an engine does not know of a user who was joined with another.
std::string alias_text(const RuleInfo& rule) {
  std::string text;
  for (const CellInfo& cell : rule.cells) {
    if (!cell.joins) text += (text.empty() ? "not joined exactly: " : ", ") + cell.keeps;
  }
  return text.empty() ? text : row("aliases", text);
}

std::string cost_text(const RuleInfo& rule) {
  std::string text;
  if (rule.every_event) {
    text = "looked at on every event";
  } else {
    constexpr size_t kShown = 6;
    for (size_t i = 0; i < rule.events.size() && i < kShown; ++i) {
      text += (i == 0 ? "looked at on " : ", ") + rule.events[i];
    }
    if (rule.events.size() > kShown)
      text += fmt::format(" and {} more", rule.events.size() - kShown);
  }
  if (!rule.timed) return text.empty() ? "never changes" : text;
  return text + (text.empty() ? "looked at by a timer" : ", and by a timer");
}

std::string rule_text(const char* sort, const RuleInfo& rule, bool color) {
  std::string out = painted(color, "1", fmt::format("{} {}", sort, rule.name));
  if (!rule.label.empty()) out += fmt::format(" \"{}\"", rule.label);
  out += "\n" + indented_lines(rule.documentation);
  for (const auto& [name, text] : rule.metadata) out += row(name, text);
  out += cells_text(rule);
  out += row("state", bytes_text(rule.state));
  for (const std::string& growth : rule.state.growth) out += row("", "grows: " + growth);
  return out + row("cost", cost_text(rule)) + alias_text(rule) + "\n";
}

}  // namespace

std::string plan_text(const CompiledProgram& program, const std::string& only, bool color) {
  std::string out;
  for (const RuleInfo& rule : program.segments()) {
    if (only.empty() || rule.name == only) out += rule_text("segment", rule, color);
  }
  for (const RuleInfo& rule : program.scores()) {
    if (only.empty() || rule.name == only) out += rule_text("score", rule, color);
  }
  const ProgramCounts& counts = program.counts();
  out += fmt::format("{} streams, {} cells, {} conditions in {} shapes\n",
                     count_text(counts.streams + counts.sequences), count_text(counts.cells),
                     count_text(counts.conditions), count_text(counts.shapes));
  return out + bytes_text(program.user_state()) + "\n";
}

}  // namespace segue::cli
