#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "naive/naive.h"

/// For tests: rules written as expressions, histories written as lines, answers read as text. Times
/// are plain milliseconds, so that a test's numbers are the instants it means.
namespace segue::naive::test {

using hir::Aggregate;
using hir::ExprPtr;
using hir::Op;
using hir::StreamId;
using hir::Window;

// ---- values ----

inline Value number(std::string_view json) { return number_from_text(json); }
inline Value tagged(ValueTag tag, std::string_view text = {}) {
  Value value;
  value.tag = tag;
  value.text = text;
  return value;
}
inline Value text(std::string_view text) { return tagged(ValueTag::kText, text); }
inline Value null() { return tagged(ValueTag::kMissing); }
inline Value yes() { return tagged(ValueTag::kTrue); }
inline Value no() { return tagged(ValueTag::kFalse); }

// ---- expressions ----

inline ExprPtr make(Op op, std::vector<ExprPtr> children = {}) {
  auto expr = std::make_shared<hir::Expr>();
  expr->op = op;
  expr->children = std::move(children);
  return expr;
}
/// A copy of `expr`, changed by `edit`.
template <class Edit>
ExprPtr with(const ExprPtr& expr, Edit edit) {
  auto copy = std::make_shared<hir::Expr>(*expr);
  edit(*copy);
  return copy;
}

inline hir::Literal num_literal(std::string digits) {
  hir::Literal literal;
  literal.type = hir::Type::kNumber;
  literal.number = std::stod(digits);
  literal.text = std::move(digits);
  return literal;
}
inline hir::Literal text_literal(std::string text) {
  hir::Literal literal;
  literal.type = hir::Type::kText;
  literal.text = std::move(text);
  return literal;
}
inline ExprPtr literal(hir::Literal value) {
  return with(make(Op::kLiteral), [&](hir::Expr& e) { e.literal = std::move(value); });
}
inline ExprPtr num(std::string digits) { return literal(num_literal(std::move(digits))); }
inline ExprPtr txt(std::string text) { return literal(text_literal(std::move(text))); }
inline ExprPtr truth(bool value) {
  hir::Literal literal_value;
  literal_value.type = hir::Type::kTruth;
  literal_value.truth = value;
  return literal(literal_value);
}
inline ExprPtr duration(int64_t ms) {
  hir::Literal value;
  value.type = hir::Type::kDuration;
  value.duration = {ms};
  return literal(value);
}
inline ExprPtr instant(int64_t ms) {
  hir::Literal value;
  value.type = hir::Type::kInstant;
  value.instant = {ms};
  return literal(value);
}

inline ExprPtr both(ExprPtr a, ExprPtr b) { return make(Op::kAnd, {std::move(a), std::move(b)}); }
inline ExprPtr either(ExprPtr a, ExprPtr b) { return make(Op::kOr, {std::move(a), std::move(b)}); }
inline ExprPtr not_(ExprPtr a) { return make(Op::kNot, {std::move(a)}); }
inline ExprPtr eq(ExprPtr a, ExprPtr b) { return make(Op::kEqual, {std::move(a), std::move(b)}); }
inline ExprPtr lt(ExprPtr a, ExprPtr b) { return make(Op::kLess, {std::move(a), std::move(b)}); }
inline ExprPtr le(ExprPtr a, ExprPtr b) {
  return make(Op::kLessEqual, {std::move(a), std::move(b)});
}
inline ExprPtr ge(ExprPtr a, ExprPtr b) { return le(std::move(b), std::move(a)); }
inline ExprPtr gt(ExprPtr a, ExprPtr b) { return lt(std::move(b), std::move(a)); }
inline ExprPtr minus(ExprPtr a, ExprPtr b) {
  return make(Op::kSubtract, {std::move(a), std::move(b)});
}
inline ExprPtr now() { return make(Op::kNow); }
inline ExprPtr held(ExprPtr a, int64_t ms) {
  return with(make(Op::kHeld, {std::move(a)}), [&](hir::Expr& e) { e.duration = {ms}; });
}

inline Window ever() { return {}; }
inline Window rolling(int64_t from, int64_t to = 0) {
  Window window;
  window.kind = Window::Kind::kRolling;
  window.from = {from};
  window.to = {to};
  return window;
}
inline Window absolute(std::optional<Instant> begin, std::optional<Instant> end) {
  Window window;
  window.kind = Window::Kind::kAbsolute;
  window.begin = begin;
  window.end = end;
  return window;
}
inline Window last_days(uint32_t days, bool full = false) {
  Window window;
  window.kind = Window::Kind::kCalendar;
  window.periods = days;
  window.full = full;
  return window;
}
inline Window calendar(CalendarUnit unit, uint32_t periods, bool full = false) {
  Window window = last_days(periods, full);
  window.unit = unit;
  return window;
}
inline Window anchored(ExprPtr anchor, std::optional<int64_t> after,
                       std::optional<int64_t> before) {
  Window window;
  window.kind = Window::Kind::kAnchored;
  window.anchor = std::move(anchor);
  if (after) window.after = Duration{*after};
  if (before) window.before = Duration{*before};
  return window;
}

inline ExprPtr over(Op op, StreamId stream, Window window, uint32_t cap = 0) {
  return with(make(op), [&](hir::Expr& e) {
    e.stream = stream;
    e.window = window;
    e.cap = cap;
  });
}
inline ExprPtr count(StreamId stream, Window window = ever(), uint32_t cap = 0) {
  return over(Op::kCount, stream, window, cap);
}
inline ExprPtr days(StreamId stream, Window window = ever()) {
  return over(Op::kDays, stream, window);
}
inline ExprPtr aggregate(Aggregate kind, StreamId stream, ExprPtr value, Window window = ever(),
                         uint32_t cap = 0) {
  return with(over(Op::kAggregate, stream, window, cap), [&](hir::Expr& e) {
    e.aggregate = kind;
    e.children = {std::move(value)};
  });
}
inline ExprPtr time_of(Aggregate kind, StreamId stream) {
  return with(over(Op::kTimeOf, stream, ever()), [&](hir::Expr& e) { e.aggregate = kind; });
}

// ---- one user ----

/// Events `a` to `d`, `x` and whatever else (kOtherKind), each with the properties `p` and `q`;
/// identify calls with the traits `t` and `u`. Zone 0 is UTC.
class World {
 public:
  static constexpr std::array<std::string_view, 5> kNames = {"a", "b", "c", "d", "x"};

  World() {
    rules.zones = {"UTC"};
    rules.schema.slots = {{{"p"}, false}, {{"q"}, false}, {{"t"}, true}, {{"u"}, true}};
    rules.schema.kinds = {{"", {2, 3}}, {"", {0, 1}}};
    for (const std::string_view name : kNames) {
      rules.schema.kinds.push_back({std::string(name), {0, 1}});
    }
    history.user = "ann";
  }
  World(World&&) = default;  // a copy's events would point into the original

  hir::Rules rules;
  History history;
  std::vector<ZoneView> zones = {ZoneView({})};
  Instant until{1000};

  static KindId kind(std::string_view name) {
    const auto place = std::find(kNames.begin(), kNames.end(), name);
    if (place == kNames.end()) return kOtherKind;
    return {kFirstNamedKind + static_cast<uint32_t>(place - kNames.begin())};
  }
  static ExprPtr p() { return slot(Op::kProperty, 0); }
  static ExprPtr q() { return slot(Op::kProperty, 1); }
  static ExprPtr t() { return slot(Op::kTrait, 2); }
  static ExprPtr u() { return slot(Op::kTrait, 3); }
  static ExprPtr is(std::string_view name) {
    return with(make(Op::kEventIs), [&](hir::Expr& e) { e.kinds = {kind(name)}; });
  }

  /// The events of that name (or, by "", any), filtered.
  StreamId events(std::string_view name, ExprPtr filter = nullptr) {
    ExprPtr predicate = name.empty() ? make(Op::kEventIs) : is(name);
    if (filter != nullptr) predicate = both(predicate, std::move(filter));
    hir::Stream stream;
    stream.predicate = std::move(predicate);
    return add(std::move(stream));
  }
  StreamId add(hir::Stream stream) {
    rules.streams.push_back(std::move(stream));
    return {static_cast<uint32_t>(rules.streams.size() - 1)};
  }

  /// A track at `ms`; `tie` is its messageId, by default one that no other event has.
  World& track(int64_t ms, std::string_view name, Value p_value = {}, std::string_view tie = {}) {
    return add_event(ms, kind(name), name, {p_value, Value{}}, tie);
  }
  World& identify(int64_t ms, Value t_value, Value u_value = {}, std::string_view tie = {}) {
    return add_event(ms, kIdentifyKind, "", {t_value, u_value}, tie);
  }
  World& add_event(int64_t ms, KindId kind, std::string_view name, std::vector<Value> slots,
                   std::string_view tie) {
    const std::vector<Value>& kept = slots_.emplace_back(std::move(slots));
    const std::string& own = ties_.emplace_back(fmt::format("m{:06}", ties_.size()));
    Event event;
    event.at = {ms};
    event.kind = kind;
    event.user = history.user;
    event.name = name;
    event.tie = tie.empty() ? std::string_view(own) : tie;
    event.has_message_id = true;
    event.slots = kept;
    history.events.push_back(event);
    return *this;
  }

  Timeline timeline() const { return evaluate(rules, zones, history, until); }

  /// When `when` holds: `10-20 30-`, each end the first instant at which it does not.
  std::string runs(ExprPtr when) {
    hir::Segment segment;
    segment.when = std::move(when);
    rules.segments.push_back(std::move(segment));
    const hir::SegmentId id{static_cast<uint32_t>(rules.segments.size() - 1)};
    std::string out;
    for (const Change& change : timeline().changes()) {
      if (change.segment != id) continue;
      if (change.entered) out += fmt::format("{}{}-", out.empty() ? "" : " ", change.at.ms);
      if (!change.entered) out += fmt::format("{}", change.at.ms);
    }
    return out;
  }

  /// The pieces of `value`: `0:1 10:2.5 20:-`, a dash for missing.
  std::string pieces(ExprPtr value) {
    hir::Score score;
    score.value = std::move(value);
    rules.scores.push_back(std::move(score));
    const hir::ScoreId id{static_cast<uint32_t>(rules.scores.size() - 1)};
    std::string out;
    const Timeline all = timeline();
    for (const NumberPiece& piece : all.score(id)) {
      const std::string shown = piece.value ? fmt::format("{}", *piece.value) : "-";
      out += fmt::format("{}{}:{}", out.empty() ? "" : " ", piece.from.ms, shown);
    }
    return out;
  }

 private:
  static ExprPtr slot(Op op, uint32_t index) {
    return with(make(op), [&](hir::Expr& e) { e.slot = {index}; });
  }

  std::deque<std::vector<Value>> slots_;
  std::deque<std::string> ties_;
};

}  // namespace segue::naive::test
