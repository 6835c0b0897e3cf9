#include "runtime/ingest/timestamp.h"

#include <string>

#include "runtime/base/civil.h"
#include "runtime/base/text.h"
#include "runtime/base/value.h"

namespace segue {
namespace {

constexpr size_t kDayChars = 10;

/// Two digits as a number; more than 99 if they are none.
uint32_t two_digits(const char* at) {
  const uint32_t tens = static_cast<uint8_t>(at[0]) - uint32_t{'0'};
  const uint32_t ones = static_cast<uint8_t>(at[1]) - uint32_t{'0'};
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : UINT32_MAX;
}

/// Milliseconds of the day up to the minute in `T12:05`; -1 if it is written otherwise.
int64_t minute_of_day(const char* at) {
  const uint32_t hour = two_digits(at + 1);
  const uint32_t minute = two_digits(at + 4);
  if (at[0] != 'T' || at[3] != ':' || hour > 23 || minute > 59) return -1;
  return (int64_t{hour} * 60 + minute) * 60'000;
}

/// The first instant of the day `2025-06-01`; -1 if it is none, or outside the bounds of time.
int64_t day_begin(const char* at) {
  const uint32_t century = two_digits(at);
  const uint32_t year = two_digits(at + 2);
  const CivilDate date{static_cast<int32_t>(century * 100 + year), two_digits(at + 5),
                       two_digits(at + 8)};
  if (century > 99 || year > 99 || at[4] != '-' || at[7] != '-') return -1;
  if (date.year < 1970 || date.year > 2099 || date.month - 1 > 11 || date.day - 1 > 30) return -1;
  const LocalDay day = day_of_civil(date);
  return civil_of(day) == date ? day.number * kDayMs : -1;  // else 30 February
}

/// Of a text that begins with the four digits of a year; anything of another one.
bool is_leap_year(std::string_view text) {
  const uint32_t century = two_digits(text.data());
  const uint32_t year = two_digits(text.data() + 2);
  return (year == 0 ? century : year) % 4 == 0;
}

ZoneView utc() { return ZoneView({}); }

}  // namespace

/// Remembers the minute `2025-06-01T12:05`; false if it is written otherwise.
bool TimestampReader::read_minute(const char* text) {
  const int64_t minute = minute_of_day(text + kDayChars);
  if (minute < 0) return false;
  // The day's ten bytes, those in the middle twice.
  const std::array<uint64_t, 2> day = {word(text), word(text + kDayChars - sizeof(uint64_t))};
  if (day != day_text_) {
    const int64_t begin = day_begin(text);
    if (begin < 0) return false;
    day_text_ = day;
    day_ms_ = begin;
  }
  minute_text_ = {word(text), word(text + sizeof(uint64_t))};
  minute_ms_ = day_ms_ + minute;
  return true;
}

std::optional<RejectKind> TimestampReader::read_other(std::string_view text, Instant& at) {
  std::optional<Instant> read = parse_instant(text, utc());
  if (!read) {
    if (text.size() < kDayChars) return RejectKind::kNoTime;
    // Would it be a time in a year that is inside the bounds? Then the year is what is wrong.
    const std::string other_year =
        (is_leap_year(text) ? "2000" : "2001") + std::string(text.substr(4));
    const bool fits = parse_instant(other_year, utc()).has_value();
    const bool is_year = text.substr(0, 4).find_first_not_of("0123456789") == text.npos;
    return is_year && fits ? RejectKind::kTimeOutOfRange : RejectKind::kNoTime;
  }
  at = *read;
  return {};
}

std::optional<RejectKind> TimestampReader::read_number(std::string_view digits, Instant& at) {
  // A number beyond every instant is one of another type to the rules; here it is just too far off.
  const Value number = number_from_text(digits);
  if (number.tag != ValueTag::kNumber) return RejectKind::kTimeOutOfRange;
  const std::optional<Instant> read = instant_from_epoch_ms(number.number);
  if (!read) return RejectKind::kTimeOutOfRange;
  at = *read;
  return {};
}

}  // namespace segue
