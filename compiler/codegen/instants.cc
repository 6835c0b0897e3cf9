#include "compiler/codegen/instants.h"

#include <algorithm>
#include <set>

#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/prepared.h"
#include "runtime/interp/sequences.h"

namespace segue::codegen {
namespace {

/// Conditions of one such function; more are evaluated chunk by chunk.
constexpr uint32_t kNodesMax = image::kChunkNodesMax;
constexpr uint32_t kStreamsMax = 64;

/// What occurrences of streams lead to, other streams and sequences.
class Reached {
 public:
  explicit Reached(const Program& program) : program_(program), view_(program.view()) {}

  /// Follows an occurrence that the function sees itself.
  void add_base(uint32_t stream) {
    for (const uint32_t sequence : view_.list(view_.streams[stream].sequences)) {
      by_base_.insert(sequence);
    }
    follow(stream);
  }

  /// Follows an occurrence that comes about by the way.
  void add_derived(uint32_t stream) {
    by_hits_ = by_hits_ || view_.streams[stream].sequences.count != 0;
    follow(stream);
  }

  /// Follows a sequence that waits.
  void add_waiting(uint32_t sequence) {
    by_base_.insert(sequence);
    follow_sequence(sequence);
    go_on();
  }

  /// None if something lies on a higher level.
  std::optional<Instant> finish(std::span<const uint32_t> chunks) const {
    if (climbs_) return {};
    Instant instant{.chunks = chunks, .by_hits = by_hits_, .has_unions = has_unions_};
    for (const uint32_t sequence : by_base_) {
      instant.by_hits = instant.by_hits || !interp::is_plain(program_.prepared(), sequence);
    }
    if (!instant.by_hits) instant.sequences.assign(by_base_.begin(), by_base_.end());
    return instant;
  }

 private:
  void follow(uint32_t stream) {
    open_.push_back(stream);
    go_on();
  }

  void go_on() {
    while (!open_.empty()) {
      const uint32_t stream = open_.back();
      open_.pop_back();
      if (!seen_.insert(stream).second) continue;
      const image::StreamRow& row = view_.streams[stream];
      for (const uint32_t sequence : view_.list(row.sequences)) follow_sequence(sequence);
      has_unions_ = has_unions_ || row.unions.count != 0;
      for (const uint32_t all : view_.list(row.unions)) follow_derived(all);
      for (const uint32_t cell : view_.list(row.cells)) follow_derived(view_.cells[cell].feeds);
    }
  }

  void follow_sequence(uint32_t sequence) {
    const image::SequenceRow& row = view_.sequences[sequence];
    climbs_ = climbs_ || row.level != 0;
    follow_derived(row.derived_stream);
  }

  void follow_derived(uint32_t stream) {
    if (stream == image::kNone) return;
    by_hits_ = by_hits_ || view_.streams[stream].sequences.count != 0;
    open_.push_back(stream);
  }

  const Program& program_;
  const image::View& view_;
  std::vector<uint32_t> open_;
  std::set<uint32_t> seen_;
  std::set<uint32_t> by_base_;
  bool by_hits_ = false;
  bool has_unions_ = false;
  bool climbs_ = false;
};

uint32_t nodes_of(const image::View& view, std::span<const uint32_t> chunks) {
  uint32_t nodes = 0;
  for (const uint32_t chunk : chunks) nodes += view.chunks[chunk].node_count;
  return nodes;
}

bool can_evaluate(const Program& program, std::span<const uint32_t> chunks) {
  const image::View& view = program.view();
  // What a tracked program looks at is not known before.
  if (program.prepared().tracking) return false;
  return chunks.size() <= kNodesMax && nodes_of(view, chunks) <= kNodesMax &&
         std::none_of(chunks.begin(), chunks.end(), [&](uint32_t chunk) {
           return view.chunks[chunk].level != 0 || is_interpreted(view, view.chunks[chunk]) ||
                  !program.prepared().crossings_of_chunk[chunk].empty();
         });
}

}  // namespace

std::optional<Instant> instant_of(const Program& program, KindId kind) {
  const image::View& view = program.view();
  const std::span<const uint32_t> chunks = view.list(view.kinds[kind.index].chunks);
  // The user's zone comes before all else.
  const bool moves_zone = kind == kIdentifyKind && view.layout[0].zone_stream != image::kNone;
  if (moves_zone || !can_evaluate(program, chunks)) return {};
  Reached reached(program);
  for (const uint32_t stream : view.list(view.kinds[kind.index].streams)) reached.add_base(stream);
  const std::vector<uint32_t>& changes = program.prepared().change_cells;
  for (const uint32_t cell : changes) reached.add_derived(view.cells[cell].feeds);
  std::optional<Instant> instant = reached.finish(chunks);
  if (instant) instant->feeds_changes = !changes.empty();
  return instant;
}

std::optional<Instant> instant_of_time(const Program& program) {
  const Prepared& prepared = program.prepared();
  if (prepared.timed_chunks.empty() && prepared.waiting_sequences.empty()) return {};
  if (!can_evaluate(program, prepared.timed_chunks)) return {};
  Reached reached(program);
  for (const uint32_t sequence : prepared.waiting_sequences) reached.add_waiting(sequence);
  return reached.finish(prepared.timed_chunks);
}

std::vector<uint32_t> kinds_with_instants(const Program& program) {
  const image::View& view = program.view();
  std::vector<uint32_t> kinds;
  if (view.streams.empty()) return kinds;
  uint64_t room = 512 + view.nodes.size() / 2;
  for (uint32_t kind = 0; kind < view.kinds.size(); ++kind) {
    if (view.kinds[kind].streams.count > kStreamsMax) continue;
    const uint32_t nodes = nodes_of(view, view.list(view.kinds[kind].chunks));
    if (nodes > room || !instant_of(program, KindId{kind})) continue;
    room -= nodes;
    kinds.push_back(kind);
  }
  return kinds;
}

bool is_interpreted(const image::View& view, const image::ChunkRow& chunk) {
  const auto nodes = view.nodes.subspan(chunk.first_node, chunk.node_count);
  return std::any_of(nodes.begin(), nodes.end(), [&](const image::NodeRow& node) {
    const auto code = view.code(node.code);
    return std::any_of(code.begin(), code.end(), [](const image::OpRow& row) {
      return row.op == image::Op::kLatch ||
             (image::op_info(row.op).b == image::Use::kBack && row.b != 0);
    });
  });
}

}  // namespace segue::codegen
