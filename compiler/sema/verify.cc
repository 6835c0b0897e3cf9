#include "compiler/sema/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "compiler/sema/caps.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/ops.h"

namespace segue {

namespace {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

/// Where an expression stands: of the user's history, of one event, of an item of a list (that of
/// an event or of a user).
enum class Place : uint8_t { kHistory, kEvent, kItem, kItemOfEvent };

bool only_of_history(Op op) {
  switch (op) {
    case Op::kKnownSince:
    case Op::kCount:
    case Op::kAggregate:
    case Op::kDays:
    case Op::kStreak:
    case Op::kTimeOf:
    case Op::kMember:
    case Op::kUserIn:
    case Op::kScore:
    case Op::kHeld:
    case Op::kLatched:
    case Op::kDecayed:
      return true;
    default:
      return false;
  }
}

bool only_of_events(Op op) {
  return op == Op::kProperty || op == Op::kEventName || op == Op::kEventIs;
}

bool fits(Op op, Place place) {
  const bool item = place == Place::kItem || place == Place::kItemOfEvent;
  if (op == Op::kItem) return item;
  if (item && (op == Op::kNow || op == Op::kInPeriod)) return false;
  const bool event = place == Place::kEvent || place == Place::kItemOfEvent;
  return event                      ? !only_of_history(op)
         : place == Place::kHistory ? !only_of_events(op)
                                    : !only_of_history(op) && !only_of_events(op);
}

/// Where a child stands.
Place place_of(const Expr& e, size_t child, Place place) {
  if (e.op == Op::kAggregate) return Place::kEvent;
  if (e.op != Op::kAnyItem || child == 0) return place;
  const bool event = place == Place::kEvent || place == Place::kItemOfEvent;
  return event ? Place::kItemOfEvent : Place::kItem;
}

class Verifier {
 public:
  explicit Verifier(const hir::Rules& rules) : rules_(rules) {}

  std::vector<std::string> run() {
    schema();
    for (size_t i = 0; i < rules_.streams.size(); ++i) stream(rules_.streams[i], i);
    for (const hir::Score& score : rules_.scores) {
      root(score.value, Type::kNumber, "score " + score.name);
    }
    for (const hir::Segment& segment : rules_.segments) {
      root(segment.when, Type::kTruth, "segment " + segment.name);
    }
    order();
    return std::move(faults_);
  }

 private:
  void expect(bool holds, const std::string& fault) {
    if (!holds) faults_.push_back(where_ + ": " + fault);
  }

  void schema() {
    where_ = "schema";
    const InputSchema& schema = rules_.schema;
    expect(schema.kinds.size() >= kFirstNamedKind, "the first two kinds are missing");
    for (size_t i = 0; i < schema.kinds.size(); ++i) {
      const InputSchema::Kind& kind = schema.kinds[i];
      if (i > kFirstNamedKind) {
        expect(schema.kinds[i - 1].wire_name < kind.wire_name, "kinds are not in byte order");
      }
      const bool ascending = std::adjacent_find(kind.slots.begin(), kind.slots.end(),
                                                std::greater_equal<>()) == kind.slots.end();
      expect(ascending, "slots of a kind are not ascending");
      for (const uint32_t slot : kind.slots) {
        expect(slot < schema.slots.size(), "a kind names a slot that is not there");
        if (slot >= schema.slots.size()) continue;
        expect(schema.slots[slot].is_trait == (i == kIdentifyKind.index),
               "a trait outside of identify, or a property in it");
      }
    }
    for (const InputSchema::Slot& slot : schema.slots)
      expect(!slot.path.empty(), "a slot is empty");
  }

  void stream(const hir::Stream& stream, size_t index) {
    using Kind = hir::Stream::Kind;
    where_ = fmt::format("stream s{}", index);
    const Kind kind = stream.kind;
    expect((kind == Kind::kEvents) == (stream.predicate != nullptr),
           "a predicate is of events, and events have one");
    expect((kind == Kind::kSequence) != stream.steps.empty(), "steps are of a sequence");
    expect((kind == Kind::kCrossing) == (stream.condition != nullptr), "a condition is crossed");
    for (const hir::StreamId read : hir::streams_of(stream)) {
      expect(read.index < index, "reads a stream that does not stand before it");
    }
    if (stream.predicate != nullptr) {
      expect(stream.predicate->type == Type::kTruth, "a predicate is no truth");
      visit(*stream.predicate, Place::kEvent);
    }
    if (stream.condition != nullptr) {
      expect(stream.condition->type == Type::kTruth, "a condition is no truth");
      visit(*stream.condition, Place::kHistory);
    }
    if (kind == Kind::kSequence) sequence(stream);
    if (kind == Kind::kSessions) {
      expect(stream.sources.size() == 1 && stream.gap.ms > 0, "sessions of one stream, with a gap");
    }
    if (kind == Kind::kChange) {
      const auto& slots = rules_.schema.slots;
      const bool there = stream.slot.index < slots.size();
      expect(there && slots[stream.slot.index].is_trait, "only a trait changes");
    }
    if (kind == Kind::kUnion) union_of(stream);
  }

  void sequence(const hir::Stream& stream) {
    const size_t steps = stream.steps.size() + (stream.absence ? 1 : 0);
    expect(steps >= 2 && steps <= kStepsMax, "a wrong number of steps");
    for (const hir::Stream::Step& step : stream.steps) {
      const bool gap = !step.after || !step.within || *step.after <= *step.within;
      expect(gap, "a gap that is never both");
      expect(step.without.size() <= kWithoutMax, "a step without too many");
    }
    const hir::Stream::Step& first = stream.steps.front();
    expect(!first.later && !first.after && !first.within && first.without.empty(),
           "a gap before the first step");
    if (stream.absence) expect(stream.absence->within.ms > 0, "a wait of nothing");
    if (stream.by) {
      const auto& slots = rules_.schema.slots;
      expect(stream.by->index < slots.size() && !slots[stream.by->index].is_trait,
             "a key that is no property");
    }
  }

  void union_of(const hir::Stream& stream) {
    expect(stream.sources.size() >= 2, "a union of one");
    for (size_t i = 1; i < stream.sources.size(); ++i) {
      const uint32_t source = stream.sources[i].index;
      const bool events = source < rules_.streams.size() && rules_.streams[source].predicate;
      expect(!events, "events behind the first source of a union");
    }
  }

  void root(const ExprPtr& expr, Type type, const std::string& where) {
    where_ = where;
    expect(expr != nullptr, "has no expression");
    if (expr == nullptr) return;
    expect(expr->type == type, "is of a wrong type");
    visit(*expr, Place::kHistory);
  }

  void visit(const Expr& e, Place place) {
    if (!seen_[static_cast<size_t>(place)].insert(&e).second) return;
    const std::string op(name_of(e.op));
    const int arity = arity_of(e.op);
    expect(arity < 0 ? !e.children.empty() : e.children.size() == static_cast<size_t>(arity),
           op + " has a wrong number of children");
    expect(!hir::is_condition(e.op) || e.type == Type::kTruth, op + " is no truth");
    expect(fits(e.op, place), op + " stands in a wrong place");
    if (const Expr* count = sema::uncapped_count(rules_.streams, e)) uncapped_.insert(count);
    ids(e, op);
    types(e, op);
    for (size_t i = 0; i < e.children.size(); ++i) {
      expect(e.children[i] != nullptr, op + " has no child");
      if (e.children[i] != nullptr) visit(*e.children[i], place_of(e, i, place));
    }
    if (e.window.anchor != nullptr) visit(*e.window.anchor, Place::kHistory);
  }

  void ids(const Expr& e, const std::string& op) {
    if (names_zone(e)) {
      expect(e.zone == hir::kUserZone ? rules_.user_zone.has_value()
                                      : e.zone.index < rules_.zones.size(),
             op + " names no zone");
    }
    switch (e.op) {
      case Op::kTrait:
      case Op::kProperty: {
        const bool there = e.slot.index < rules_.schema.slots.size();
        expect(there, op + " names no slot");
        if (there) {
          expect(rules_.schema.slots[e.slot.index].is_trait == (e.op == Op::kTrait),
                 op + " names a slot of the other sort");
        }
        break;
      }
      case Op::kCount:
      case Op::kAggregate:
      case Op::kDays:
      case Op::kStreak:
      case Op::kTimeOf:
        counted(e, op);
        break;
      case Op::kDecayed:
        expect(e.stream.index < rules_.streams.size(), op + " names no stream");
        expect(e.duration.ms > 0 && e.cap <= kWindowCap, op + " has no half-life");
        break;
      case Op::kMember:
        expect(e.segment.index < rules_.segments.size(), op + " names no segment");
        break;
      case Op::kScore:
        expect(e.score.index < rules_.scores.size(), op + " names no score");
        break;
      case Op::kEventIs:
        expect(std::is_sorted(e.kinds.begin(), e.kinds.end()), op + " is not sorted");
        for (const KindId kind : e.kinds) {
          expect(kind.index >= kFirstNamedKind && kind.index < rules_.schema.kinds.size(),
                 op + " names no kind");
        }
        break;
      default:
        break;
    }
  }

  void counted(const Expr& e, const std::string& op) {
    expect(e.stream.index < rules_.streams.size(), op + " names no stream");
    if (e.op == Op::kTimeOf) return;
    const hir::Window& window = e.window;
    switch (window.kind) {
      case hir::Window::Kind::kEver:
      case hir::Window::Kind::kAbsolute:
        break;
      case hir::Window::Kind::kRolling:
        expect(window.from > window.to && window.to.ms >= 0 &&
                   (window.from <= kDurationMax || window.from == kForever),
               op + " has a wrong window");
        break;
      case hir::Window::Kind::kAnchored:
        expect(window.anchor != nullptr && window.anchor->type == Type::kInstant,
               op + " has no anchor");
        expect(window.after || window.before, op + " has a window without an end");
        break;
      case hir::Window::Kind::kCalendar:
        expect(window.periods >= 1 && window.periods <= kDaysMax,
               op + " has a wrong number of days");
        break;
    }
    expect(e.op != Op::kStreak || window.kind == hir::Window::Kind::kCalendar,
           op + " has no window of the calendar");
    const bool by_day = e.op == Op::kDays || e.op == Op::kStreak;
    const bool moving = window.kind != hir::Window::Kind::kEver &&
                        !(by_day && window.kind == hir::Window::Kind::kCalendar);
    const bool values = e.op == Op::kAggregate && hir::keeps_values(e.aggregate);
    const bool capped = (moving || values) && uncapped_.count(&e) == 0;
    expect(e.cap == (capped ? kWindowCap : 0), op + " has a wrong cap");
    const bool sequence = e.op == Op::kAggregate && e.stream.index < rules_.streams.size() &&
                          rules_.streams[e.stream.index].predicate == nullptr;
    expect(!sequence, op + " is of a sequence");
  }

  void types(const Expr& e, const std::string& op) {
    const auto all = [&](auto fits) {
      for (const ExprPtr& child : e.children) {
        if (child != nullptr && !fits(child->type)) return false;
      }
      return true;
    };
    const auto number = [](Type t) { return t == Type::kNumber || t == Type::kAny; };
    switch (e.op) {
      case Op::kAnd:
      case Op::kOr:
      case Op::kNot:
      case Op::kHeld:
      case Op::kLatched:
        expect(all([](Type t) { return t == Type::kTruth; }), op + " of no truth");
        break;
      case Op::kAtLeast:
        expect(all([](Type t) { return t == Type::kTruth; }), op + " of no truth");
        expect(e.number >= 1 && e.number <= e.children.size(), op + " of a wrong number");
        break;
      case Op::kLess:
      case Op::kLessEqual:
        expect(all([](Type t) {
                 return t == Type::kNumber || t == Type::kDuration || t == Type::kInstant ||
                        t == Type::kAny;
               }),
               op + " of what has no order");
        [[fallthrough]];
      case Op::kEqual:
        if (e.children.size() == 2 && e.children[0] != nullptr && e.children[1] != nullptr) {
          const Type a = e.children[0]->type;
          const Type b = e.children[1]->type;
          expect(a == b || a == Type::kAny || b == Type::kAny, op + " of two types");
        }
        break;
      case Op::kMultiply:
      case Op::kDivide:
      case Op::kMin:
      case Op::kMax:
        expect(all(number), op + " of no number");
        break;
      case Op::kContains:
      case Op::kStartsWith:
      case Op::kEndsWith:
      case Op::kMatches:
        expect(all([](Type t) { return t == Type::kText || t == Type::kAny; }), op + " of no text");
        break;
      default:
        break;
    }
  }

  /// Each segment and score once, behind what it reads.
  void order() {
    where_ = "order";
    std::vector<bool> scores(rules_.scores.size(), false);
    std::vector<bool> segments(rules_.segments.size(), false);
    for (const hir::OrderEntry& entry : rules_.order) {
      std::vector<bool>& placed = entry.is_score ? scores : segments;
      expect(entry.index < placed.size() && !placed[entry.index], "an entry is wrong or repeated");
      if (entry.index >= placed.size()) return;
      const ExprPtr& root =
          entry.is_score ? rules_.scores[entry.index].value : rules_.segments[entry.index].when;
      std::unordered_set<const Expr*> read;
      if (root != nullptr) reads_placed(*root, scores, segments, read);
      placed[entry.index] = true;
    }
    expect(rules_.order.size() == scores.size() + segments.size(), "an entry is missing");
  }

  void reads_placed(const Expr& e, const std::vector<bool>& scores,
                    const std::vector<bool>& segments, std::unordered_set<const Expr*>& read) {
    if (!read.insert(&e).second) return;
    if (hir::names_stream(e.op)) stream_placed(e.stream, scores, segments, read);
    if (e.op == Op::kScore && e.score.index < scores.size()) {
      expect(scores[e.score.index], "a score is read before it is evaluated");
    }
    if (e.op == Op::kMember && e.segment.index < segments.size()) {
      expect(segments[e.segment.index], "a segment is read before it is evaluated");
    }
    for (const ExprPtr& child : e.children) {
      if (child != nullptr) reads_placed(*child, scores, segments, read);
    }
  }

  /// What a segment that is entered or left reads.
  void stream_placed(hir::StreamId id, const std::vector<bool>& scores,
                     const std::vector<bool>& segments, std::unordered_set<const Expr*>& read) {
    if (id.index >= rules_.streams.size()) return;
    const hir::Stream& stream = rules_.streams[id.index];
    if (stream.condition != nullptr) reads_placed(*stream.condition, scores, segments, read);
    for (const hir::StreamId before : hir::streams_of(stream)) {
      if (before.index < id.index) stream_placed(before, scores, segments, read);
    }
  }

  const hir::Rules& rules_;
  std::string where_;
  std::vector<std::string> faults_;
  std::unordered_set<const Expr*> seen_[4];
  std::unordered_set<const Expr*> uncapped_;  // counts that need no cap; see caps.h
};

}  // namespace

std::vector<std::string> verify_hir(const hir::Rules& rules) { return Verifier(rules).run(); }

}  // namespace segue
