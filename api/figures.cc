#include "api/figures.h"

#include <algorithm>
#include <tuple>

#include "api/rule_words.h"
#include "api/time_points.h"

namespace segue {
namespace {

using hir::Expr;
using hir::Op;

void collect_slots(const hir::ExprPtr& expr, std::vector<uint32_t>& slots) {
  if (!expr) return;
  if (expr->op == Op::kProperty) slots.push_back(expr->slot.index);
  for (const hir::ExprPtr& child : expr->children) collect_slots(child, slots);
}

void collect_slots(const hir::Rules& rules, hir::StreamId id, std::vector<uint32_t>& slots) {
  const hir::Stream& stream = rules.streams[id.index];
  collect_slots(stream.predicate, slots);
  for (const hir::Stream::Step& step : stream.steps) collect_slots(rules, step.stream, slots);
  if (stream.absence) collect_slots(rules, stream.absence->stream, slots);
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
  return op == Op::kCount || op == Op::kAggregate || op == Op::kDays || op == Op::kTimeOf;
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
  const int local = rules_.schema.local_slot(kIdentifyKind, trait.slot.index);
  const Event* newest = nullptr;
  for (const Event* event : past_.events()) {
    if (event->kind != kIdentifyKind || local < 0) continue;
    if (event->slots[static_cast<size_t>(local)].tag != ValueTag::kAbsent) newest = event;
  }
  if (newest == nullptr) return {};
  return {newest};
}

std::vector<const Event*> Figures::occurrences(hir::StreamId id) {
  const hir::Stream& stream = rules_.streams[id.index];
  std::vector<const Event*> events;
  if (stream.predicate) {
    for (const naive::Occurrence& found : evaluator_.occurrences(id)) events.push_back(found.event);
    return events;
  }
  const auto add = [&](hir::StreamId source) {
    const std::vector<const Event*> found = occurrences(source);
    events.insert(events.end(), found.begin(), found.end());
  };
  for (const hir::Stream::Step& step : stream.steps) add(step.stream);
  if (stream.absence) add(stream.absence->stream);
  for (const hir::StreamId source : stream.sources) add(source);
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
