// Declarations, as written and in order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/syntax/ast_expr.h"
#include "compiler/syntax/ast_literals.h"

namespace segue::ast {

/// `use std.web` has `library`, `use "team/shared.seg"` has `file`.
struct UseDecl {
  std::optional<Path> library;
  std::optional<Text> file;
};
/// `zone "Europe/Paris"`, or `zone user.timezone` with the trait's name.
struct ZoneDecl {
  std::optional<Text> zone;
  std::optional<Name> user_trait;
};

// ---- types --------------------------------------------------------------------------------------

struct Field;

struct TypeName {
  enum class Kind : uint8_t { kNamed, kList, kRecord };
  Kind kind = Kind::kNamed;
  Name name;                       ///< kNamed: text number truth date instant duration, or wrong
  std::unique_ptr<TypeName> item;  ///< kList; else null
  std::vector<Field> fields;       ///< kRecord
  Span span;
};

/// `>= 0`, `in ("free", "pro")`, `in 1..10`
struct Limit {
  std::variant<Range, Scalars, Number> bound;
  Compare compare;  ///< with a Number
  Span span;
};

struct Type {
  TypeName name;
  bool optional = false;
  std::optional<Limit> limit;
  Span span;
};
/// `sku "Product SKU": text`
struct Field {
  Name name;
  std::optional<Text> wire_name;
  Type type;
  Span span;
};

// ---- what comes off the wire, and what is named from it -----------------------------------------

struct EventDecl {
  Name name;
  std::vector<Text> wire_names;
  bool has_body = false;
  std::vector<Field> fields;
};

/// A declared trait has `type`, a computed one `computed`.
struct TraitDecl {
  Name name;
  std::optional<Text> wire_name;
  std::optional<Type> type;
  ExprPtr computed;  ///< null for a declared trait
};

struct ParamDecl {
  Name name;
  Scalar value;
  std::optional<std::variant<Range, Scalars>> limit;
};

/// Of a file, or inline.
struct ListDecl {
  Name name;
  std::optional<Text> file;
  std::optional<Scalars> items;
};
struct SignalDecl {
  Name name;
  std::optional<Param> param;
  Filtered signal;
};
struct FunnelDecl {
  Name name;
  ExprPtr sequence;
};

// ---- scores -------------------------------------------------------------------------------------

struct ScoreHeader {
  enum class Kind : uint8_t { kWithin, kHalfLife, kMin, kMax, kStage, kGoal, kMeta };
  Kind kind = Kind::kWithin;
  std::optional<DurationArg> length;  ///< kWithin, kHalfLife
  Number bound;                       ///< kMin, kMax
  Name key;                           ///< kStage: the stage; kMeta: what is told
  Text text;                          ///< kGoal, kMeta
  Span span;
};

/// `+4 demo_replayed max 3 times`, `+10 if plan = "team"`
struct ScoreTerm {
  bool negative = false;
  NumberArg points;     ///< without the sign
  ExprPtr condition;    ///< after `if`; else null
  ExprPtr occurrences;  ///< else: a primary, Windowed or Sequence
  bool once = false;
  std::optional<NumberArg> max_times;
  Span span;
};

/// `band hot >= 20`, `band cold`
struct Band {
  Name name;
  std::optional<Compare> compare;
  Number bound;
  Span span;
};

struct ScoreDecl {
  Name name;
  std::optional<Text> title;
  std::vector<ScoreHeader> headers;
  std::vector<ScoreTerm> terms;
  std::vector<Band> bands;
};

// ---- segments -----------------------------------------------------------------------------------

struct SegmentClause {
  enum class Kind : uint8_t { kStage, kGoal, kWhen, kUntil, kStay, kCooldown, kMeta };
  Kind kind = Kind::kWhen;
  Span keyword;
  ExprPtr condition;                  ///< kWhen, kUntil; else null
  std::optional<DurationArg> length;  ///< kStay, kCooldown
  Name key;                           ///< kStage: the stage; kMeta: what is told
  Text text;                          ///< kGoal, kMeta
  Span span;
};

/// The short form `segment vip = …` has `condition` and no clauses.
struct SegmentDecl {
  Name name;
  std::optional<Text> title;
  ExprPtr condition;  ///< null in the long form
  std::vector<SegmentClause> clauses;
};

// ---- tests --------------------------------------------------------------------------------------

struct Value;
struct RecordEntry;

/// `{ path: "/pricing" }`
struct Record {
  std::vector<RecordEntry> entries;
  Span span;
};
/// JSON's `null`: there, and missing.
struct Null {};
/// JSON with bare keys.
struct Value {
  std::variant<Scalar, Record, std::vector<Value>, Null> value;
  Span span;
};
struct RecordEntry {
  Name key;
  Value value;
};

struct TestSetup {
  Param param;
  Scalar value;
  Span span;
};

/// `set { … }`, an identify call; `alias anon` and `delete`, calls about who is who; else an event.
struct Happening {
  enum class Kind : uint8_t { kEvent, kSet, kAlias, kDelete };
  std::variant<Instant, Duration> at;  ///< a Duration counts from the line before
  Kind kind = Kind::kEvent;
  Name event;                 ///< but of kSet: the event, or the word of the call
  std::optional<Name> alias;  ///< the second name, of kAlias and, wrongly, of others
  std::optional<Record> properties;
  Span span;
};

struct TestUser {
  Name name;
  std::vector<Happening> happenings;
  Span span;
};

struct Expectation {
  enum class Kind : uint8_t { kEnters, kLeaves, kIn, kNotIn, kScore, kNoOtherChanges };
  Kind kind = Kind::kNoOtherChanges;
  Name user;
  Name target;   ///< the segment, or with kScore the score
  Number value;  ///< kScore
  Instant at;
  Span span;
};

struct TestDecl {
  Text name;
  std::vector<TestSetup> setups;
  std::vector<TestUser> users;
  std::vector<Expectation> expectations;
};

/// `flow`, `report`, `learn`, `entity`: reserved, parsed as a block, refused by the checker.
struct LaterDecl {
  Name keyword;
  Name name;
  std::optional<Text> title;
};

// ---- file ---------------------------------------------------------------------------------------

struct Decl {
  using Node = std::variant<UseDecl, ZoneDecl, EventDecl, TraitDecl, ParamDecl, ListDecl,
                            SignalDecl, FunnelDecl, ScoreDecl, SegmentDecl, TestDecl, LaterDecl>;
  Node node;
  std::string docs;  ///< the `##` lines right above, without their marks, joined by line ends
  Span span;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  T* as() {
    return std::get_if<T>(&node);
  }
};

struct File {
  SourceId id;
  std::vector<Decl> declarations;
  bool complete = true;  ///< false when a syntax error left something out
  /// Names of declarations that were left out, where they could be made out: who uses such a name
  /// is not to blame.
  std::vector<std::string> left_out;
};

}  // namespace segue::ast
