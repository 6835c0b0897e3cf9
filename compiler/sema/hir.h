#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/source/source.h"
#include "runtime/base/civil.h"
#include "runtime/base/event.h"
#include "runtime/base/instant.h"
#include "runtime/base/schema.h"

/// HIR: checked rules. Every name is resolved, every parameter replaced by its value, every sugar
/// by its meaning; what is left is small enough that LANGUAGE says what each op means in one line
/// (`hir_ops.def`). Two readers: the naive evaluator, straight from here, and the lowering to a
/// plan.
namespace segue::hir {

struct StreamId {
  uint32_t index = 0;
  friend auto operator<=>(StreamId, StreamId) = default;
};
struct SegmentId {
  uint32_t index = 0;
  friend auto operator<=>(SegmentId, SegmentId) = default;
};
struct ScoreId {
  uint32_t index = 0;
  friend auto operator<=>(ScoreId, ScoreId) = default;
};
struct ZoneId {
  uint32_t index = 0;
  friend auto operator<=>(ZoneId, ZoneId) = default;
};
struct SlotId {
  uint32_t index = 0;
  friend auto operator<=>(SlotId, SlotId) = default;
};

/// `zone user.timezone`: the zone that the trait `Rules::user_zone` names at T; of an occurrence,
/// the one it named when it happened, identify calls of that instant included. UTC while the trait
/// is missing or no zone.
inline constexpr ZoneId kUserZone{UINT32_MAX};

/// Static type of an expression. `kAny`: what comes off the wire undeclared; its type is looked at
/// when it is compared.
enum class Type : uint8_t { kTruth, kNumber, kText, kInstant, kDuration, kList, kRecord, kAny };

enum class Op : uint8_t {
#define HIR_OP(id, name, children) id,
#include "compiler/sema/hir_ops.def"
#undef HIR_OP
};

enum class Aggregate : uint8_t {
  kSum,
  kAvg,
  kMin,
  kMax,
  kPercentile,  // of the numbers, at `fraction`, between two neighbours in proportion
  kDistinct,
  kFirst,
  kLast,
  kMostCommon,  // the value found most often; of several the one whose newest occurrence is newer
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;  // immutable once checked, so parts may be shared

/// Which occurrences count, as instants t relative to the T of evaluation. Always t <= T. A
/// sequence under a window other than ever is matched afresh among what lies inside it.
struct Window {
  enum class Kind : uint8_t {
    kEver,
    kRolling,   // T - from < t <= T - to;            `within D` is from = D, to = 0
                // `before D ago` is from = kForever, to = D
    kAbsolute,  // from <= t < until, each optional;  dates are whole days, so the end of a day is
                // its day's successor
    kCalendar,  // t's local day lies in one of `periods` periods of `unit` that end with that of
                // T's local day, or with the one before it if `full`
    kAnchored,  // anchor + after <= t < anchor + before, each optional; none if it is missing
  };
  Kind kind = Kind::kEver;
  Duration from{};
  Duration to{};
  std::optional<Instant> begin;
  std::optional<Instant> end;
  CalendarUnit unit = CalendarUnit::kDay;
  uint32_t periods = 0;
  bool full = false;
  ExprPtr anchor;  // an instant that does not move with T; equal only if the same node
  std::optional<Duration> after;
  std::optional<Duration> before;
  friend bool operator==(const Window&, const Window&) = default;
};

struct Literal {
  Type type = Type::kTruth;  // kTruth, kNumber, kText, kInstant or kDuration
  bool truth = false;
  double number = 0;
  std::string text;  // kText; of a kNumber its digits as JSON would write them (exact comparison
                     // with a sum)
  Instant instant{};
  Duration duration{};
  friend bool operator==(const Literal&, const Literal&) = default;
};

struct Expr {
  Op op = Op::kLiteral;
  Type type = Type::kTruth;
  Span span{};
  std::vector<ExprPtr> children;

  Literal literal;                // kLiteral; kMatches: the expression
  std::vector<Literal> literals;  // kInSet, kHasAny, kHasAll, kUserIn
  std::vector<KindId> kinds;      // kEventIs
  SlotId slot;                    // kTrait, kProperty
  StreamId stream;                // kCount, kAggregate, kDays, kStreak, kTimeOf, kDecayed
  SegmentId segment;              // kMember
  ScoreId score;                  // kScore
  ZoneId zone;                    // of calendar windows; kDays, kToInstant, parts of local time
  Aggregate aggregate = Aggregate::kSum;
  Window window;
  /// Newest occurrences of the window that count (of kDistinct: how many values are counted); 0:
  /// all. Part of the meaning, so no choice of a cell can change an answer.
  uint32_t cap = 0;
  Duration duration;                       // kHeld, kDecayed; kLatched: the shortest stay
  Duration cooldown;                       // kLatched
  double fraction = 0;                     // kPercentile, 0 to 1
  int64_t factor = 1;                      // kScale
  CalendarUnit unit = CalendarUnit::kDay;  // kDays; kInPeriod, as the next two
  int32_t shift = 0;
  bool yearly = false;
  std::vector<std::string> path;  // kItem, kItemSum
  uint32_t number = 0;            // kAtLeast
  bool ignoring_case = false;     // kEqual, kInSet, kHas*, texts, kMatches
};

/// What a rule can count. Occurrences of events have properties; those of all other kinds are
/// instants only, and each kind is over all history, but for a sequence under a window (see
/// Window).
struct Stream {
  enum class Kind : uint8_t {
    kEvents,    // the events for which `predicate` holds
    kSequence,  // the matches of `steps`
    kSessions,  // the instants with an occurrence of `sources[0]` that have none in the `gap`
                // before them (that length included)
    kCrossing,  // the instants at which `condition` turns true, or with `leaving` false; the user's
                // first instant counts as a turn from false
    kChange,    // the instants that give the trait `slot` another value than the one it had before
                // it; the first value is none; with `from`, `to` only between those
    kUnion,     // all occurrences of `sources`, none of them events but at most the first
  };
  Kind kind = Kind::kEvents;
  std::string name;  // as a person would say it: the signal's name, or its text
  Span span{};
  ExprPtr predicate;

  /// `then`: a later step comes at the same instant (by another event) or later; `later`: strictly
  /// later. `after` and `within` bound the gap from the step before, both included. None of
  /// `without` lies strictly between the step before and this one (`then next` is said so too).
  /// A step that is itself derived is an occurrence of all history; its start is that of its match
  /// if it is a sequence, else its instant.
  struct Step {
    StreamId stream;
    bool later = false;
    std::optional<Duration> after;
    std::optional<Duration> within;
    std::vector<StreamId> without;
  };
  std::vector<Step> steps;  // two and more, or one with `absence`
  /// `then no X within D` at the end: the match ends at (last step + D), if no X came from the last
  /// step's instant (`later`: after it) to that end, both included; not the very event of the last
  /// step.
  struct Absence {
    StreamId stream;
    bool later = false;
    Duration within;
  };
  std::optional<Absence> absence;
  /// From the start of a match to its end, a wait included.
  std::optional<Duration> all_within;
  /// `by`: matches are taken for each value of the property apart, by events that have it (an
  /// occurrence of a sequence by the same key has that of its match; of what else is derived none).
  std::optional<SlotId> by;

  std::vector<StreamId> sources;  // kSessions, kUnion
  Duration gap{};                 // kSessions
  ExprPtr condition;              // kCrossing: kMember, or any truth
  bool leaving = false;           // kCrossing
  SlotId slot;                    // kChange
  std::optional<Literal> from, to;
};

using Metadata = std::vector<std::pair<std::string, std::string>>;  // in the order written: stage,
                                                                    // goal, owner, …

struct Segment {
  std::string name;
  std::string label;
  std::string doc;
  Metadata metadata;
  ExprPtr when;
  Span span{};  // of the name
};

struct Score {
  struct Band {
    std::string name;
    std::optional<double> at_least;  // none: the band of all the rest
  };
  std::string name;
  std::string label;
  std::string doc;
  Metadata metadata;
  ExprPtr value;  // ordinary arithmetic: terms, then the clamp
  std::vector<Band> bands;
  Span span{};
};

struct TestField;

/// A value in a test's event: JSON.
struct TestValue {
  enum class Kind : uint8_t { kMissing, kTruth, kNumber, kText, kList, kRecord };
  Kind kind = Kind::kMissing;
  bool truth = false;
  std::string text;  // kText; kNumber: JSON digits
  std::vector<TestValue> items;
  std::vector<TestField> fields;
};

/// Named as in a std::pair, which could not hold the type that it is part of.
struct TestField {
  std::string first;
  TestValue second;
};

struct Test {
  struct Event {
    enum class Kind : uint8_t { kTrack, kIdentify, kAlias, kDelete };
    Instant at;
    Kind kind = Kind::kTrack;
    std::string name;  // kTrack: on the wire; kAlias: of the user who is joined into this one
    TestValue body;    // a record: properties or traits
    Span span{};
  };
  struct User {
    std::string name;
    std::vector<Event> events;
  };
  struct Expectation {
    enum class Kind : uint8_t { kEnters, kLeaves, kIn, kNotIn, kScore, kNoOtherChanges };
    Kind kind = Kind::kIn;
    std::string user;
    SegmentId segment;
    ScoreId score;
    double value = 0;
    Instant at;
    Span span{};
  };
  std::string name;
  std::vector<std::pair<std::string, Literal>>
      params;  // `with`: the rules are checked anew with these
  std::vector<User> users;
  std::vector<Expectation> expectations;
  Span span{};
};

/// One segment or score, in the order of evaluation: what a rule reads stands before it.
struct OrderEntry {
  bool is_score = false;
  uint32_t index = 0;
};

struct Rules {
  InputSchema schema;
  std::vector<std::string> zones;   // IANA names; ZoneId
  std::optional<SlotId> user_zone;  // the trait, if a zone is kUserZone
  std::vector<Stream> streams;      // equal ones need not be one yet: that is a pass
  std::vector<Segment> segments;    // in order of declaration
  std::vector<Score> scores;
  std::vector<OrderEntry> order;
  std::vector<Test> tests;
};

}  // namespace segue::hir
