#include "runtime/ingest/timestamp.h"

#include <cstring>
#include <string>

#include "runtime/base/text.h"
#include "runtime/base/value.h"

namespace segue {
namespace {

constexpr std::string_view kUsualForm = "2025-06-01T12:05:00.123Z";
constexpr size_t kDayChars = 10;

/// Two digits as a number; more than 99 if they are none.
uint32_t two_digits(const char* at) {
  const uint32_t tens = static_cast<uint8_t>(at[0]) - uint32_t{'0'};
  const uint32_t ones = static_cast<uint8_t>(at[1]) - uint32_t{'0'};
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : UINT32_MAX;
}

/// Of a text that begins with the four digits of a year; anything of another one.
bool is_leap_year(std::string_view text) {
  const uint32_t century = two_digits(text.data());
  const uint32_t year = two_digits(text.data() + 2);
  return (year == 0 ? century : year) % 4 == 0;
}

ZoneView utc() { return ZoneView({}); }

}  // namespace

/// `2025-06-01T12:05:00.123Z`, the form nearly all producers write, on the day of the last one.
bool TimestampReader::read_usual(std::string_view text, Instant& at) {
  if (text.size() != kUsualForm.size() || day_ms_ < 0) return false;
  const char* c = text.data();
  if (std::memcmp(c, day_text_, kDayChars) != 0) return false;
  const uint32_t hour = two_digits(c + 11);
  const uint32_t minute = two_digits(c + 14);
  const uint32_t second = two_digits(c + 17);
  const uint32_t centi = two_digits(c + 20);
  const uint32_t milli = static_cast<uint8_t>(c[22]) - uint32_t{'0'};
  const bool shape = c[10] == 'T' && c[13] == ':' && c[16] == ':' && c[19] == '.' && c[23] == 'Z';
  if (!shape || hour > 23 || minute > 59 || second > 59 || centi > 99 || milli > 9) return false;
  at.ms = day_ms_ + ((hour * 60 + minute) * 60 + second) * int64_t{1000} + centi * 10 + milli;
  return true;
}

std::optional<RejectKind> TimestampReader::read_text(std::string_view text, Instant& at) {
  if (read_usual(text, at)) return {};
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
  if (const auto day = parse_instant(text.substr(0, kDayChars), utc()); day) {
    std::memcpy(day_text_, text.data(), kDayChars);
    day_ms_ = day->ms;
  }
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
