// Literals from their spelling. Pure: the parser reports what is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segue {

/// A text without its quotes, or what is wrong with it.
struct DecodedText {
  enum class Fault : uint8_t { kNone, kEscape, kSurrogate, kControl, kNotUtf8 };
  std::string value;           ///< with U+FFFD for what is wrong
  Fault fault = Fault::kNone;  ///< the first
  size_t fault_begin = 0;      ///< bytes from the begin of `quoted`
  size_t fault_end = 0;
};
/// `quoted` begins with a quote; the closing one may be missing.
DecodedText decode_text(std::string_view quoted);

struct DecodedNumber {
  double value = 0;
  std::string decimal;  ///< exact, canonical: "-0.25", "1000"
  bool percent = false;
  bool integer = false;
};
/// `1_000`, `0.25`, `50%`. Empty when it has more than kNumberDigitsMax digits or its size is 1e18
/// or more: such a number equals nothing that comes off the wire.
std::optional<DecodedNumber> decode_number(std::string_view written, bool negative);

/// Milliseconds of `1d12h`; empty beyond kDurationMsMax. `written` matches the lexer's DURATION.
std::optional<int64_t> decode_duration(std::string_view written);

struct DecodedDate {
  int year = 1970, month = 1, day = 1;
};
struct DecodedInstant {
  int64_t ms = 0;  ///< UTC when `has_offset`, else of a local clock
  bool has_offset = false;
  int offset_minutes = 0;
};
/// Both match the lexer's DATE and INSTANT. When they do not exist, `why` says so in words that
/// follow a dash: "June has 30 days", "years from 1970 to 2100 can be written".
std::optional<DecodedDate> decode_date(std::string_view written, std::string& why);
std::optional<DecodedInstant> decode_instant(std::string_view written, std::string& why);

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
int64_t days_from_civil(int year, int month, int day);

}  // namespace segue
