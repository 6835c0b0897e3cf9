#include "naive/occurrences.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "compiler/sema/print.h"
#include "naive/comparisons.h"
#include "naive/sequence.h"
#include "runtime/base/check.h"

namespace segue::naive {

using hir::Stream;

namespace {

Occurrence occurrence_at(Instant at) {
  Occurrence occurrence;
  occurrence.at = at;
  occurrence.start = at;
  return occurrence;
}

std::optional<Scalar> scalar_of_datum(const Datum& datum) {
  if (datum.kind == Datum::Kind::kTruth) return scalar_of_truth(datum.truth);
  if (datum.kind == Datum::Kind::kNumber) return scalar_of_number(datum.number);
  if (datum.kind == Datum::Kind::kText) return scalar_of_text(datum.text);
  return {};
}

std::string literal_text(const std::optional<hir::Literal>& literal) {
  if (!literal) return "any";
  return fmt::format("{} {} {} {}", static_cast<int>(literal->type), literal->truth,
                     literal->number, literal->text);
}

}  // namespace

const std::vector<Occurrence>& Occurrences::of(hir::StreamId id) {
  const auto known = streams_.find(id.index);
  if (known != streams_.end()) return known->second;
  const Stream& stream = rules_.streams[id.index];
  std::vector<Occurrence> made = make(stream);
  if (stream.kind != Stream::Kind::kEvents && stream.kind != Stream::Kind::kUnion) {
    const uint32_t from = origin(stream);
    for (uint32_t i = 0; i < made.size(); ++i) {
      made[i].origin = from;
      made[i].number = i;
    }
  }
  return streams_.emplace(id.index, std::move(made)).first->second;
}

std::vector<Occurrence> Occurrences::make(const Stream& stream) {
  switch (stream.kind) {
    case Stream::Kind::kEvents:
      return events(stream);
    case Stream::Kind::kSequence:
      return matches(stream);
    case Stream::Kind::kSessions:
      return sessions(stream);
    case Stream::Kind::kCrossing:
      return crossings(stream);
    case Stream::Kind::kChange:
      return changes(stream);
    case Stream::Kind::kUnion:
      return all_of(stream);
  }
  return {};
}

std::vector<Occurrence> Occurrences::events(const Stream& stream) {
  SEGUE_CHECK(stream.predicate != nullptr, "a stream of events has a filter");
  std::vector<Occurrence> found;
  for (const Event* event : past_.events()) {
    if (!values_.of(*stream.predicate, *event).holds()) continue;
    found.push_back(occurrence_at(event->at));
    found.back().event = event;
  }
  std::sort(found.begin(), found.end(), [](const Occurrence& a, const Occurrence& b) {
    return std::tie(a.at, a.event->tie, a.event) < std::tie(b.at, b.event->tie, b.event);
  });
  return found;
}

std::vector<Occurrence> Occurrences::matches(const Stream& stream) {
  const Sequence sequence(stream, *this);
  std::vector<size_t> all(sequence.times().size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  std::vector<Occurrence> found;
  for (const Sequence::Match& match : sequence.matches(all)) {
    if (match.end > past_.until()) continue;
    Occurrence& made = found.emplace_back(occurrence_at(match.end));
    made.start = match.start;
    made.key = match.key;
    if (stream.by) made.key_slot = *stream.by;
  }
  return found;
}

std::vector<Occurrence> Occurrences::sessions(const Stream& stream) {
  std::vector<Occurrence> found;
  std::optional<Instant> before;
  for (const Occurrence& occurrence : of(stream.sources[0])) {
    if (!before || occurrence.at - *before > stream.gap) {
      found.push_back(occurrence_at(occurrence.at));
    }
    before = occurrence.at;
  }
  return found;
}

std::vector<Occurrence> Occurrences::crossings(const Stream& stream) {
  std::vector<Occurrence> found;
  bool held = false;
  for (const Steps::Piece& piece : condition_(*stream.condition).pieces()) {
    const bool holds = piece.value.holds();
    if (holds != held && holds != stream.leaving) found.push_back(occurrence_at(piece.from));
    held = holds;
  }
  return found;
}

/// Values are compared as scalars are kept: one list or record is to all rules as good as another.
std::vector<Occurrence> Occurrences::changes(const Stream& stream) {
  const auto same = [](const Datum& a, const Datum& b) {
    if (a.missing() || a.kind == Datum::Kind::kOther) return a.kind == b.kind;
    return equal_data(a, b, false, {});
  };
  const auto is = [](const Datum& value, const std::optional<hir::Literal>& wanted) {
    return !wanted || equal_data(value, of_literal(*wanted), false, {});
  };
  std::vector<Occurrence> found;
  Datum before;
  bool had_one = false;
  const Steps trait = past_.trait(stream.slot);
  for (const Steps::Piece& piece : trait.pieces()) {
    const Datum& value = piece.value;
    if (had_one && !same(before, value) && is(before, stream.from) && is(value, stream.to)) {
      found.push_back(occurrence_at(piece.from));
    }
    before = value;
    had_one = had_one || !value.missing();
  }
  return found;
}

std::vector<Occurrence> Occurrences::all_of(const Stream& stream) {
  // Of one instant in the order in which they go in: events come first among the sources, by tie.
  std::multimap<Instant, Occurrence> in_order;
  std::set<std::tuple<const Event*, uint32_t, uint32_t>> seen;
  for (const hir::StreamId source : stream.sources) {
    for (const Occurrence& one : of(source)) {
      if (seen.insert({one.event, one.origin, one.number}).second) in_order.insert({one.at, one});
    }
  }
  std::vector<Occurrence> found;
  for (const auto& [at, one] : in_order) found.push_back(one);
  return found;
}

std::optional<Scalar> Occurrences::key(const Occurrence& occurrence, hir::SlotId slot) const {
  if (occurrence.event != nullptr) {
    return scalar_of_datum(past_.property(*occurrence.event, slot));
  }
  if (occurrence.key && occurrence.key_slot == slot) return occurrence.key;
  return {};
}

/// A number for what the stream means: the rules may hold the same signal twice.
uint32_t Occurrences::origin(const Stream& stream) {
  std::string text = fmt::format("{}", static_cast<int>(stream.kind));
  if (stream.predicate != nullptr) text += meaning_text(rules_, *stream.predicate);
  for (const Stream::Step& step : stream.steps) {
    text += fmt::format("; step {} {} after {} within {}", origin(step.stream), step.later,
                        step.after ? step.after->ms : -1, step.within ? step.within->ms : -1);
    for (const hir::StreamId without : step.without) text += fmt::format(" no {}", origin(without));
  }
  if (stream.absence) {
    text += fmt::format("; no {} {} {}", origin(stream.absence->stream), stream.absence->later,
                        stream.absence->within.ms);
  }
  if (stream.all_within) text += fmt::format("; all {}", stream.all_within->ms);
  if (stream.by) text += fmt::format("; by {}", stream.by->index);
  for (const hir::StreamId source : stream.sources) text += fmt::format("; of {}", origin(source));
  text += fmt::format("; gap {}", stream.gap.ms);
  if (stream.condition != nullptr) {
    text += fmt::format("; {} {}", stream.leaving, meaning_text(rules_, *stream.condition));
  }
  if (stream.kind == Stream::Kind::kChange) {
    text += fmt::format("; {} {} {}", stream.slot.index, literal_text(stream.from),
                        literal_text(stream.to));
  }
  return origins_.emplace(text, static_cast<uint32_t>(origins_.size())).first->second;
}

}  // namespace segue::naive
