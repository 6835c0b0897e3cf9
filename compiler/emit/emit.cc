#include "compiler/emit/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/emit/code_writer.h"
#include "compiler/emit/identity.h"
#include "compiler/passes/levels.h"
#include "compiler/passes/reach.h"
#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"

namespace segue {

namespace {

using image::kNone;
using plan::CellKind;

bool feeds_on_stream(CellKind kind) { return image::source_of(kind) == image::Source::kStream; }

class Emitter {
 public:
  Emitter(const plan::Plan& plan, const ZoneSource& zones)
      : plan_(plan),
        zones_(zones),
        reach_(plan),
        levels_(plan),
        identities_(plan),
        code_(tables_) {}

  image::Tables run() {
    put_zones();
    put_streams();
    put_sequences();
    put_cells();
    put_nodes();
    put_input();
    for (const plan::Segment& row : plan_.segments) {
      tables_.segments.push_back({tables_.add_text(row.name), text_or_none(row.label),
                                  text_or_none(row.doc), row.node.index, metadata(row)});
    }
    for (const plan::Score& row : plan_.scores) {
      tables_.scores.push_back({tables_.add_text(row.name), text_or_none(row.label),
                                text_or_none(row.doc), row.node.index, metadata(row)});
    }
    put_layout();
    return std::move(tables_);
  }

 private:
  uint32_t text_or_none(const std::string& text) {
    return text.empty() ? kNone : tables_.add_text(text);
  }

  image::Range metadata(const plan::Segment& row) {
    std::vector<uint32_t> pairs;
    for (const auto& [key, value] : row.metadata) {
      pairs.push_back(tables_.add_text(key));
      pairs.push_back(tables_.add_text(value));
    }
    return tables_.add_list(pairs);
  }

  void put_zones() {
    for (const std::string& name : plan_.zones) put_zone(name);
    tables_.tzdata = zones_.version;
    if (plan_.zone_cell == kNone) return;
    // A user may live anywhere.
    for (const std::string& name : zones_.names()) {
      if (std::find(plan_.zones.begin(), plan_.zones.end(), name) == plan_.zones.end())
        put_zone(name);
    }
  }

  /// Many names mean the same clocks: they share their rows.
  void put_zone(const std::string& name) {
    const std::vector<ZoneTransition> rows = zones_.transitions(name);
    std::vector<int64_t> key;
    for (const ZoneTransition& row : rows) key.insert(key.end(), {row.at_ms, row.offset_ms});
    const image::Range next{static_cast<uint32_t>(tables_.transitions.size()),
                            static_cast<uint32_t>(rows.size())};
    const auto [known, added] = known_zones_.emplace(std::move(key), next);
    if (added) tables_.transitions.insert(tables_.transitions.end(), rows.begin(), rows.end());
    tables_.zones.push_back({tables_.add_text(name), known->second});
  }

  void put_streams() {
    std::vector<std::vector<uint32_t>> cells(plan_.streams.size());
    for (uint32_t c = 0; c < plan_.cells.size(); ++c) {
      if (feeds_on_stream(plan_.cells[c].kind)) cells[plan_.cells[c].source].push_back(c);
    }
    std::vector<std::vector<uint32_t>> sequences(plan_.streams.size());
    const auto takes_part = [&](plan::StreamId stream, uint32_t sequence) {
      std::vector<uint32_t>& list = sequences[stream.index];
      if (list.empty() || list.back() != sequence) list.push_back(sequence);
    };
    for (uint32_t q = 0; q < plan_.sequences.size(); ++q) {
      for (const plan::Sequence::Step& step : plan_.sequences[q].steps) {
        takes_part(step.stream, q);
        for (const plan::StreamId without : step.without) takes_part(without, q);
      }
      if (plan_.sequences[q].has_absence) takes_part(plan_.sequences[q].absence, q);
    }
    std::vector<std::vector<uint32_t>> unions(plan_.streams.size());
    for (uint32_t i = 0; i < plan_.streams.size(); ++i) {
      for (const plan::StreamId source : plan_.streams[i].sources) {
        std::vector<uint32_t>& list = unions[source.index];
        if (list.empty() || list.back() != i) list.push_back(i);
      }
    }
    for (uint32_t i = 0; i < plan_.streams.size(); ++i) {
      std::sort(cells[i].begin(), cells[i].end(), [&](uint32_t a, uint32_t b) {
        return plan_.cells[a].offset < plan_.cells[b].offset;
      });
      tables_.streams.push_back({code_.write(plan_.streams[i].predicate),
                                 tables_.add_list(cells[i]), tables_.add_list(sequences[i]),
                                 text_or_none(plan_.streams[i].name), tables_.add_list(unions[i])});
    }
  }

  image::Range streams(const std::vector<plan::StreamId>& ids) {
    std::vector<uint32_t> list;
    for (const plan::StreamId id : ids) list.push_back(id.index);
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return tables_.add_list(list);
  }

  void put_sequences() {
    for (uint32_t i = 0; i < plan_.sequences.size(); ++i) {
      const plan::Sequence& sequence = plan_.sequences[i];
      image::SequenceRow row;
      row.steps = {static_cast<uint32_t>(tables_.steps.size()),
                   static_cast<uint32_t>(sequence.steps.size())};
      for (const plan::Sequence::Step& step : sequence.steps) {
        tables_.steps.push_back({step.stream.index, step.later ? 1u : 0u, step.within_ms,
                                 step.after_ms, streams(step.without)});
      }
      row.all_within_ms = sequence.all_within_ms;
      row.by = sequence.by;
      row.starts = sequence.starts ? 1 : 0;
      row.level = levels_.of_sequence(i);
      if (sequence.has_absence) {
        row.absence_stream = sequence.absence.index;
        row.absence_later = sequence.absence_later ? 1 : 0;
        row.absence_ms = sequence.absence_ms;
      }
      tables_.sequences.push_back(row);
    }
    for (const plan::Cell& cell : plan_.cells) {
      if (cell.kind == CellKind::kSequence)
        tables_.sequences[cell.source].derived_stream = cell.feeds;
    }
  }

  void put_cells() {
    for (uint32_t i = 0; i < plan_.cells.size(); ++i) {
      const plan::Cell& cell = plan_.cells[i];
      image::CellRow row{};
      row.kind = cell.kind;
      row.source = cell.source;
      row.value = code_.write(cell.value);
      if (cell.value) row.value_type = plan::type_of(*cell.value);
      row.k = cell.k;
      row.cap = cell.cap;
      row.zone = cell.zone;
      row.offset = cell.offset;
      row.bytes = cell.bytes;
      if (cell.kind != CellKind::kSequence) row.feeds = cell.feeds;
      row.horizon_ms = cell.horizon_ms;
      if (cell.before) row.before = code_.scalar(*cell.before);
      if (cell.after) row.after = code_.scalar(*cell.after);
      row.identity = identities_.of_cell(i);
      tables_.cells.push_back(row);
    }
  }

  void put_nodes() {
    std::vector<uint32_t> segment_of(plan_.nodes.size(), kNone);
    for (uint32_t i = 0; i < plan_.segments.size(); ++i)
      segment_of[plan_.segments[i].node.index] = i;
    std::vector<std::vector<uint32_t>> held(plan_.nodes.size());
    for (uint32_t i = 0; i < plan_.cells.size(); ++i) {
      if (plan_.cells[i].kind == CellKind::kHeld) held[plan_.cells[i].source].push_back(i);
    }
    for (uint32_t i = 0; i < plan_.nodes.size(); ++i) {
      image::NodeRow row{};
      row.code = code_.write(plan_.nodes[i].value);
      row.type = plan::type_of(*plan_.nodes[i].value);
      row.timed = reach_.timed(i) ? 1 : 0;
      row.place = plan_.nodes[i].place;
      row.held = tables_.add_list(held[i]);
      row.segment = segment_of[i];
      tables_.nodes.push_back(row);
    }
    for (const plan::Chunk& chunk : plan_.chunks) {
      uint32_t timed = 0;
      for (uint32_t i = 0; i < chunk.node_count; ++i)
        timed |= reach_.timed(chunk.first_node + i) ? 1 : 0;
      tables_.chunks.push_back({chunk.first_node, chunk.node_count, timed, chunk.level});
    }
  }

  void put_input() {
    for (const InputSchema::Slot& slot : plan_.schema.slots) {
      std::vector<uint32_t> path;
      for (const std::string& key : slot.path) path.push_back(tables_.add_text(key));
      tables_.slots.push_back({tables_.add_list(path), slot.is_trait ? 1u : 0u});
    }
    std::vector<uint32_t> chunk_of(plan_.nodes.size());
    for (uint32_t i = 0; i < plan_.chunks.size(); ++i) {
      const plan::Chunk& chunk = plan_.chunks[i];
      std::fill_n(chunk_of.begin() + chunk.first_node, chunk.node_count, i);
    }
    for (uint32_t i = 0; i < plan_.schema.kinds.size(); ++i) {
      const InputSchema::Kind& kind = plan_.schema.kinds[i];
      const passes::Reach::OfKind reached = reach_.of_kind(i);
      std::vector<uint32_t> chunks;
      for (const uint32_t node : reached.nodes) {
        const uint32_t chunk = chunk_of[node];
        if (chunks.empty() || chunks.back() != chunk) chunks.push_back(chunk);
      }
      tables_.kinds.push_back({text_or_none(kind.wire_name), tables_.add_list(kind.slots),
                               tables_.add_list(applied(reached.streams)),
                               tables_.add_list(chunks)});
    }
  }

  /// All but the stream of the user's zone, which is applied before the others.
  std::vector<uint32_t> applied(std::vector<uint32_t> streams) const {
    if (plan_.zone_cell == kNone) return streams;
    std::erase(streams, plan_.cells[plan_.zone_cell].source);
    return streams;
  }

  void put_layout() {
    image::Layout layout;
    layout.truth_words = plan_.truth_words;
    layout.fixed_bytes = plan_.fixed_bytes;
    layout.zone_cell = plan_.zone_cell;
    if (plan_.zone_cell != kNone) layout.zone_stream = plan_.cells[plan_.zone_cell].source;
    layout.deadlines_at = plan_.deadlines_at;
    layout.near_at = plan_.near_at;
    layout.blob_bytes_max = image::kBlobBytesMax;
    for (const image::CellRow& cell : tables_.cells) {
      layout.growing_cells += image::grows(cell.kind) ? 1 : 0;
    }
    tables_.layout.push_back(layout);
  }

  const plan::Plan& plan_;
  const ZoneSource& zones_;
  const passes::Reach reach_;
  passes::Levels levels_;
  Identities identities_;
  image::Tables tables_;
  CodeWriter code_;
  std::map<std::vector<int64_t>, image::Range> known_zones_;
};

}  // namespace

Result<image::Image> emit(const plan::Plan& plan, const ZoneSource& zones) {
  if (plan.fixed_bytes > image::kFixedBytesMax) {
    return Error{Errc::kTooLarge,
                 fmt::format("the rules need {} bytes a user before any log; the limit is {}",
                             plan.fixed_bytes, image::kFixedBytesMax)};
  }
  return image::Image::open(Emitter(plan, zones).run().finish());
}

}  // namespace segue
