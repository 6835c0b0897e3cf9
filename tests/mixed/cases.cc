#include "tests/mixed/cases.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/runtime/program_state.h"
#include "runtime/base/check.h"
#include "runtime/cells/merge.h"
#include "segue/event.h"

namespace segue::mixed {
namespace {

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kBegin = 1'748'736'000'000;  // 2025-06-01
constexpr size_t kEvents = 90;

// Each cell that a random condition reads, kept as long and as wide as any of them reads it. The
// order of the first three is that of `kTwin` and so on.
constexpr const char* kFixed = R"(
event view { path: text? }
event buy { price: number }
trait plan: text
score points { within 30d
  +1 view
  +3 buy }
segment a_twin = view >= 2 within 5h
segment b_twin = view >= 2 within 5h
segment c_scored = points >= 5
segment e_views = view >= 5 within 48h
segment f_days = view on >= 5 of the last 5 days
segment g_sum = sum(buy.price) >= 100 within 30d
segment h_paths = distinct(view.path) >= 3 within 3d
segment i_large = (buy where price >= 50) >= 2 within 10d
segment j_since = time since last buy >= 2d
segment k_ever = (view where path = "/1")
)";

std::string condition(Random& random) {
  switch (random.below(10)) {
    case 0:
      return fmt::format("view >= {} within {}h", random.between(1, 5),
                         random.pick({2, 6, 12, 48}));
    case 1:
      return fmt::format("no view within {}h", random.pick({3, 24, 48}));
    case 2:
      return fmt::format("sum(buy.price) >= {} within {}d", random.pick({20, 60, 150}),
                         random.pick({2, 7, 30}));
    case 3:
      return fmt::format("view on >= {} of the last 5 days", random.between(1, 4));
    case 4:
      return fmt::format("distinct(view.path) >= {} within 3d", random.between(1, 3));
    case 5:
      return fmt::format("(buy where price >= 50) >= {} within {}d", random.between(1, 2),
                         random.pick({1, 4, 10}));
    case 6:
      return fmt::format("time since last buy >= {}h", random.pick({5, 30, 48}));
    case 7:
      return fmt::format("points >= {}", random.pick({2, 6, 9}));
    case 8:
      return "never (view where path = \"/1\")";
    default:
      return "in e_views";
  }
}

std::string combined(Random& random) {
  const std::string first = condition(random);
  switch (random.below(4)) {
    case 0:
      return first;
    case 1:
      return fmt::format("({}) and ({})", first, condition(random));
    case 2:
      return fmt::format("({}) or ({})", first, condition(random));
    default:
      return fmt::format("({}) and not ({})", first, condition(random));
  }
}

/// Input in order of time.
std::vector<UserEvent> make_events(Random& random, const std::vector<std::string>& users) {
  std::vector<UserEvent> events;
  int64_t at_ms = kBegin;
  for (size_t i = 0; i < kEvents; ++i) {
    if (random.chance(80)) at_ms += random.chance(20) ? 1 : random.between(1, 5 * kHour);
    UserEvent event;
    event.at = TimePoint(Milliseconds(at_ms));
    event.user = users[random.below(users.size())];
    if (random.chance(30)) event.message_id = fmt::format("m{}", random.below(40));
    const uint64_t kind = random.below(100);
    if (kind < 60) {
      event.name = "view";
      event.properties = {{"path", fmt::format("/{}", random.below(4))}};
    } else if (kind < 75) {
      event.name = "buy";
      event.properties = {{"price", random.between(1, 90)}};
    } else if (kind < 87) {
      event.call = UserEvent::Call::kIdentify;
      event.properties = {{"plan", std::string(random.pick({"pro", "free"}))}};
    } else if (kind < 95) {
      event.call = UserEvent::Call::kAlias;
      event.previous = users[random.below(users.size())];
      if (event.previous == event.user) continue;
    } else {
      event.call = UserEvent::Call::kDelete;
    }
    events.push_back(std::move(event));
  }
  return events;
}

/// Another order, in which nothing comes after what is newer by more than the lateness.
void shuffle(Random& random, int64_t lateness_ms, std::vector<UserEvent>& events) {
  std::vector<std::pair<int64_t, size_t>> order;
  for (size_t i = 0; i < events.size(); ++i) {
    const int64_t at_ms = events[i].at.time_since_epoch().count();
    order.emplace_back(at_ms + random.between(0, lateness_ms), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<UserEvent> shuffled;
  for (const auto& [at_ms, i] : order) shuffled.push_back(events[i]);
  events = std::move(shuffled);
}

}  // namespace

std::shared_ptr<const Rules> make_rules(Random& random) {
  auto rules = std::make_shared<Rules>();
  rules->text = kFixed;
  for (uint64_t i = 0, count = 1 + random.below(4); i < count; ++i) {
    // Some names come and go.
    rules->text += fmt::format("segment s{} = {}\n", i * 2 + random.below(2), combined(random));
  }
  const Outcome read = compile_text("mixed.seg", rules->text, {}, rules->compilation);
  SEGUE_CHECK(read.ok() && rules->compilation.ok(), "made rules are right");
  SEGUE_CHECK(rules->compilation.program(rules->program).ok(), "… and can be compiled");
  const image::View& view = rules->program->state().program->view();
  const cells::Exactness exactness(view);
  for (const image::SegmentRow& segment : view.segments) {
    SEGUE_CHECK(exactness.node(segment.node), "… and users can be joined exactly");
  }
  return rules;
}

Case make_case(Random& random, bool keeps) {
  Case made;
  const size_t versions = 2 + random.below(3);
  for (size_t i = 0; i < versions; ++i) made.rules.push_back(make_rules(random));
  for (uint64_t i = 0, count = 4 + random.below(8); i < count; ++i) {
    made.users.push_back(fmt::format("user {}", i));
  }
  made.lateness = Milliseconds(random.chance(50) ? 0 : 3 * kHour);
  std::vector<UserEvent> events = make_events(random, made.users);
  if (made.lateness.count() != 0) shuffle(random, made.lateness.count(), events);
  std::vector<size_t> deploys;
  for (size_t i = 1; i < versions; ++i) deploys.push_back(1 + random.below(events.size() - 1));
  std::sort(deploys.begin(), deploys.end());
  uint32_t deployed = 0;
  int64_t newest_ms = 0;
  for (size_t i = 0; i < events.size();) {
    while (deployed < deploys.size() && deploys[deployed] <= i) {
      made.steps.push_back({.kind = Step::Kind::kDeploy, .rules = ++deployed});
    }
    std::string lines;
    for (uint64_t size = 1 + random.below(4); size > 0 && i < events.size(); --size, ++i) {
      newest_ms = std::max<int64_t>(newest_ms, events[i].at.time_since_epoch().count());
      lines += json_line(events[i]) + "\n";
    }
    made.steps.push_back({.kind = Step::Kind::kPush, .lines = lines});
    if (made.lateness.count() == 0 && random.chance(15)) {
      const int64_t next_ms =
          i < events.size() ? events[i].at.time_since_epoch().count() : newest_ms + kHour;
      // Nothing that follows is late.
      made.steps.push_back({.kind = Step::Kind::kAdvance,
                            .through = TimePoint(Milliseconds(
                                newest_ms + (next_ms - newest_ms) * random.between(0, 9) / 10))});
      if (next_ms == newest_ms) made.steps.pop_back();
    }
    if (!keeps) continue;
    if (random.chance(15)) made.steps.push_back({.kind = Step::Kind::kCheckpoint});
    if (random.chance(12)) made.steps.push_back({.kind = Step::Kind::kReopen});
  }
  made.until = TimePoint(Milliseconds(newest_ms + 40 * kHour));
  return made;
}

}  // namespace segue::mixed
