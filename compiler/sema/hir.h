#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/source/source.h"
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

/// Static type of an expression. `kAny`: what comes off the wire undeclared; its type is looked at
/// when it is compared.
enum class Type : uint8_t { kTruth, kNumber, kText, kInstant, kDuration, kList, kRecord, kAny };

enum class Op : uint8_t {
#define HIR_OP(id, name, children) id,
#include "compiler/sema/hir_ops.def"
#undef HIR_OP
};

enum class Aggregate : uint8_t { kSum, kAvg, kMin, kMax, kDistinct, kFirst, kLast };

/// Which occurrences count, as instants t relative to the T of evaluation. Always t <= T.
struct Window {
  enum class Kind : uint8_t {
    kEver,
    kRolling,   // T - from < t <= T - to;            `within D` is from = D, to = 0
    kAbsolute,  // from <= t < until, each optional;  dates are whole days, so the end of a day is
                // its day's successor
    kDays,  // t falls on one of `days` local days that end with today, or with yesterday if `full`
  };
  Kind kind = Kind::kEver;
  Duration from{};
  Duration to{};
  std::optional<Instant> begin;
  std::optional<Instant> end;
  uint32_t days = 0;
  bool full = false;
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

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;  // immutable once checked, so parts may be shared

struct Expr {
  Op op = Op::kLiteral;
  Type type = Type::kTruth;
  Span span{};
  std::vector<ExprPtr> children;

  Literal literal;                // kLiteral; kMatches: the expression
  std::vector<Literal> literals;  // kInSet, kHasAny, kHasAll, kUserIn
  std::vector<KindId> kinds;      // kEventIs
  SlotId slot;                    // kTrait, kProperty
  StreamId stream;                // kCount, kAggregate, kDays, kTimeOf
  SegmentId segment;              // kMember
  ScoreId score;                  // kScore
  ZoneId zone;                    // kDays, kToInstant
  Aggregate aggregate = Aggregate::kSum;
  Window window;
  /// Newest occurrences of the window that count (of kDistinct: how many values are counted); 0:
  /// all. Part of the meaning, so no choice of a cell can change an answer.
  uint32_t cap = 0;
  Duration duration;           // kHeld
  uint32_t number = 0;         // kAtLeast
  bool ignoring_case = false;  // kEqual, kInSet, kHas*, texts, kMatches
};

/// What a rule can count: the events for which `predicate` holds, or the matches of a sequence of
/// such.
struct Stream {
  std::string name;  // as a person would say it: the signal's name, or its text
  Span span{};
  ExprPtr predicate;  // an event expression; null for a sequence

  /// `then`: a later step comes at the same instant (by another event) or later; `later`: strictly
  /// later; `within` is the longest gap from the step before, inclusive.
  struct Step {
    StreamId stream;  // never itself a sequence
    bool later = false;
    std::optional<Duration> within;
  };
  std::vector<Step> steps;  // two and more, or one with `absence`
  /// `then no X within D` at the end: the match ends at (last step + D), if no X came from the last
  /// step's instant
  /// (`later`: after it) to that end, both included; not the very event of the last step.
  struct Absence {
    StreamId stream;
    bool later = false;
    Duration within;
  };
  std::optional<Absence> absence;
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
    Instant at;
    bool identify = false;
    std::string wire_name;
    TestValue body;  // a record: properties or traits
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
  std::vector<std::string> zones;  // IANA names; ZoneId
  std::vector<Stream> streams;     // equal ones need not be one yet: that is a pass
  std::vector<Segment> segments;   // in order of declaration
  std::vector<Score> scores;
  std::vector<OrderEntry> order;
  std::vector<Test> tests;
};

}  // namespace segue::hir
