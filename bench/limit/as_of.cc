#include "bench/limit/as_of.h"

#include <algorithm>
#include <unordered_map>

#include "bench/limit/row.h"

namespace segue::limit {
namespace {

constexpr int64_t kNever = INT64_MIN / 2;
constexpr int64_t kDay = kDayMs;

constexpr std::array<int8_t, 17> kPoints = [] {
  std::array<int8_t, 17> points = {};
  points[static_cast<size_t>(Op::kPricing)] = 5;
  points[static_cast<size_t>(Op::kDemo)] = 4;
  points[static_cast<size_t>(Op::kInvited)] = 6;
  points[static_cast<size_t>(Op::kSkipped)] = -3;
  points[static_cast<size_t>(Op::kSkippedTwo)] = -3;
  return points;
}();

constexpr std::array<uint8_t, 17> kFacts = [] {
  std::array<uint8_t, 17> facts = {};
  facts[static_cast<size_t>(Op::kOpenedCaseStudy)] = kCaseStudy;
  facts[static_cast<size_t>(Op::kStarted)] = kStarted;
  facts[static_cast<size_t>(Op::kSkippedTwo)] = kSkippedTwo;
  facts[static_cast<size_t>(Op::kCompleted)] = kCompleted;
  facts[static_cast<size_t>(Op::kLogin)] = kSignedIn;
  facts[static_cast<size_t>(Op::kInvited)] = kInvited;
  return facts;
}();

/// Of one user, in registers and the nearest cache.
struct State {
  int32_t points = 0;
  uint32_t facts = 0;
  bool free = false;
  int64_t any = kNever;
  int64_t cart = kNever;
  int64_t ignored = kNever;
  int64_t clicked = kNever;
  int64_t views[3] = {kNever, kNever, kNever};
  int64_t logins[7] = {kNever, kNever, kNever, kNever, kNever, kNever, kNever};

  void login(int64_t at) {
    if (logins[0] == kNever || logins[0] / kDay != at / kDay) {
      std::copy_backward(logins, logins + 6, logins + 7);
    }
    logins[0] = at;
  }
};

/// Mails that wait for a click. At one instant a click takes back an open, whichever comes first.
struct Opens {
  std::vector<int64_t> at;
  size_t begin = 0;

  void clear() {
    at.clear();
    begin = 0;
  }
  /// Those a day old by `end`, not included, were ignored.
  int32_t ignored_before(int64_t end) {
    int32_t count = 0;
    for (; begin < at.size() && at[begin] + kDay < end; ++begin) ++count;
    return count;
  }
};

void open(State& state, Opens& opens, int64_t at) {
  if (state.clicked == at || (opens.at.size() > opens.begin && opens.at.back() == at)) return;
  opens.at.push_back(at);
}

void click(State& state, Opens& opens, int64_t at) {
  state.clicked = at;
  state.points -= opens.ignored_before(at);
  opens.clear();
}

inline void take(State& state, Opens& opens, Op op, int64_t at) {
  state.points += kPoints[static_cast<size_t>(op)];
  state.facts |= kFacts[static_cast<size_t>(op)];
  if (!is_identify(op)) state.any = at;
  switch (op) {
    case Op::kPricing:
      state.views[2] = state.views[1];
      state.views[1] = state.views[0];
      state.views[0] = at;
      return;
    case Op::kPlanFree:
    case Op::kPlanOther:
      state.free = op == Op::kPlanFree;
      return;
    case Op::kOpened:
    case Op::kOpenedCaseStudy:
      return open(state, opens, at);
    case Op::kClicked:
      return click(state, opens, at);
    case Op::kLogin:
      return state.login(at);
    case Op::kIgnored:
      state.ignored = at;
      return;
    case Op::kCart:
      state.cart = at;
      return;
    default:
      return;
  }
}

/// Bits by segment.
uint32_t segments_of(const State& state, int64_t now) {
  constexpr uint32_t kStalled = kStarted | kSkippedTwo;
  const auto bit = [](Segment segment, bool holds) {
    return static_cast<uint32_t>(holds) << static_cast<uint32_t>(segment);
  };
  const bool quiet = state.logins[0] <= now - 7 * kDay;
  return bit(Segment::kHighIntent,
             (state.facts & kCaseStudy) != 0 && state.views[2] > now - 2 * kDay) |
         bit(Segment::kActivationStalled, (state.facts & (kStalled | kCompleted)) == kStalled) |
         bit(Segment::kPowerUser,
             (state.facts & kInvited) != 0 && state.logins[6] > now - 10 * kDay) |
         bit(Segment::kChurnRisk,
             (state.facts & kSignedIn) != 0 && quiet && state.ignored > now - 30 * kDay) |
         bit(Segment::kSilentCart,
             state.cart != kNever && state.any == state.cart && state.cart <= now - 3 * kDay) |
         bit(Segment::kHotFree, state.points >= 20 && state.free);
}

}  // namespace

Grouped group(std::span<const Event> events) {
  std::unordered_map<uint64_t, uint32_t> numbers;
  std::vector<std::vector<const Event*>> users;
  for (const Event& event : events) {
    const auto [found, added] = numbers.try_emplace(event.hash, users.size());
    if (added) users.emplace_back();
    users[found->second].push_back(&event);
  }
  Grouped grouped;
  for (std::vector<const Event*>& user : users) {
    std::sort(user.begin(), user.end(), [](const Event* a, const Event* b) {
      return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->tie_text() < b->tie_text();
    });
    grouped.begins.push_back(static_cast<uint32_t>(grouped.ops.size()));
    grouped.ids.emplace_back(user[0]->user_id());
    const Event* before = nullptr;
    for (const Event* event : user) {
      const bool copy = before != nullptr && before->at_ms == event->at_ms &&
                        event->tie_bytes > 0 && before->tie_text() == event->tie_text();
      before = event;
      if (copy) continue;
      grouped.at_ms.push_back(event->at_ms);
      grouped.ops.push_back(event->op);
    }
  }
  grouped.begins.push_back(static_cast<uint32_t>(grouped.ops.size()));
  return grouped;
}

void members_as_of(const Grouped& events, int64_t at_ms, uint32_t first, uint32_t end,
                   Members& members) {
  Opens opens;
  for (uint32_t user = first; user < end; ++user) {
    State state;
    opens.clear();
    const uint32_t begin = events.begins[user];
    const uint32_t stop = events.begins[user + 1];
    for (uint32_t i = begin; i < stop && events.at_ms[i] <= at_ms; ++i) {
      take(state, opens, events.ops[i], events.at_ms[i]);
    }
    if (begin == stop || events.at_ms[begin] > at_ms) continue;
    state.points -= opens.ignored_before(at_ms + 1);
    for (uint32_t in = segments_of(state, at_ms); in != 0; in &= in - 1) {
      members.users[static_cast<size_t>(__builtin_ctz(in))].push_back(user);
    }
  }
}

}  // namespace segue::limit
