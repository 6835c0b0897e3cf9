#include "runtime/interp/prepared.h"

#include <algorithm>
#include <map>

#include "runtime/base/event.h"
#include "runtime/interp/moving.h"

namespace segue {
namespace {

using image::CellKind;
using image::Op;

std::unique_ptr<RE2> compile(std::string_view expression, bool ignoring_case) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignoring_case);
  return std::make_unique<RE2>(re2::StringPiece(expression.data(), expression.size()), options);
}

void prepare_codes(Prepared& prepared) {
  const image::View& view = prepared.view;
  for (const image::OpRow& row : view.ops) {
    if (row.op == Op::kUserIn) prepared.reads_user = true;
    if (row.op != Op::kMatches) continue;
    std::unique_ptr<RE2>& regex = prepared.regexes[uint64_t{row.a} << 1 | row.b];
    if (!regex) regex = compile(view.text(row.a), row.b != 0);
  }
  prepared.texts.resize(view.texts.size());
  for (uint32_t i = 0; i < view.texts.size(); ++i) {
    prepared.texts[i].tag = ValueTag::kText;
    prepared.texts[i].text = view.text(i);
  }
}

void prepare_scores(Prepared& prepared) {
  const image::View& view = prepared.view;
  for (const image::ScoreRow& row : view.scores) {
    const auto code = view.code(view.nodes[row.node].code);
    prepared.score_moves.push_back(std::any_of(
        code.begin(), code.end(), [](const image::OpRow& op) { return interp::decays(op.op); }));
  }
}

void prepare_sets(Prepared& prepared) {
  const image::View& view = prepared.view;
  prepared.kinds = static_cast<uint32_t>(view.kinds.size());
  prepared.kind_sets.resize(view.kind_sets.size() * prepared.kinds);
  for (size_t set = 0; set < view.kind_sets.size(); ++set) {
    for (const uint32_t kind : view.list(view.kind_sets[set])) {
      prepared.kind_sets[set * prepared.kinds + kind] = 1;
    }
  }
  for (const image::Range& set : view.sets) {
    prepared.sets.emplace_back(view.members.subspan(set.first, set.count));
  }
}

void prepare_zones(Prepared& prepared) {
  const image::View& view = prepared.view;
  for (uint32_t i = 0; i < view.zones.size(); ++i) {
    prepared.zones.emplace(view.text(view.zones[i].name), i);
  }
}

void prepare_sequences(Prepared& prepared) {
  const image::View& view = prepared.view;
  prepared.cells_of_sequence.resize(view.sequences.size());
  for (uint32_t i = 0; i < view.cells.size(); ++i) {
    const image::CellRow& cell = view.cells[i];
    if (cell.kind == CellKind::kChange) prepared.change_cells.push_back(i);
    if (cell.kind != CellKind::kSteps && cell.kind != CellKind::kSequence) continue;
    prepared.cells_of_sequence[cell.source].push_back(i);
    const bool waits = view.sequences[cell.source].absence_stream != image::kNone;
    std::vector<uint32_t>& waiting = prepared.waiting_sequences;
    if (cell.kind == CellKind::kSequence && waits) waiting.push_back(cell.source);
  }
  std::sort(prepared.waiting_sequences.begin(), prepared.waiting_sequences.end());
  for (const image::SequenceRow& row : view.sequences) {
    prepared.levels = std::max(prepared.levels, row.level + 1);
  }
}

void prepare_chunks(Prepared& prepared) {
  const image::View& view = prepared.view;
  std::vector<std::map<uint32_t, uint64_t>> words(view.chunks.size());  // word to bits, a chunk
  std::vector<uint32_t> chunk_of(view.nodes.size());
  for (uint32_t i = 0; i < view.chunks.size(); ++i) {
    prepared.all_chunks.push_back(i);
    if (view.chunks[i].timed != 0) prepared.timed_chunks.push_back(i);
    for (uint32_t n = 0; n < view.chunks[i].node_count; ++n) {
      chunk_of[view.chunks[i].first_node + n] = i;
    }
  }
  prepared.crossings_of_chunk.resize(view.chunks.size());
  for (uint32_t i = 0; i < view.cells.size(); ++i) {
    if (view.cells[i].kind != CellKind::kCrossing) continue;
    prepared.crossings_of_chunk[chunk_of[view.cells[i].source]].push_back(i);
  }
  for (const image::ChunkRow& row : view.chunks) {
    prepared.levels = std::max(prepared.levels, row.level + 1);
  }
  std::vector<std::vector<uint32_t>> segments_at(size_t{view.layout[0].truth_words} * 64);
  for (uint32_t i = 0; i < view.segments.size(); ++i) {
    const uint32_t node = view.segments[i].node;
    const uint32_t place = view.nodes[node].place;
    words[chunk_of[node]][place / 64] |= uint64_t{1} << (place % 64);
    segments_at[place].push_back(i);
  }
  // Places are unique to nodes, but segments may share a node.
  for (const std::vector<uint32_t>& segments : segments_at) {
    prepared.places.push_back(static_cast<uint32_t>(prepared.segment_places.size()));
    prepared.segment_places.insert(prepared.segment_places.end(), segments.begin(), segments.end());
  }
  prepared.places.push_back(static_cast<uint32_t>(prepared.segment_places.size()));
  for (const auto& chunk_words : words) {
    prepared.chunk_watches.push_back({static_cast<uint32_t>(prepared.watches.size()),
                                      static_cast<uint32_t>(chunk_words.size())});
    for (const auto& [word, mask] : chunk_words) prepared.watches.push_back({word, mask});
  }
}

/// What the chunks of a list watch, each word once.
image::Range watches_of(Prepared& prepared, std::span<const uint32_t> chunks) {
  std::map<uint32_t, uint64_t> words;
  for (const uint32_t chunk : chunks) {
    for (const Prepared::Watched& at : prepared.watched_by(chunk)) words[at.word] |= at.mask;
  }
  const image::Range range{static_cast<uint32_t>(prepared.watches.size()),
                           static_cast<uint32_t>(words.size())};
  for (const auto& [word, mask] : words) prepared.watches.push_back({word, mask});
  return range;
}

void prepare_instants(Prepared& prepared) {
  for (const image::KindRow& kind : prepared.view.kinds) {
    prepared.kind_watches.push_back(watches_of(prepared, prepared.view.list(kind.chunks)));
  }
  prepared.timed_watches = watches_of(prepared, prepared.timed_chunks);
  prepared.all_watches = watches_of(prepared, prepared.all_chunks);
}

}  // namespace

Prepared::Prepared(const image::View& image_view, uint64_t image_identity)
    : view(image_view),
      identity(image_identity),
      parts(image_view),
      near(cells::near_runs(image_view)) {
  prepare_codes(*this);
  prepare_scores(*this);
  prepare_sets(*this);
  prepare_zones(*this);
  prepare_sequences(*this);
  prepare_chunks(*this);
  prepare_instants(*this);
  if (view.layout[0].deadlines_at != image::kNone) {
    tracking.emplace(view);
    bands.emplace(view);
  }
  first.emplace(*this);
}

}  // namespace segue
