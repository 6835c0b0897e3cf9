#include "segue/program.h"

#include <fmt/format.h>
#include <algorithm>

#include "api/findings_state.h"
#include "api/image_reads.h"
#include "api/program_state.h"
#include "api/state_size.h"
#include "runtime/base/check.h"
#include "runtime/image/op_info.h"

namespace segue {
namespace {

std::string kind_text(const image::View& view, uint32_t kind) {
  if (kind == kIdentifyKind.index) return "identify";
  return fmt::format("\"{}\"", view.text(view.kinds[kind].name));
}

/// By stream: the kinds of event that can match it, ascending.
using KindsOfStreams = std::vector<std::vector<uint32_t>>;

KindsOfStreams kinds_of_streams(const image::View& view) {
  KindsOfStreams kinds(view.streams.size());
  for (uint32_t kind = 0; kind < view.kinds.size(); ++kind) {
    for (const uint32_t stream : view.list(view.kinds[kind].streams)) kinds[stream].push_back(kind);
  }
  return kinds;
}

/// Which events can change a node is what the image's triggers say of the chunk it lies in; of a
/// chunk of 64 nodes that is too much, so it is found from the streams.
void describe_triggers(const image::View& view, const KindsOfStreams& kinds_of,
                       const NodeReads& reads, RuleInfo& info) {
  std::vector<uint32_t> kinds;
  for (const uint32_t stream : reads.streams) {
    kinds.insert(kinds.end(), kinds_of[stream].begin(), kinds_of[stream].end());
  }
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  for (const uint32_t kind : kinds) {
    if (kind == kOtherKind.index) {
      info.every_event = true;
    } else {
      info.events.push_back(kind_text(view, kind));
    }
  }
  std::sort(info.events.begin(), info.events.end());
  info.timed = std::any_of(reads.nodes.begin(), reads.nodes.end(),
                           [&](uint32_t node) { return view.nodes[node].timed != 0; });
}

RuleInfo describe(const image::View& view, const KindsOfStreams& kinds_of, uint32_t node,
                  const plan::Segment& rule, const TextRange& at) {
  RuleInfo info;
  info.name = rule.name;
  info.label = rule.label;
  info.documentation = rule.doc;
  info.metadata = rule.metadata;
  info.path = at.path;
  info.line = at.line;

  const NodeReads reads = reads_of(view, node);
  info.state = state_size(view, reads.cells, reads.nodes);
  for (const uint32_t index : reads.cells) {
    const image::CellRow& cell = view.cells[index];
    info.cells.push_back({cell_text(view, cell), cell.bytes, image::grows(cell.kind)});
  }
  describe_triggers(view, kinds_of, reads, info);
  return info;
}

/// `rules` are the segments or the scores of the HIR, or none.
template <class Row, class Rule>
std::vector<RuleInfo> describe_all(const image::View& view, std::span<const Row> rows,
                                   std::span<const plan::Segment> plan_rules,
                                   std::span<const Rule> rules, const SourceManager& sources) {
  SEGUE_CHECK(rows.size() == plan_rules.size(), "an image has the rules of its plan");
  const KindsOfStreams kinds_of = kinds_of_streams(view);
  std::vector<RuleInfo> list;
  for (size_t i = 0; i < rows.size(); ++i) {
    const TextRange at = i < rules.size() ? range_of(sources, rules[i].span) : TextRange{};
    list.push_back(describe(view, kinds_of, rows[i].node, plan_rules[i], at));
  }
  return list;
}

}  // namespace

std::shared_ptr<const CompiledProgram> describe_program(image::Image image, size_t shapes,
                                                        const plan::Plan& plan,
                                                        const hir::Rules& rules,
                                                        const SourceManager& sources) {
  auto state = std::make_unique<CompiledProgram::State>();
  const image::View& view = image.view();
  state->segments = describe_all(view, view.segments, std::span(plan.segments),
                                 std::span(rules.segments), sources);
  state->scores =
      describe_all(view, view.scores, std::span(plan.scores), std::span(rules.scores), sources);
  state->user_state = state_size(view);
  state->counts = {.segments = view.segments.size(),
                   .scores = view.scores.size(),
                   .event_kinds = view.kinds.size() - kFirstNamedKind,
                   .streams = view.streams.size(),
                   .sequences = view.sequences.size(),
                   .cells = view.cells.size(),
                   .conditions = view.nodes.size(),
                   .shapes = shapes,
                   .image_bytes = image.bytes().size()};
  state->program = std::make_shared<Program>(std::move(image));
  return std::make_shared<CompiledProgram>(std::move(state));
}

CompiledProgram::CompiledProgram(std::unique_ptr<State> state) noexcept
    : state_(std::move(state)) {}

CompiledProgram::~CompiledProgram() = default;

std::span<const RuleInfo> CompiledProgram::segments() const noexcept { return state_->segments; }

std::span<const RuleInfo> CompiledProgram::scores() const noexcept { return state_->scores; }

const ProgramCounts& CompiledProgram::counts() const noexcept { return state_->counts; }

const StateSize& CompiledProgram::user_state() const noexcept { return state_->user_state; }

}  // namespace segue
