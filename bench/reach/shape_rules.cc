#include "bench/reach/shape_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <deque>

namespace segue::bench {
namespace {

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kDay = 24 * kHour;

constexpr const char* kDeclarations = R"(event page "Page Viewed" { path: text }
event opened "Email Opened"
event clicked "Email Link Clicked"
event login "Signed In"
event invited "Teammate Invited"
event cart "Product Added" { price: number }
event feature "Feature Used" { duration_ms: number }
event reported "Report Viewed"
event file "File Uploaded"
event comment "Comment Added"
event search "Search Performed"
event demo "Demo Replayed"
trait plan: text

score effort {
  within 14d
  +1 feature
  +2 reported
  +5 file
  -1 search
}
)";

struct Named {
  CallKind kind;
  const char* name;
};
constexpr std::array<Named, 10> kEvents = {{{CallKind::kPageViewed, "page"},
                                            {CallKind::kEmailOpened, "opened"},
                                            {CallKind::kEmailClicked, "clicked"},
                                            {CallKind::kLogin, "login"},
                                            {CallKind::kTeammateInvited, "invited"},
                                            {CallKind::kFeatureUsed, "feature"},
                                            {CallKind::kReportViewed, "reported"},
                                            {CallKind::kFileUploaded, "file"},
                                            {CallKind::kCommentAdded, "comment"},
                                            {CallKind::kSearched, "search"}}};
constexpr const char* kPlanNames[] = {"free", "pro", "team"};

/// Paths that the workload has, and their numbers there.
constexpr std::pair<const char*, int> kPaths[] = {
    {"/pricing", 0}, {"/", 3}, {"/docs/api", 5}, {"/blog/launch", 6}, {"/demo", 8}};

const char* name_of(CallKind kind) {
  for (const Named& event : kEvents) {
    if (event.kind == kind) return event.name;
  }
  return "cart";
}

std::string condition(const ShapeRule& rule) {
  const std::string within = fmt::format("within {}m", rule.window_ms / 60'000);
  const char* a = name_of(rule.a);
  switch (rule.shape) {
    case Shape::kCount:
      return fmt::format("{} >= {} {}", a, rule.k, within);
    case Shape::kSum:
      return fmt::format("sum(cart.price) >= {} {}", rule.number, within);
    case Shape::kAbsence:
      return fmt::format("{0} and no {0} {1}", a, within);
    case Shape::kDays:
      return fmt::format("{} on >= {} of the last {} days", a, rule.k, rule.window_ms / kDay);
    case Shape::kPath:
      return fmt::format("(page where path = \"{}\") >= {} {}", rule.text, rule.k, within);
    case Shape::kDuration:
      return fmt::format("(feature where duration_ms > {}) >= {} {}", rule.number, rule.k, within);
    case Shape::kPlan:
      return fmt::format("plan = \"{}\" and {} >= {} {}", rule.text, a, rule.k, within);
    case Shape::kScore:
      return fmt::format("effort >= {}", rule.number);
    case Shape::kSequence:
      return fmt::format("({} then {} {}) >= 1 within {}m", a, name_of(rule.b), within,
                         rule.outer_ms / 60'000);
  }
  return {};
}

}  // namespace

std::vector<ShapeRule> shape_rules(uint32_t count) {
  std::vector<ShapeRule> rules;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t n = i / kShapes;  // the number within its shape
    ShapeRule rule;
    rule.shape = static_cast<Shape>(i % kShapes);
    rule.a = kEvents[n % kEvents.size()].kind;
    rule.b = kEvents[(n + 1 + n / kEvents.size()) % kEvents.size()].kind;
    if (rule.b == rule.a) rule.b = CallKind::kCartAdded;
    rule.k = 1 + n % 8;
    // Minutes that no other rule of the shape has: up to 30 days.
    rule.window_ms = (60 + int64_t{n} * 7919 % 43'000) * 60'000;
    rule.outer_ms = rule.window_ms + kDay;
    rule.number = 10 + n;
    rule.text = kPlanNames[n % 3];
    if (rule.shape == Shape::kDays) {
      rule.window_ms = (2 + n / 8 % 29) * kDay;
      rule.k = 1 + n % std::min<uint32_t>(8, static_cast<uint32_t>(rule.window_ms / kDay));
    } else if (rule.shape == Shape::kPath) {
      const auto& [path, detail] = kPaths[n / 4 % 5];
      rule.text = n % 4 == 0 ? std::string(path) : fmt::format("/landing/{}", n);
      rule.number = n % 4 == 0 ? detail : -1;
    } else if (rule.shape == Shape::kPlan) {
      rule.number = n % 3;
    } else if (rule.shape == Shape::kDuration) {
      rule.number = n * 37 % 5000;
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::string text_of(std::span<const ShapeRule> rules) {
  std::string text = kDeclarations;
  for (size_t i = 0; i < rules.size(); ++i) {
    text += fmt::format("segment rule_{} = {}\n", i, condition(rules[i]));
  }
  return text;
}

// ---- one by one ---------------------------------------------------------------------------------

namespace {

/// An occurrence and the one property of it that a rule may read.
struct Occurrence {
  int64_t at_ms;
  double value;
};

/// The longest window of all shapes and a little more.
constexpr int64_t kKeptMs = 32 * kDay;

double value_of(const Call& call) {
  if (call.kind == CallKind::kCartAdded) return 9.99 + call.detail * 10;
  if (call.kind == CallKind::kFeatureUsed) return static_cast<double>(call.message % 5000);
  return call.detail;
}

int points_of(CallKind kind) {
  switch (kind) {
    case CallKind::kFeatureUsed:
      return 1;
    case CallKind::kReportViewed:
      return 2;
    case CallKind::kFileUploaded:
      return 5;
    case CallKind::kSearched:
      return -1;
    default:
      return 0;
  }
}

}  // namespace

struct ShapeState {
  std::array<std::deque<Occurrence>, kCallKinds> kept;  // by kind, the oldest first
  std::array<uint64_t, kCallKinds> days = {};           // bit i: an occurrence i days before `day`
  std::array<int64_t, kCallKinds> day = {};
  std::deque<Occurrence> points;
  uint8_t plan = 0xFF;
  std::vector<uint64_t> members;

  const std::deque<Occurrence>& of(CallKind kind) const { return kept[static_cast<size_t>(kind)]; }
};

RuleLooker::RuleLooker(std::vector<ShapeRule> rules, uint32_t users)
    : rules_(std::move(rules)), by_kind_(kCallKinds), users_(users) {
  const auto add = [&](CallKind kind, uint32_t rule) {
    std::vector<uint32_t>& list = by_kind_[static_cast<size_t>(kind)];
    if (list.empty() || list.back() != rule) list.push_back(rule);
  };
  for (uint32_t i = 0; i < rules_.size(); ++i) {
    switch (rules_[i].shape) {
      case Shape::kScore:
        for (uint32_t kind = 0; kind < kCallKinds; ++kind) {
          if (points_of(static_cast<CallKind>(kind)) != 0) add(static_cast<CallKind>(kind), i);
        }
        break;
      case Shape::kSum:
        add(CallKind::kCartAdded, i);
        break;
      case Shape::kPath:
        add(CallKind::kPageViewed, i);
        break;
      case Shape::kDuration:
        add(CallKind::kFeatureUsed, i);
        break;
      case Shape::kSequence:
        add(rules_[i].b, i);
        break;
      case Shape::kPlan:
        add(CallKind::kIdentify, i);
        [[fallthrough]];
      default:
        add(rules_[i].a, i);
    }
  }
  for (ShapeState& user : users_) user.members.resize(rules_.size() / 64 + 1);
}

RuleLooker::~RuleLooker() = default;

bool RuleLooker::look(const ShapeRule& rule, const ShapeState& user, int64_t now) const {
  const std::deque<Occurrence>& kept = user.of(rule.a);
  const int64_t after = now - rule.window_ms;
  const auto nth_within = [&] {
    return kept.size() >= rule.k && kept[kept.size() - rule.k].at_ms > after;
  };
  // Counts from the newest on until there are enough.
  const auto matching = [&](CallKind kind, const auto& matches) {
    const std::deque<Occurrence>& all = user.of(kind);
    uint32_t found = 0;
    for (size_t i = all.size(); i > 0 && all[i - 1].at_ms > after && found < rule.k; --i) {
      found += matches(all[i - 1].value) ? 1 : 0;
    }
    return found >= rule.k;
  };
  switch (rule.shape) {
    case Shape::kCount:
      return nth_within();
    case Shape::kSum: {
      double sum = 0;
      const std::deque<Occurrence>& all = user.of(CallKind::kCartAdded);
      for (size_t i = all.size(); i > 0 && all[i - 1].at_ms > after; --i) sum += all[i - 1].value;
      return sum >= rule.number;
    }
    case Shape::kAbsence:
      return !kept.empty() && kept.back().at_ms <= after;
    case Shape::kDays: {
      const auto a = static_cast<size_t>(rule.a);
      const int64_t behind = now / kDay - user.day[a];
      const auto days = static_cast<int>(rule.window_ms / kDay);
      const uint64_t bits = behind > 63 ? 0 : user.days[a] << behind;
      return std::popcount(bits & ((uint64_t{1} << days) - 1)) >= static_cast<int>(rule.k);
    }
    case Shape::kPath:
      return matching(CallKind::kPageViewed, [&](double value) { return value == rule.number; });
    case Shape::kDuration:
      return matching(CallKind::kFeatureUsed, [&](double value) { return value > rule.number; });
    case Shape::kPlan:
      return user.plan == rule.number && nth_within();
    case Shape::kScore: {
      double sum = 0;
      for (size_t i = user.points.size(); i > 0 && user.points[i - 1].at_ms > now - 14 * kDay; --i)
        sum += user.points[i - 1].value;
      return sum >= rule.number;
    }
    case Shape::kSequence: {
      const std::deque<Occurrence>& ends = user.of(rule.b);
      for (size_t i = ends.size(); i > 0 && ends[i - 1].at_ms > now - rule.outer_ms; --i) {
        const auto start = std::upper_bound(
            kept.begin(), kept.end(), ends[i - 1].at_ms,
            [](int64_t at_ms, const Occurrence& other) { return at_ms < other.at_ms; });
        if (start == kept.begin()) continue;
        const int64_t at_ms = std::prev(start)->at_ms;
        if (ends[i - 1].at_ms - at_ms <= rule.window_ms && at_ms > now - rule.outer_ms) return true;
      }
      return false;
    }
  }
  return false;
}

void RuleLooker::take(const Call& call) {
  ShapeState& user = users_[call.user];
  const auto kind = static_cast<size_t>(call.kind);
  const auto keep = [&](std::deque<Occurrence>& all, double value) {
    all.push_back({call.at_ms, value});
    while (all.front().at_ms <= call.at_ms - kKeptMs) all.pop_front();
  };
  if (call.kind == CallKind::kIdentify) {
    if (call.detail < 4) user.plan = call.detail;
  } else {
    keep(user.kept[kind], value_of(call));
    if (points_of(call.kind) != 0) keep(user.points, points_of(call.kind));
    const int64_t day = call.at_ms / kDay;
    const int64_t behind = day - user.day[kind];
    user.days[kind] = (behind > 63 ? 0 : user.days[kind] << behind) | 1;
    user.day[kind] = day;
  }
  for (const uint32_t number : by_kind_[kind]) {
    const bool holds = look(rules_[number], user, call.at_ms);
    uint64_t& word = user.members[number / 64];
    const uint64_t bit = uint64_t{1} << number % 64;
    if (((word & bit) != 0) == holds) continue;
    word ^= bit;
    ++changes_;
  }
  looks_ += by_kind_[kind].size();
}

}  // namespace segue::bench
