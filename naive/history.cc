#include "naive/history.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace segue::naive {

namespace {

/// Identify calls first, then by tie. Of one messageId for different events, a broken sender's, the
/// content decides which is the copy: never what came first.
bool comes_before(const Event* a, const Event* b) {
  const auto key = [](const Event* event) {
    return std::make_tuple(event->at, event->kind != kIdentifyKind, event->tie,
                           !event->has_message_id, event->kind, event->name);
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return std::lexicographical_compare(a->slots.begin(), a->slots.end(), b->slots.begin(),
                                      b->slots.end(), [](const Value& x, const Value& y) {
                                        return std::tie(x.tag, x.text) < std::tie(y.tag, y.text);
                                      });
}

Datum come(const Value& value, const Event& event) {
  Datum datum = of_value(value);
  if (datum.kind == Datum::Kind::kText) datum.came = event.at;
  return datum;
}

}  // namespace

Past::Past(const InputSchema& schema, const History& history, Instant until)
    : schema_(schema), user_(history.user), until_(until) {
  for (const Event& event : history.events) {
    if (event.at <= until) events_.push_back(&event);
  }
  std::sort(events_.begin(), events_.end(), comes_before);
  std::set<std::pair<Instant, std::string_view>> seen;
  std::erase_if(events_, [&](const Event* event) {
    return event->has_message_id && !seen.insert({event->at, event->tie}).second;
  });
}

Steps Past::trait(hir::SlotId slot) const {
  Steps steps;
  steps.append(begin(), Datum{});
  const int local = schema_.local_slot(kIdentifyKind, slot.index);
  if (local < 0) return steps;
  for (const Event* event : events_) {
    if (event->kind != kIdentifyKind) continue;
    const Value& value = event->slots[static_cast<size_t>(local)];
    if (value.tag != ValueTag::kAbsent) steps.append(event->at, come(value, *event));
  }
  return steps;
}

Datum Past::property(const Event& event, hir::SlotId slot) const {
  const int local = schema_.local_slot(event.kind, slot.index);
  return local < 0 ? Datum{} : come(event.slots[static_cast<size_t>(local)], event);
}

}  // namespace segue::naive
