// The leaves of the AST: names, paths, literals, as written and decoded.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/source/source.h"

namespace segue::ast {

/// A name, bare or quoted; `text` is decoded either way.
struct Name {
  std::string text;
  Span span;
  bool quoted = false;
};

/// `company.size`, `traits."first name"`: at least one part.
struct Path {
  std::vector<Name> parts;
  Span span;

  /// A single bare name.
  bool is_bare() const { return parts.size() == 1 && !parts[0].quoted; }
  /// The parts with dots between, without quotes: for messages.
  std::string dotted() const;
};

/// `"…"` with its escapes decoded, UTF-8.
struct Text {
  std::string value;
  Span span;
};

/// `$name`, kept without the dollar.
struct Param {
  std::string name;
  Span span;
};

/// A number with its sign: `3`, `-0.25`, `1_000`, `50%`.
struct Number {
  double value = 0;     ///< nearest double to `decimal`
  std::string decimal;  ///< exact: "-0.25", "1000", "0.5" for 50%; no needless zeros, no exponent
  bool percent = false;
  bool integer = false;  ///< `decimal` has no fraction
  Span span;
};

struct Truth {
  bool value = false;
  Span span;
};

/// `1d12h`
struct Duration {
  int64_t ms = 0;
  std::string written;
  Span span;
};

/// `2025-06-01`, a day that exists.
struct Date {
  int year = 1970;
  int month = 1;
  int day = 1;
  Span span;

  /// Days since 1970-01-01.
  int64_t days() const;
};

/// `2025-06-01T17:00:00Z`. Digits finer than a millisecond are cut.
struct Instant {
  int64_t ms = 0;           ///< UTC when `has_offset`, else of the local clock of the file's zone
  bool has_offset = false;  ///< `Z` or `+02:00` was written
  int offset_minutes = 0;
  std::string written;
  Span span;
};

/// `now`, a date, an instant, `5d ago`, `2h from now`.
struct Moment {
  enum class Kind : uint8_t { kNow, kDate, kInstant, kAgo, kFromNow };
  Kind kind = Kind::kNow;
  Date date;
  Instant instant;
  Duration distance;
  Span span;
};

/// A literal, or a parameter in its place.
using NumberArg = std::variant<Number, Param>;
using DurationArg = std::variant<Duration, Param>;

using Scalar = std::variant<Text, Number, Truth, Date, Instant, Duration, Param>;

/// `1..10`, both ends included.
struct Range {
  /// Number, Duration, Date, Instant or Param; `-$x` sets `*_negated`.
  Scalar low;
  Scalar high;
  bool low_negated = false;
  bool high_negated = false;
  Span span;
};

/// `("a", "b")`, also empty.
struct Scalars {
  std::vector<Scalar> items;
  Span span;
};

Span span_of(const Scalar& scalar);
Span span_of(const NumberArg& number);
Span span_of(const DurationArg& duration);

enum class CompareOp : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
struct Compare {
  CompareOp op = CompareOp::kEqual;
  Span span;
};
std::string_view spelling(CompareOp op);

enum class CalendarUnit : uint8_t { kDay, kWeek, kMonth, kQuarter, kYear };
struct Unit {
  CalendarUnit unit = CalendarUnit::kDay;
  bool plural = false;  ///< as written: `days`
  Span span;
};
/// In the singular.
std::string_view spelling(CalendarUnit unit);

}  // namespace segue::ast
