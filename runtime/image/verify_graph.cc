#include <algorithm>
#include <vector>

#include "runtime/image/limits.h"
#include "runtime/image/verify.h"

/// Slots, kinds, streams, sequences, nodes, chunks, segments: who names whom, and in which order.
namespace segue::image {
namespace {

Status verify_slot(const View& view, const SlotRow& row) {
  if (row.is_trait > 1) return corrupt("neither a property nor a trait");
  if (row.path.count == 0 || !inside(row.path, view.indices.size())) return corrupt("no path");
  for (const uint32_t text : view.list(row.path)) {
    if (text >= view.texts.size()) return corrupt("text {} of {}", text, view.texts.size());
  }
  return {};
}

Status verify_kind(const View& view, uint32_t kind) {
  const KindRow& row = view.kinds[kind];
  SEGUE_TRY_STATUS(verify_list(view, row.slots, view.slots.size(), "slot"));
  SEGUE_TRY_STATUS(verify_list(view, row.streams, view.streams.size(), "stream"));
  SEGUE_TRY_STATUS(verify_list(view, row.chunks, view.chunks.size(), "chunk"));
  const bool identify = kind == kIdentifyKind.index;
  for (const uint32_t slot : view.list(row.slots)) {
    if ((view.slots[slot].is_trait != 0) != identify) {
      return corrupt("slot {}: traits come with identify calls and nothing else does", slot);
    }
  }
  for (const uint32_t stream : view.list(row.streams)) {
    if (view.streams[stream].predicate.count == 0) {
      return corrupt("stream {}: no event can match it", stream);
    }
  }
  const bool named = kind >= kFirstNamedKind;
  if (named != (row.name != kNone)) return corrupt("a name it must not have, or none");
  if (!named) return {};
  if (row.name >= view.texts.size()) return corrupt("text {} of {}", row.name, view.texts.size());
  if (kind > kFirstNamedKind && view.text(view.kinds[kind - 1].name) >= view.text(row.name)) {
    return corrupt("names are not ascending");
  }
  return {};
}

bool lists(const View& view, Range range, uint32_t what) {
  const std::span<const uint32_t> list = view.list(range);
  return std::binary_search(list.begin(), list.end(), what);
}

Status verify_stream(const View& view, uint32_t stream) {
  const StreamRow& row = view.streams[stream];
  if (!text_or_none(view, row.name)) return corrupt("text {} of {}", row.name, view.texts.size());
  SEGUE_TRY_STATUS(verify_list(view, row.sequences, view.sequences.size(), "sequence"));
  SEGUE_TRY_STATUS(verify_list(view, row.unions, view.streams.size(), "union"));
  for (const uint32_t all : view.list(row.unions)) {
    // Behind its sources, so that feeding one ends.
    if (all <= stream || view.streams[all].predicate.count != 0) {
      return corrupt("stream {} is no union of it", all);
    }
  }
  if (!inside(row.cells, view.indices.size()))
    return corrupt("a list of cells outside the indices");
  uint32_t offset = 0;
  for (const uint32_t cell : view.list(row.cells)) {
    if (cell >= view.cells.size()) return corrupt("cell {} of {}", cell, view.cells.size());
    const CellRow& fed = view.cells[cell];
    if (source_of(fed.kind) != Source::kStream || fed.source != stream)
      return corrupt("cell {} is not its", cell);
    if (fed.offset <= offset) return corrupt("cells are not in the order of their offsets");
    offset = fed.offset;
  }
  return {};
}

/// The shortest gap before a step, and what must not come in it.
Status verify_breakers(const View& view, uint32_t sequence, const StepRow& step) {
  if (step.after_ms < 0 || step.after_ms > kDurationMax.ms) {
    return corrupt("a shortest gap of {} ms", step.after_ms);
  }
  SEGUE_TRY_STATUS(verify_list(view, step.without, view.streams.size(), "stream"));
  for (const uint32_t stream : view.list(step.without)) {
    if (!lists(view, view.streams[stream].sequences, sequence)) {
      return corrupt("stream {} does not know that it breaks a gap", stream);
    }
  }
  return {};
}

/// Starts go to cells that keep the newest time and nothing else.
Status verify_starts(const View& view, const SequenceRow& row) {
  if (row.by != kNone || row.absence_stream != kNone) return corrupt("starts of what waits");
  const StreamRow& fed = view.streams[row.derived_stream];
  const auto keeps_newest = [&](uint32_t cell) {
    return view.cells[cell].kind == CellKind::kNewest && view.cells[cell].k == 1;
  };
  const std::span<const uint32_t> cells = view.list(fed.cells);
  if (fed.sequences.count != 0 || fed.unions.count != 0 ||
      !std::all_of(cells.begin(), cells.end(), keeps_newest)) {
    return corrupt("starts feed what wants ends");
  }
  return {};
}

Status verify_sequence(const View& view, uint32_t sequence) {
  const SequenceRow& row = view.sequences[sequence];
  if (row.starts > 1 || row.absence_later > 1) return corrupt("a flag that is none");
  if (row.steps.count == 0 || row.steps.count > kSequenceStepsMax ||
      !inside(row.steps, view.steps.size())) {
    return corrupt("{} steps", row.steps.count);
  }
  if (row.level > view.chunks.size()) return corrupt("level {}", row.level);
  if (row.by != kNone && row.by >= view.slots.size()) return corrupt("slot {}", row.by);
  if (row.all_within_ms != INT64_MAX &&
      (row.all_within_ms < 0 || row.all_within_ms > kDurationMax.ms)) {
    return corrupt("all within {} ms", row.all_within_ms);
  }
  for (const StepRow& step : view.steps.subspan(row.steps.first, row.steps.count)) {
    SEGUE_TRY_STATUS(verify_breakers(view, sequence, step));
    if (step.stream >= view.streams.size() || step.later > 1) return corrupt("a step of no stream");
    const bool bounded = step.within_ms >= 0 && step.within_ms <= kDurationMax.ms;
    if (!bounded && step.within_ms != INT64_MAX) return corrupt("a gap of {} ms", step.within_ms);
    if (!lists(view, view.streams[step.stream].sequences, sequence)) {
      return corrupt("stream {} does not know that it is a step", step.stream);
    }
  }
  if (row.absence_stream == kNone) {
    if (row.absence_ms != 0 || row.absence_later != 0) return corrupt("a wait for no stream");
    if (row.steps.count < 2) return corrupt("one step and no absence");
  } else {
    if (row.absence_stream >= view.streams.size()) return corrupt("an absence of no stream");
    if (row.absence_ms < 0 || row.absence_ms > kDurationMax.ms) {
      return corrupt("a wait of {} ms", row.absence_ms);
    }
    if (!lists(view, view.streams[row.absence_stream].sequences, sequence)) {
      return corrupt("stream {} does not know that its absence counts", row.absence_stream);
    }
  }
  if (row.starts != 0 && row.derived_stream == kNone) return corrupt("starts of no use");
  if (row.derived_stream == kNone) return {};
  if (row.derived_stream >= view.streams.size()) return corrupt("feeds no stream");
  if (row.starts != 0) SEGUE_TRY_STATUS(verify_starts(view, row));
  const bool base = view.streams[row.derived_stream].predicate.count != 0;
  return base ? Status(corrupt("feeds a stream of events")) : Status();
}

bool takes_part(const View& view, uint32_t stream, const SequenceRow& row) {
  if (row.absence_stream == stream) return true;
  const auto steps = view.steps.subspan(row.steps.first, row.steps.count);
  return std::any_of(steps.begin(), steps.end(), [&](const StepRow& step) {
    return step.stream == stream || lists(view, step.without, stream);
  });
}

/// Each stream is fed by events, by one sequence, by one cell, or by the sources of a union.
Status verify_derived(const View& view) {
  std::vector<uint32_t> fed(view.streams.size(), 0);
  std::vector<uint8_t> is_union(view.streams.size(), 0);
  for (const SequenceRow& row : view.sequences) {
    if (row.derived_stream != kNone) ++fed[row.derived_stream];
  }
  for (const CellRow& row : view.cells) {
    if (row.feeds < fed.size()) ++fed[row.feeds];  // others are refused by verify_cells
  }
  for (const StreamRow& row : view.streams) {
    for (const uint32_t all : view.list(row.unions)) is_union[all] = 1;
  }
  for (size_t i = 0; i < view.streams.size(); ++i) {
    const bool base = view.streams[i].predicate.count != 0;
    const uint32_t feeders = fed[i] + is_union[i];
    if (feeders > 1) return corrupt("stream {}: fed by two", i);
    if (!base && feeders == 0) return corrupt("stream {}: fed by nothing", i);
    for (const uint32_t sequence : view.list(view.streams[i].sequences)) {
      if (!takes_part(view, static_cast<uint32_t>(i), view.sequences[sequence])) {
        return corrupt("stream {}: no part of sequence {}", i, sequence);
      }
    }
  }
  return {};
}

/// An inner sequence stands before the ones whose step it is, on no higher level: they are gone
/// through once an instant.
Status verify_nesting(const View& view) {
  for (size_t i = 0; i < view.sequences.size(); ++i) {
    const SequenceRow& row = view.sequences[i];
    if (row.derived_stream == kNone) continue;
    for (const uint32_t outer : view.list(view.streams[row.derived_stream].sequences)) {
      if (outer <= i || view.sequences[outer].level < row.level) {
        return corrupt("sequence {}: not before {}, whose step it is", i, outer);
      }
    }
  }
  return {};
}

Status verify_node(const View& view, uint32_t node) {
  const NodeRow& row = view.nodes[node];
  if (row.type != Type::B && row.type != Type::N && row.type != Type::T) {
    return corrupt("neither a truth nor a number nor a time");
  }
  if (row.timed > 1 || row.reserved[0] != 0 || row.reserved[1] != 0 || row.reserved2 != 0) {
    return corrupt("a flag that is none");
  }
  SEGUE_TRY_STATUS(verify_list(view, row.held, view.cells.size(), "cell"));
  for (const uint32_t cell : view.list(row.held)) {
    if (view.cells[cell].kind != CellKind::kHeld || view.cells[cell].source != node) {
      return corrupt("cell {} does not follow it", cell);
    }
    if (row.type != Type::B) return corrupt("only a truth is held");
  }
  if (row.segment != kNone &&
      (row.segment >= view.segments.size() || view.segments[row.segment].node != node)) {
    return corrupt("not the node of segment {}", row.segment);
  }
  return {};
}

Status verify_chunks(const View& view) {
  uint64_t next = 0;
  for (size_t i = 0; i < view.chunks.size(); ++i) {
    const ChunkRow& row = view.chunks[i];
    if (row.first_node != next || row.node_count == 0 || row.node_count > kChunkNodesMax ||
        next + row.node_count > view.nodes.size()) {
      return corrupt("chunk {}: {} nodes from {} on", i, row.node_count, row.first_node);
    }
    const auto nodes = view.nodes.subspan(row.first_node, row.node_count);
    const auto is_timed = [](const NodeRow& node) { return node.timed != 0; };
    if (row.timed != (std::any_of(nodes.begin(), nodes.end(), is_timed) ? 1u : 0u)) {
      return corrupt("chunk {}: `timed` is not what its nodes are", i);
    }
    if (row.level > view.chunks.size()) return corrupt("chunk {}: level {}", i, row.level);
    if (i != 0 && row.level < view.chunks[i - 1].level) return corrupt("chunk {}: a level back", i);
    next += row.node_count;
  }
  return next == view.nodes.size() ? Status() : Status(corrupt("node {} is in no chunk", next));
}

template <class Row>
Status verify_named(const View& view, const Row& row, Type type) {
  if (row.name >= view.texts.size() || !text_or_none(view, row.label) ||
      !text_or_none(view, row.doc)) {
    return corrupt("a text that is none");
  }
  if (row.node >= view.nodes.size() || view.nodes[row.node].type != type) {
    return corrupt("node {} is not its", row.node);
  }
  if (row.metadata.count % 2 != 0 || !inside(row.metadata, view.indices.size())) {
    return corrupt("metadata that are no pairs");
  }
  for (const uint32_t text : view.list(row.metadata)) {
    if (text >= view.texts.size()) return corrupt("text {} of {}", text, view.texts.size());
  }
  return {};
}

template <class Check>
Status each(std::string_view table, size_t rows, const Check& check) {
  for (uint32_t i = 0; i < rows; ++i) {
    if (Status status = check(i); !status.ok()) return in_row(table, i, status.error());
  }
  return {};
}

}  // namespace

Status verify_input(const View& view) {
  SEGUE_TRY_STATUS(each("slot", view.slots.size(),
                        [&](uint32_t i) { return verify_slot(view, view.slots[i]); }));
  if (view.kinds.size() < kFirstNamedKind) return corrupt("no kinds for identify and other events");
  return each("kind", view.kinds.size(), [&](uint32_t i) { return verify_kind(view, i); });
}

Status verify_streams(const View& view) {
  SEGUE_TRY_STATUS(
      each("stream", view.streams.size(), [&](uint32_t i) { return verify_stream(view, i); }));
  SEGUE_TRY_STATUS(each("sequence", view.sequences.size(),
                        [&](uint32_t i) { return verify_sequence(view, i); }));
  SEGUE_TRY_STATUS(verify_derived(view));
  return verify_nesting(view);
}

Status verify_nodes(const View& view) {
  SEGUE_TRY_STATUS(
      each("node", view.nodes.size(), [&](uint32_t i) { return verify_node(view, i); }));
  SEGUE_TRY_STATUS(verify_chunks(view));
  SEGUE_TRY_STATUS(each("segment", view.segments.size(), [&](uint32_t i) {
    const Status status = verify_named(view, view.segments[i], Type::B);
    if (!status.ok()) return status;
    const bool known = view.nodes[view.segments[i].node].segment == i;
    return known ? Status() : Status(corrupt("its node does not know it"));
  }));
  return each("score", view.scores.size(),
              [&](uint32_t i) { return verify_named(view, view.scores[i], Type::N); });
}

}  // namespace segue::image
