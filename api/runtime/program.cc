#include "segue/program.h"

#include <fmt/format.h>
#include <algorithm>

#include "api/runtime/image_reads.h"
#include "api/runtime/outcomes.h"
#include "api/runtime/program_state.h"
#include "api/runtime/state_size.h"
#include "runtime/cells/merge.h"
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

std::string text_or_empty(const image::View& view, uint32_t text) {
  return text == image::kNone ? std::string() : std::string(view.text(text));
}

/// `rule` is the row of a segment or of a score.
template <class Row>
RuleInfo describe(const image::View& view, const KindsOfStreams& kinds_of,
                  const cells::Exactness& joined, const Row& rule) {
  RuleInfo info;
  info.name = view.text(rule.name);
  info.label = text_or_empty(view, rule.label);
  info.documentation = text_or_empty(view, rule.doc);
  const std::span<const uint32_t> metadata = view.list(rule.metadata);
  for (size_t i = 0; i + 1 < metadata.size(); i += 2) {
    info.metadata.emplace_back(view.text(metadata[i]), view.text(metadata[i + 1]));
  }

  const NodeReads reads = reads_of(view, rule.node);
  info.state = state_size(view, reads.cells, reads.nodes);
  for (const uint32_t index : reads.cells) {
    const image::CellRow& cell = view.cells[index];
    info.cells.push_back(
        {cell_text(view, cell), cell.bytes, image::grows(cell.kind), joined.cell(index)});
  }
  describe_triggers(view, kinds_of, reads, info);
  return info;
}

std::optional<uint32_t> index_of(const std::vector<RuleInfo>& rules, std::string_view name) {
  for (uint32_t i = 0; i < rules.size(); ++i) {
    if (rules[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<CompiledProgram::State> describe_image(image::Image image) {
  auto state = std::make_unique<CompiledProgram::State>();
  const image::View& view = image.view();
  const KindsOfStreams kinds_of = kinds_of_streams(view);
  const cells::Exactness joined(view);
  for (const auto& row : view.segments) {
    state->segments.push_back(describe(view, kinds_of, joined, row));
  }
  for (const auto& row : view.scores) {
    state->scores.push_back(describe(view, kinds_of, joined, row));
  }
  state->user_state = state_size(view);
  state->counts = {.segments = view.segments.size(),
                   .scores = view.scores.size(),
                   .event_kinds = view.kinds.size() - kFirstNamedKind,
                   .streams = view.streams.size(),
                   .sequences = view.sequences.size(),
                   .cells = view.cells.size(),
                   .conditions = view.nodes.size(),
                   .image_bytes = image.bytes().size()};
  state->program = std::make_shared<Program>(std::move(image));
  return state;
}

Outcome open_program(std::span<const std::byte> image,
                     std::shared_ptr<const CompiledProgram>& into) noexcept {
  auto opened = image::Image::open({image.begin(), image.end()});
  if (!opened) return outcome_of(opened.error());
  into = std::make_shared<CompiledProgram>(describe_image(std::move(opened).value()));
  return {};
}

CompiledProgram::CompiledProgram(std::unique_ptr<State> state) noexcept
    : state_(std::move(state)) {}

CompiledProgram::~CompiledProgram() = default;

std::span<const RuleInfo> CompiledProgram::segments() const noexcept { return state_->segments; }

std::span<const RuleInfo> CompiledProgram::scores() const noexcept { return state_->scores; }

const ProgramCounts& CompiledProgram::counts() const noexcept { return state_->counts; }

const StateSize& CompiledProgram::user_state() const noexcept { return state_->user_state; }

std::span<const std::byte> CompiledProgram::image() const noexcept {
  return state_->program->image().bytes();
}

uint64_t CompiledProgram::identity() const noexcept { return state_->program->image().identity(); }

std::optional<uint32_t> CompiledProgram::segment(std::string_view name) const noexcept {
  return index_of(state_->segments, name);
}

std::optional<uint32_t> CompiledProgram::score(std::string_view name) const noexcept {
  return index_of(state_->scores, name);
}

}  // namespace segue
