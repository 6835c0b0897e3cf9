#include "runtime/interp/order.h"

#include <algorithm>

namespace segue::interp {
namespace {

/// -1, 0, 1 as `a` is before, like or behind `b`; only so that an order exists.
int compare(const Value& a, const Value& b) {
  if (a.tag != b.tag) return a.tag < b.tag ? -1 : 1;
  // A number's text is its digits, so that this also tells 1 from 1.0, which is harmless.
  return a.text.compare(b.text);
}

bool before(const Event& a, const Event& b) {
  const bool a_identify = a.kind == kIdentifyKind;
  const bool b_identify = b.kind == kIdentifyKind;
  if (a_identify != b_identify) return a_identify;
  if (a.tie != b.tie) return a.tie < b.tie;
  // From here on a broken sender: one messageId for different events. What stays must still not
  // depend on what came first.
  if (a.has_message_id != b.has_message_id) return a.has_message_id;
  if (a.kind != b.kind) return a.kind < b.kind;
  if (a.name != b.name) return a.name < b.name;
  return std::lexicographical_compare(
      a.slots.begin(), a.slots.end(), b.slots.begin(), b.slots.end(),
      [](const Value& x, const Value& y) { return compare(x, y) < 0; });
}

bool is_copy(const Event& a, const Event& b) {
  return a.has_message_id && b.has_message_id && a.tie == b.tie;
}

}  // namespace

void order_events(std::span<const Event> events, std::vector<const Event*>& order) {
  order.clear();
  for (const Event& event : events) order.push_back(&event);
  if (order.size() == 1) return;
  std::sort(order.begin(), order.end(),
            [](const Event* a, const Event* b) { return before(*a, *b); });
  order.erase(std::unique(order.begin(), order.end(),
                          [](const Event* a, const Event* b) { return is_copy(*a, *b); }),
              order.end());
  // A track whose messageId an identify call has taken: both parts are ascending by tie.
  const auto others = std::find_if(order.begin(), order.end(),
                                   [](const Event* event) { return event->kind != kIdentifyKind; });
  if (others == order.begin()) return;
  const auto taken = [&](const Event* event) {
    const auto same = std::lower_bound(
        order.begin(), others, event->tie,
        [](const Event* identify, std::string_view tie) { return identify->tie < tie; });
    return same != others && is_copy(**same, *event);
  };
  order.erase(std::remove_if(others, order.end(), taken), order.end());
}

}  // namespace segue::interp
