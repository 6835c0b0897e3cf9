#include "api/figures.h"

#include <algorithm>
#include <tuple>

#include "api/rule_words.h"
#include "api/runtime/time_points.h"
#include "compiler/sema/ops.h"

namespace segue {
namespace {

using hir::Expr;
using hir::Op;

void collect_slots(const hir::ExprPtr& expr, std::vector<uint32_t>& slots) {
  if (!expr) return;
  if (expr->op == Op::kProperty) slots.push_back(expr->slot.index);
  for (const hir::ExprPtr& child : expr->children) collect_slots(child, slots);
}

/// The stream and all that it is derived from, each once: what stands before is looked at last.
std::vector<uint32_t> streams_below(const hir::Rules& rules, hir::StreamId id) {
  std::vector<bool> below(rules.streams.size(), false);
  below[id.index] = true;
  std::vector<uint32_t> found;
  for (uint32_t i = id.index + 1; i-- > 0;) {
    if (!below[i]) continue;
    found.push_back(i);
    for (const hir::StreamId read : hir::streams_of(rules.streams[i])) below[read.index] = true;
  }
  return found;
}

void collect_slots(const hir::Rules& rules, hir::StreamId id, std::vector<uint32_t>& slots) {
  for (const uint32_t index : streams_below(rules, id)) {
    const hir::Stream& stream = rules.streams[index];
    collect_slots(stream.predicate, slots);
    if (stream.by) slots.push_back(stream.by->index);
    if (stream.kind == hir::Stream::Kind::kChange) slots.push_back(stream.slot.index);
  }
}

/// The properties that a leaf reads of an event, each once.
std::vector<uint32_t> slots_of(const hir::Rules& rules, const Expr& leaf) {
  std::vector<uint32_t> slots;
  if (leaf.op == Op::kTrait) {
    slots.push_back(leaf.slot.index);
  } else {
    collect_slots(rules, leaf.stream, slots);
    for (const hir::ExprPtr& child : leaf.children) collect_slots(child, slots);
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

bool has_events(Op op) {
  return op == Op::kCount || op == Op::kAggregate || op == Op::kDays || op == Op::kTimeOf ||
         op == Op::kDecayed;
}

}  // namespace

Figures::Figures(const hir::Rules& rules, const naive::Past& past, naive::Evaluator& evaluator,
                 Instant at)
    : rules_(rules), past_(past), evaluator_(evaluator), at_(at) {}

std::vector<Figure> Figures::of(const Expr& expr) {
  std::vector<Figure> figures;
  collect(expr, figures);
  return figures;
}

void Figures::collect(const Expr& expr, std::vector<Figure>& figures) {
  std::string text = leaf_text(rules_, expr);
  if (text.empty()) {
    for (const hir::ExprPtr& child : expr.children) collect(*child, figures);
    return;
  }
  const bool known = std::any_of(figures.begin(), figures.end(),
                                 [&](const Figure& figure) { return figure.text == text; });
  if (!known) figures.push_back(figure(expr, std::move(text)));
}

Figure Figures::figure(const Expr& leaf, std::string text) {
  Figure figure;
  figure.text = std::move(text);
  figure.value = datum_text(evaluator_.of(leaf).at(at_), at_);
  std::vector<const Event*> events;
  if (leaf.op == Op::kTrait) events = setters(leaf);
  if (has_events(leaf.op)) events = counted(leaf);
  figure.event_count = events.size();

  const std::vector<uint32_t> slots =
      events.empty() ? std::vector<uint32_t>{} : slots_of(rules_, leaf);
  for (size_t i = events.size() - std::min(events.size(), kEventsShown); i < events.size(); ++i) {
    figure.events.push_back(read_event(*events[i], slots));
  }
  return figure;
}

/// The events that a leaf looks at, oldest first: of a sequence those of all its steps.
std::vector<const Event*> Figures::counted(const Expr& leaf) {
  const std::vector<const Event*> events = occurrences(leaf.stream);
  if (events.empty()) return {};
  if (leaf.op == Op::kTimeOf) {
    if (rules_.streams[leaf.stream.index].predicate == nullptr) return events;
    return {leaf.aggregate == hir::Aggregate::kFirst ? events.front() : events.back()};
  }
  std::vector<Instant> times;
  for (const Event* event : events) times.push_back(event->at);
  std::vector<const Event*> chosen;
  for (const size_t i : evaluator_.window(leaf, at_).choose(times, leaf.cap)) {
    chosen.push_back(events[i]);
  }
  const bool one = leaf.op == Op::kAggregate && (leaf.aggregate == hir::Aggregate::kFirst ||
                                                 leaf.aggregate == hir::Aggregate::kLast);
  if (!one || chosen.empty()) return chosen;
  return {leaf.aggregate == hir::Aggregate::kFirst ? chosen.front() : chosen.back()};
}

/// The identify call that gave a trait its value.
std::vector<const Event*> Figures::setters(const Expr& trait) const {
  const std::vector<const Event*> all = setters(trait.slot);
  if (all.empty()) return {};
  return {all.back()};
}

std::vector<const Event*> Figures::setters(hir::SlotId slot) const {
  const int local = rules_.schema.local_slot(kIdentifyKind, slot.index);
  std::vector<const Event*> found;
  for (const Event* event : past_.events()) {
    if (event->kind != kIdentifyKind || local < 0) continue;
    if (event->slots[static_cast<size_t>(local)].tag != ValueTag::kAbsent) found.push_back(event);
  }
  return found;
}

/// Of a derived stream the events of all that it is derived from; of a segment that is entered or
/// left none.
std::vector<const Event*> Figures::occurrences(hir::StreamId id) {
  std::vector<const Event*> events;
  for (const uint32_t index : streams_below(rules_, id)) {
    const hir::Stream& stream = rules_.streams[index];
    if (stream.predicate != nullptr) {
      for (const naive::Occurrence& one : evaluator_.occurrences({index})) {
        events.push_back(one.event);
      }
    }
    if (stream.kind == hir::Stream::Kind::kChange) {
      const std::vector<const Event*> found = setters(stream.slot);
      events.insert(events.end(), found.begin(), found.end());
    }
  }
  std::sort(events.begin(), events.end(), [](const Event* a, const Event* b) {
    return std::tie(a->at, a->tie, a) < std::tie(b->at, b->tie, b);
  });
  events.erase(std::unique(events.begin(), events.end()), events.end());
  return events;
}

ReadEvent Figures::read_event(const Event& event, const std::vector<uint32_t>& slots) const {
  ReadEvent read;
  read.at = time_point_of(event.at);
  read.name = event.kind == kIdentifyKind ? "identify" : std::string(event.name);
  for (const uint32_t slot : slots) {
    const int local = rules_.schema.local_slot(event.kind, slot);
    if (local < 0) continue;
    const Value& value = event.slots[static_cast<size_t>(local)];
    if (value.tag == ValueTag::kAbsent) continue;
    read.values.emplace_back(path_text(rules_.schema, slot), json_text(value));
  }
  return read;
}

}  // namespace segue
