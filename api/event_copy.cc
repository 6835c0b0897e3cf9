#include "api/event_copy.h"

namespace segue {
namespace {

std::span<const Value> copy_values(std::span<const Value> values, Arena& arena) {
  const std::span<Value> copies = arena.make<Value>(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    copies[i] = values[i];
    copies[i].text = arena.copy(values[i].text);
    // Items of a list have none of their own: ingest does not go deeper.
    copies[i].items =
        values[i].items.empty() ? values[i].items : copy_values(values[i].items, arena);
  }
  return copies;
}

}  // namespace

Event copy_event(const Event& event, Arena& arena) {
  Event copy = event;
  copy.user = arena.copy(event.user);
  copy.name = arena.copy(event.name);
  copy.tie = arena.copy(event.tie);
  copy.slots = copy_values(event.slots, arena);
  return copy;
}

}  // namespace segue
