#include <fmt/format.h>

#include <utility>

#include "compiler/plan/lowering.h"
#include "compiler/sema/print.h"
#include "runtime/base/check.h"

/// Streams: of events, once for all; what is derived, where it is first read.
namespace segue::plan {

namespace b = build;

void Lowering::lower_streams() {
  streams_.resize(rules_.streams.size());
  for (size_t i = 0; i < rules_.streams.size(); ++i) {
    const hir::Stream& stream = rules_.streams[i];
    if (stream.kind != hir::Stream::Kind::kEvents) continue;
    ExprPtr predicate = truth(*stream.predicate, In::kEvent);
    streams_[i] = add_stream(stream.name, std::move(predicate));
  }
}

StreamId Lowering::add_stream(std::string name, ExprPtr predicate) {
  plan_.streams.push_back({std::move(name), std::move(predicate), {}});
  return {static_cast<uint32_t>(plan_.streams.size() - 1)};
}

bool Lowering::is_sequence(hir::StreamId stream) const {
  return rules_.streams[stream.index].kind == hir::Stream::Kind::kSequence;
}

bool Lowering::is_derived(StreamId stream) const { return !plan_.streams[stream.index].predicate; }

/// The stream with all occurrences of ever; of a sequence the matches as they come. Signals that
/// mean the same have the same occurrences, none of which serves two steps, so they are one stream.
StreamId Lowering::stream_of(hir::StreamId id) {
  if (streams_[id.index]) return *streams_[id.index];
  const std::string meaning = meaning_of(rules_.streams[id.index]);
  const auto known = derived_.find(meaning);
  const bool is_new = known == derived_.end();
  const StreamId stream = is_new ? derived_stream(rules_.streams[id.index]) : known->second;
  if (is_new) derived_.emplace(meaning, stream);
  streams_[id.index] = stream;
  return stream;
}

/// What a signal is, as text that does not depend on where it stands.
std::string Lowering::meaning_of(const hir::Stream& stream) {
  const auto inner = [&](hir::StreamId id) {
    return "{" + meaning_of(rules_.streams[id.index]) + "}";
  };
  const auto length = [](const std::optional<Duration>& d) { return d ? d->ms : -1; };
  std::string text = fmt::format("{} gap {} slot {} {}", static_cast<int>(stream.kind),
                                 stream.gap.ms, stream.slot.index, stream.leaving);
  for (const hir::ExprPtr& expr : {stream.predicate, stream.condition}) {
    if (expr) text += meaning_text(rules_, *expr);
  }
  for (const hir::Stream::Step& step : stream.steps) {
    text += fmt::format(" step {} later {} after {} within {}", inner(step.stream), step.later,
                        length(step.after), length(step.within));
    for (const hir::StreamId without : step.without) text += " without " + inner(without);
  }
  if (stream.absence) {
    text += fmt::format(" no {} later {} within {}", inner(stream.absence->stream),
                        stream.absence->later, stream.absence->within.ms);
  }
  text += fmt::format(" all {} by {}", length(stream.all_within),
                      stream.by ? static_cast<int64_t>(stream.by->index) : -1);
  for (const hir::StreamId source : stream.sources) text += " of " + inner(source);
  for (const auto& literal : {stream.from, stream.to}) {
    text += literal ? print(*b::scalar(*literal)) : " any";
  }
  return text;
}

StreamId Lowering::derived_stream(const hir::Stream& stream) {
  Cell cell;
  switch (stream.kind) {
    case hir::Stream::Kind::kEvents:
      break;
    case hir::Stream::Kind::kSequence:
      cell.kind = CellKind::kSequence;
      cell.source = sequence_of(stream, {}).index;
      break;
    case hir::Stream::Kind::kSessions:
      cell.kind = CellKind::kSessions;
      cell.source = stream_of(stream.sources[0]).index;
      cell.horizon_ms = stream.gap.ms;
      break;
    case hir::Stream::Kind::kCrossing:
      cell.kind = CellKind::kCrossing;
      cell.source = node_of_truth(truth(*stream.condition, In::kCondition)).index;
      cell.k = stream.leaving ? 1 : 0;
      break;
    case hir::Stream::Kind::kChange:
      cell.kind = CellKind::kChange;
      cell.source = trait_stream(stream.slot.index).index;
      cell.value = b::op(Op::kScalarOf, {b::slot(Op::kSlot, stream.slot.index)});
      cell.before = stream.from;
      cell.after = stream.to;
      break;
    case hir::Stream::Kind::kUnion:
      return union_of(stream);
  }
  const StreamId made = add_stream(stream.name, nullptr);
  cell.feeds = made.index;
  add_cell(std::move(cell));
  return made;
}

StreamId Lowering::union_of(const hir::Stream& stream) {
  std::vector<StreamId> sources;
  for (const hir::StreamId source : stream.sources) sources.push_back(stream_of(source));
  const StreamId made = add_stream(stream.name, nullptr);
  plan_.streams[made.index].sources = std::move(sources);
  return made;
}

/// A truth as a node, that which it already is if it is one.
NodeId Lowering::node_of_truth(ExprPtr truth) {
  if (truth->op == Op::kNodeTruth) return {truth->index};
  return add_node(std::move(truth));
}

/// What lies outside an absolute window never comes in later, so it need not even be an occurrence:
/// the window becomes a filter on the event's own instant, and a read of all that is left. What is
/// derived has no filter: there the read looks at the window.
StreamId Lowering::stream_between(StreamId stream, const hir::Window& window) {
  if (is_derived(stream)) return stream;
  std::vector<ExprPtr> parts{plan_.streams[stream.index].predicate};
  const auto now = [] { return b::op(Op::kNow); };
  if (window.begin) {
    parts.push_back(b::time_test(Op::kTimeLessEqual, b::time(window.begin->ms), now(), -1));
  }
  if (window.end) parts.push_back(b::time_test(Op::kTimeLess, now(), b::time(window.end->ms), 1));
  if (parts.size() == 1) return stream;
  std::string name = plan_.streams[stream.index].name;
  return add_stream(std::move(name), b::op(Op::kAnd, std::move(parts)));
}

StreamId Lowering::trait_stream(uint32_t slot) {
  if (!traits_[slot]) {
    std::string name = "set";
    for (const std::string& key : plan_.schema.slots[slot].path) name += " " + key;
    auto of_identify = b::make({.op = Op::kKindIn, .kinds = {kIdentifyKind.index}});
    ExprPtr named = b::slot(Op::kSlotNamed, slot);
    traits_[slot] =
        add_stream(std::move(name), b::op(Op::kAnd, {std::move(of_identify), std::move(named)}));
  }
  return *traits_[slot];
}

/// Inner sequences are made before the ones whose step they are: an instant goes through them in
/// that order.
SequenceId Lowering::sequence_of(const hir::Stream& stream, const hir::Window& window) {
  const auto between = [&](hir::StreamId id) {
    const StreamId base = stream_of(id);
    return window.kind == hir::Window::Kind::kAbsolute ? stream_between(base, window) : base;
  };
  Sequence sequence;
  sequence.name = stream.name;
  for (const hir::Stream::Step& from : stream.steps) {
    Sequence::Step step;
    step.stream = between(from.stream);
    step.later = from.later;
    if (from.within) step.within_ms = from.within->ms;
    if (from.after) step.after_ms = from.after->ms;
    for (const hir::StreamId without : from.without) step.without.push_back(between(without));
    sequence.steps.push_back(std::move(step));
  }
  if (stream.absence) {
    sequence.has_absence = true;
    sequence.absence = between(stream.absence->stream);
    sequence.absence_later = stream.absence->later;
    sequence.absence_ms = stream.absence->within.ms;
  }
  if (stream.all_within) sequence.all_within_ms = stream.all_within->ms;
  if (stream.by) sequence.by = stream.by->index;
  plan_.sequences.push_back(std::move(sequence));
  return {static_cast<uint32_t>(plan_.sequences.size() - 1)};
}

}  // namespace segue::plan
