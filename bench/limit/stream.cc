#include "bench/limit/stream.h"

#include <algorithm>

namespace segue::limit {
namespace {

constexpr uint64_t kTwoDays = 2ULL * kDayMs;
constexpr uint64_t kThreeDays = 3ULL * kDayMs;
constexpr uint64_t kWeek = 7ULL * kDayMs;
constexpr uint64_t kTenDays = 10ULL * kDayMs;
constexpr uint64_t kMonth = 30ULL * kDayMs;

constexpr uint64_t kNothing = UINT64_MAX;  // no deadline

constexpr size_t kBatch = 1024;
constexpr int64_t kBatchMs = kDayMs;
constexpr size_t kAhead = 8;

// Times are 32-bit distances from a base that is kept at least 31 days, more than any window,
// before the present.
constexpr uint32_t kBaseBefore = 31 * kDayMs;
constexpr int64_t kRebaseAt = 48LL * kDayMs;

constexpr bool stalled(uint32_t facts) {
  return (facts & (kStarted | kSkippedTwo | kCompleted)) == (kStarted | kSkippedTwo);
}

constexpr bool high(const Row& row, uint32_t now) {
  return (row.facts & kCaseStudy) != 0 && row.views[2] + kTwoDays > now;
}

constexpr bool power(const Row& row, uint32_t now) {
  return (row.facts & kInvited) != 0 && row.seventh_day + kTenDays > now;
}

constexpr bool churn(const Row& row, uint32_t now) {
  return (row.facts & kSignedIn) != 0 && row.login + kWeek <= now && row.ignored + kMonth > now;
}

constexpr bool silent(const Row& row, uint32_t now) {
  return (row.facts & kCartIsLast) != 0 && row.cart + kThreeDays <= now;
}

constexpr bool hot(const Row& row) { return row.points >= 20 && (row.facts & kFree) != 0; }

/// The next instant after `now` at which time alone may change something, or `kNothing`.
uint64_t deadline(const Row& row, uint32_t now) {
  uint64_t next = kNothing;
  const auto at = [&](bool matters, uint64_t instant) {
    if (matters && instant > now) next = std::min(next, instant);
  };
  at((row.facts & member_bit(Segment::kHighIntent)) != 0, row.views[2] + kTwoDays);
  at((row.facts & member_bit(Segment::kPowerUser)) != 0, row.seventh_day + kTenDays);
  at((row.facts & member_bit(Segment::kChurnRisk)) != 0, row.ignored + kMonth);
  at((row.facts & kSignedIn) != 0 && row.ignored + kMonth > row.login + kWeek, row.login + kWeek);
  at((row.facts & kCartIsLast) != 0, row.cart + kThreeDays);
  at(row.open_count > 0, row.opens[0] + uint64_t{kDayMs});
  return next;
}

}  // namespace

// ---- what a row is asked and told
// -------------------------------------------------------------------

inline void Stream::arm(Row& row, uint32_t number, uint64_t at) {
  // What lies beyond the range wakes early, after the base has moved.
  const auto wake = static_cast<uint32_t>(std::min<uint64_t>(at, kNoWake - 1));
  if (wake >= row.wake) return;
  row.wake = wake;
  timers_.put(wake, number);
}

inline void Stream::set(Row& row, uint32_t number, uint32_t now, Segment segment, bool holds) {
  const uint32_t bit = member_bit(segment);
  if (((row.facts & bit) != 0) == holds) return;
  row.facts ^= bit;
  changes_.push_back({base_ms_ + now, number, segment, holds});
}

inline void Stream::ask_high(Row& row, uint32_t number, uint32_t now) {
  if (!high(row, now)) return;
  set(row, number, now, Segment::kHighIntent, true);
  arm(row, number, row.views[2] + kTwoDays);
}

inline void Stream::ask_hot(Row& row, uint32_t number, uint32_t now) {
  set(row, number, now, Segment::kHotFree, hot(row));
}

void Stream::add_open(Row& row, uint32_t number, uint32_t now) {
  if (row.open_count < kOpens) {
    row.opens[row.open_count] = now;
  } else {
    aside_[number].at.push_back(now);
  }
  ++row.open_count;
}

void Stream::drop_open(Row& row, uint32_t number) {
  std::copy(row.opens + 1, row.opens + kOpens, row.opens);
  if (row.open_count > kOpens) {
    row.opens[kOpens - 1] = aside_[number].take();
  }
  --row.open_count;
}

inline void Stream::clear_opens(Row& row, uint32_t number) {
  if (row.open_count > kOpens) aside_[number] = {};
  row.open_count = 0;
}

inline void Stream::add_login(Row& row, uint32_t number, uint32_t now) {
  const int64_t day = (base_ms_ + now) / kDayMs;
  const bool first = (row.facts & kSignedIn) == 0;
  if (!first && (base_ms_ + row.login) / kDayMs != day) {
    Cold& cold = table_.cold(number);
    std::copy_backward(cold.days, cold.days + 5, cold.days + 6);
    cold.days[0] = row.login;
    row.seventh_day = cold.days[5];
  }
  row.login = now;
  row.facts |= kSignedIn;
}

// ---- one event, one instant, one deadline
// -----------------------------------------------------------

/// An event alone at its instant of a user who has no deadline up to it: only what the event's kind
/// can change is asked.
inline void Stream::run_one(uint32_t number, const Event& event) {
  const auto now = static_cast<uint32_t>(event.at_ms - base_ms_);
  Row& row = table_.row(number);
  if (row.wake <= now) [[unlikely]] {
    const Event* only = &event;
    return settle_user(number, {&only, 1});
  }
  if ((row.facts & kCartIsLast) != 0 && !is_identify(event.op)) {
    row.facts &= ~kCartIsLast;
    set(row, number, now, Segment::kSilentCart, false);
  }
  apply(number, event.op, now);
  switch (event.op) {
    case Op::kOtherTraits:
    case Op::kOther:
    case Op::kClicked:
      return;
    case Op::kOpened:
      return arm(row, number, now + uint64_t{kDayMs});
    case Op::kOpenedCaseStudy:
      arm(row, number, now + uint64_t{kDayMs});
      return ask_high(row, number, now);
    case Op::kPricing:
      ask_high(row, number, now);
      return ask_hot(row, number, now);
    case Op::kPlanFree:
    case Op::kPlanOther:
    case Op::kDemo:
    case Op::kSkipped:
      return ask_hot(row, number, now);
    case Op::kSkippedTwo:
      ask_hot(row, number, now);
      [[fallthrough]];
    case Op::kStarted:
    case Op::kCompleted:
      return set(row, number, now, Segment::kActivationStalled, stalled(row.facts));
    case Op::kInvited:
      ask_hot(row, number, now);
      break;
    case Op::kLogin:
      set(row, number, now, Segment::kChurnRisk, false);
      if (row.ignored + kMonth > now + kWeek) arm(row, number, now + kWeek);
      break;
    case Op::kIgnored:
      if ((row.facts & kSignedIn) == 0) return;
      set(row, number, now, Segment::kChurnRisk, row.login + kWeek <= now);
      return arm(row, number, row.login + kWeek <= now ? now + kMonth : row.login + kWeek);
    case Op::kCart:
      return arm(row, number, now + kThreeDays);
  }
  if (!power(row, now)) return;
  set(row, number, now, Segment::kPowerUser, true);
  arm(row, number, row.seventh_day + kTenDays);
}

/// What the event itself changes, nothing that follows. An event of `any` that is no cart has
/// cleared `kCartIsLast` before.
inline void Stream::apply(uint32_t number, Op op, uint32_t now) {
  Row& row = table_.row(number);
  switch (op) {
    case Op::kOtherTraits:
    case Op::kOther:
      return;
    case Op::kPlanFree:
      row.facts |= kFree;
      return;
    case Op::kPlanOther:
      row.facts &= ~kFree;
      return;
    case Op::kPricing:
      row.points += 5;
      row.views[2] = row.views[1];
      row.views[1] = row.views[0];
      row.views[0] = now;
      return;
    case Op::kOpenedCaseStudy:
      row.facts |= kCaseStudy;
      [[fallthrough]];
    case Op::kOpened:
      return add_open(row, number, now);
    case Op::kClicked:
      return clear_opens(row, number);
    case Op::kDemo:
      row.points += 4;
      return;
    case Op::kStarted:
      row.facts |= kStarted;
      return;
    case Op::kSkippedTwo:
      row.facts |= kSkippedTwo;
      [[fallthrough]];
    case Op::kSkipped:
      row.points -= 3;
      return;
    case Op::kCompleted:
      row.facts |= kCompleted;
      return;
    case Op::kLogin:
      return add_login(row, number, now);
    case Op::kInvited:
      row.points += 6;
      row.facts |= kInvited;
      return;
    case Op::kIgnored:
      row.ignored = now;
      return;
    case Op::kCart:
      row.cart = now;
      row.facts |= kCartIsLast;
      return;
  }
}

/// All events of one user at one instant, with the deadlines up to it.
void Stream::settle_user(uint32_t number, std::span<const Event* const> events) {
  const auto now = static_cast<uint32_t>(events[0]->at_ms - base_ms_);
  if (table_.row(number).wake < now) settle_due(number, now);
  bool cart = false;
  bool any = false;
  bool opened = false;
  bool clicked = false;
  const Event* plan = nullptr;
  for (size_t i = 0; i < events.size(); ++i) {
    const Event& event = *events[i];
    const bool copy = event.tie_bytes > 0 &&
                      std::any_of(events.begin(), events.begin() + i, [&](const Event* other) {
                        return other->tie_text() == event.tie_text();
                      });
    if (copy) continue;
    any |= !is_identify(event.op);
    cart |= event.op == Op::kCart;
    clicked |= event.op == Op::kClicked;
    if (event.op == Op::kPlanFree || event.op == Op::kPlanOther) {
      if (plan == nullptr || plan->tie_text() < event.tie_text()) plan = &event;
    } else if (event.op == Op::kOpened || event.op == Op::kOpenedCaseStudy) {
      opened = true;
      if (event.op == Op::kOpenedCaseStudy) table_.row(number).facts |= kCaseStudy;
    } else {
      apply(number, event.op, now);
    }
  }
  Row& row = table_.row(number);
  if (plan != nullptr) apply(number, plan->op, now);
  if (any && !cart) row.facts &= ~kCartIsLast;
  // A click at the very instant of an open takes it back; several opens of an instant are one.
  if (opened && !clicked) add_open(row, number, now);
  evaluate(number, now);
  set_wake(number, now);
}

/// Every deadline before `end`, each at its own instant. Those before the wake-up are settled.
void Stream::settle_due(uint32_t number, uint32_t end) {
  uint32_t now = table_.row(number).wake - 1;
  for (;;) {
    const uint64_t next = deadline(table_.row(number), now);
    if (next >= end) return;
    now = static_cast<uint32_t>(next);
    evaluate(number, now);
  }
}

void Stream::evaluate(uint32_t number, uint32_t now) {
  Row& row = table_.row(number);
  while (row.open_count > 0 && row.opens[0] + uint64_t{kDayMs} <= now) {
    --row.points;
    drop_open(row, number);
  }
  set(row, number, now, Segment::kHighIntent, high(row, now));
  set(row, number, now, Segment::kActivationStalled, stalled(row.facts));
  set(row, number, now, Segment::kPowerUser, power(row, now));
  set(row, number, now, Segment::kChurnRisk, churn(row, now));
  set(row, number, now, Segment::kSilentCart, silent(row, now));
  set(row, number, now, Segment::kHotFree, hot(row));
}

void Stream::set_wake(uint32_t number, uint32_t now) {
  Row& row = table_.row(number);
  row.wake = kNoWake;
  const uint64_t next = deadline(row, now);
  if (next != kNothing) arm(row, number, next);
}

// ---- the stream
// -------------------------------------------------------------------------------------

void Stream::wake_until(uint32_t end) {
  due_.clear();
  timers_.move_to(end, due_);
  for (size_t i = 0; i < due_.size(); ++i) {
    if (i + kAhead < due_.size()) table_.fetch_row(due_[i + kAhead].row);
    const auto [at, number] = due_[i];
    if (table_.row(number).wake != at) continue;
    settle_due(number, end);
    set_wake(number, end - 1);
  }
}

/// Events of one instant: alone each, or several of one user together.
void Stream::run_instant(std::span<const Event> events, const uint32_t* numbers) {
  grouped_.clear();
  for (size_t i = 0; i < events.size(); ++i) {
    grouped_.emplace_back(table_.confirm(events[i], numbers[i]), &events[i]);
  }
  std::sort(grouped_.begin(), grouped_.end());
  for (size_t begin = 0; begin < grouped_.size();) {
    together_.clear();
    const uint32_t number = grouped_[begin].first;
    for (; begin < grouped_.size() && grouped_[begin].first == number; ++begin) {
      together_.push_back(grouped_[begin].second);
    }
    if (together_.size() == 1) {
      run_one(number, *together_[0]);
    } else {
      settle_user(number, together_);
    }
  }
}

void Stream::run(std::span<const Event> batch) {
  make_room(batch);
  numbers_.resize(std::max(numbers_.size(), batch.size()));
  for (const Event& event : batch) {
    table_.fetch_slot(event.hash);
    __builtin_prefetch(event.user);  // read of new users
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    numbers_[i] = table_.find_or_add(batch[i]);
    table_.fetch_row(numbers_[i]);
    if (batch[i].op == Op::kLogin) table_.fetch_cold(numbers_[i]);
  }
  for (size_t i = 0; i < batch.size();) {
    size_t end = i + 1;
    while (end < batch.size() && batch[end].at_ms == batch[i].at_ms) ++end;
    if (end - i == 1) [[likely]] {
      run_one(table_.confirm(batch[i], numbers_[i]), batch[i]);
    } else {
      run_instant(batch.subspan(i, end - i), &numbers_[i]);
    }
    i = end;
  }
  // All events of the last instant are in, so what falls due at it is settled too.
  wake_until(static_cast<uint32_t>(batch.back().at_ms + 1 - base_ms_));
}

/// Whole instants only.
void Stream::process(std::span<const Event> events) {
  if (events.empty()) return;
  if (events_ == 0) base_ms_ = events[0].at_ms - kBaseBefore;
  events_ += events.size();
  while (!events.empty()) {
    size_t size = std::min(kBatch, events.size());
    while (events[size - 1].at_ms - events[0].at_ms > kBatchMs) size = (size + 1) / 2;
    while (size < events.size() && events[size].at_ms == events[size - 1].at_ms) ++size;
    run(events.first(size));
    events = events.subspan(size);
  }
}

void Stream::push(std::span<const Event> events) {
  if (events.empty()) return;
  if (!carried_.empty()) {
    size_t same = 0;
    while (same < events.size() && events[same].at_ms == carried_[0].at_ms) ++same;
    carried_.insert(carried_.end(), events.begin(), events.begin() + same);
    events = events.subspan(same);
    if (events.empty()) return;
    process(carried_);
    carried_.clear();
  }
  size_t whole = events.size();
  while (whole > 0 && events[whole - 1].at_ms == events.back().at_ms) --whole;
  process(events.first(whole));
  carried_.assign(events.begin() + whole, events.end());
}

void Stream::finish() {
  process(carried_);
  carried_.clear();
}

/// Sees to it that the batch's times can be written, in steps where nothing came for weeks.
void Stream::make_room(std::span<const Event> batch) {
  while (batch.back().at_ms - base_ms_ > kRebaseAt) {
    const int64_t at_ms = std::min(batch.front().at_ms, base_ms_ + kRebaseAt);
    wake_until(static_cast<uint32_t>(at_ms - base_ms_));
    rebase(at_ms);
  }
}

/// Moves the base so that `at_ms` lies 31 days after it. Cost: all rows once each 17 days.
void Stream::rebase(int64_t at_ms) {
  const auto by = static_cast<uint32_t>(at_ms - base_ms_ - kBaseBefore);
  const auto move = [by](uint32_t& time) { time = time > by ? time - by : 0; };
  for (uint32_t number = 0; number < table_.size(); ++number) {
    Row& row = table_.row(number);
    for (uint32_t& view : row.views) move(view);
    for (uint32_t& open : row.opens) move(open);
    for (uint32_t* time : {&row.login, &row.seventh_day, &row.ignored, &row.cart}) move(*time);
    for (uint32_t& day : table_.cold(number).days) move(day);
    if (row.wake != kNoWake) row.wake -= by;
  }
  for (auto& [number, opens] : aside_) {
    for (uint32_t& open : opens.at) move(open);
  }
  timers_.rebase(by);
  base_ms_ += by;
}

}  // namespace segue::limit
