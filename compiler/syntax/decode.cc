#include "compiler/syntax/decode.h"

#include <charconv>

#include "compiler/syntax/limits.h"

namespace segue {

namespace {

constexpr int64_t kDayMs = 24LL * 60 * 60 * 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int two_digits(std::string_view text, size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

/// Canonical decimal of digits with a point after `point` of them.
std::string canonical_decimal(std::string digits, size_t point, bool negative) {
  if (digits.size() < point) digits.append(point - digits.size(), '0');
  std::string whole = digits.substr(0, point);
  std::string fraction = digits.substr(point);
  whole.erase(0, whole.find_first_not_of('0'));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  if (whole.empty()) whole = "0";
  std::string decimal = fraction.empty() ? whole : whole + "." + fraction;
  if (negative && decimal != "0") decimal.insert(0, "-");
  return decimal;
}

int64_t unit_ms(std::string_view unit) {
  if (unit == "ms") return 1;
  switch (unit[0]) {
    case 's':
      return 1000;
    case 'm':
      return 60 * 1000;
    case 'h':
      return 60 * 60 * 1000;
    case 'd':
      return kDayMs;
    default:
      return 7 * kDayMs;
  }
}

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_of_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : kDays[month - 1];
}

constexpr std::string_view kMonthNames[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};

/// `:SS` and `.mmm…` from `at` on; moves `at` behind them.
bool read_seconds(std::string_view written, size_t& at, int64_t& ms, std::string& why) {
  if (at >= written.size() || written[at] != ':') return true;
  const int second = two_digits(written, at + 1);
  if (second > 59) {
    why = "seconds go from 00 to 59";
    return false;
  }
  ms += second * 1000;
  at += 3;
  if (at >= written.size() || written[at] != '.') return true;
  int64_t unit = 100;  // digits finer than a millisecond are cut
  for (++at; at < written.size() && is_digit(written[at]); ++at, unit /= 10) {
    ms += (written[at] - '0') * unit;
  }
  return true;
}

bool read_offset(std::string_view written, size_t at, DecodedInstant& out, std::string& why) {
  if (at >= written.size()) return true;
  out.has_offset = true;
  if (written[at] == 'Z') return true;
  const int hours = two_digits(written, at + 1), minutes = two_digits(written, at + 4);
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) {
    why = "offsets go from -14:00 to +14:00";
    return false;
  }
  out.offset_minutes = (written[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
  out.ms -= out.offset_minutes * 60'000LL;
  return true;
}

}  // namespace

std::optional<DecodedNumber> decode_number(std::string_view written, bool negative) {
  DecodedNumber out;
  std::string digits;
  size_t point = std::string_view::npos;
  for (const char c : written) {
    if (is_digit(c)) digits.push_back(c);
    if (c == '.') point = digits.size();
    if (c == '%') out.percent = true;
  }
  if (digits.size() > kNumberDigitsMax) return std::nullopt;
  if (point == std::string_view::npos) point = digits.size();
  if (out.percent) {  // two places to the left, with zeros to move into
    digits.insert(0, "00");
  }
  out.decimal = canonical_decimal(std::move(digits), point, negative);
  out.integer = out.decimal.find('.') == std::string::npos;
  const size_t whole = out.decimal.find('.') - (out.decimal[0] == '-' ? 1 : 0);
  const size_t whole_digits =
      out.integer ? out.decimal.size() - (out.decimal[0] == '-' ? 1 : 0) : whole;
  if (whole_digits > 18) return std::nullopt;
  std::from_chars(out.decimal.data(), out.decimal.data() + out.decimal.size(), out.value);
  return out;
}

std::optional<int64_t> decode_duration(std::string_view written) {
  int64_t total = 0;
  for (size_t i = 0; i < written.size();) {
    int64_t count = 0;
    for (; i < written.size() && is_digit(written[i]); ++i) {
      count = count * 10 + (written[i] - '0');
      if (count > kDurationMsMax) return std::nullopt;
    }
    const size_t unit = i;
    while (i < written.size() && !is_digit(written[i])) ++i;
    const int64_t ms = unit_ms(written.substr(unit, i - unit));
    if (count > (kDurationMsMax - total) / ms) return std::nullopt;
    total += count * ms;
  }
  return total;
}

int64_t days_from_civil(int year, int month, int day) {
  // Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March.
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

std::optional<DecodedDate> decode_date(std::string_view written, std::string& why) {
  const int year = two_digits(written, 0) * 100 + two_digits(written, 2);
  const int month = two_digits(written, 5), day = two_digits(written, 8);
  if (year < kYearMin || year > kYearMax) {
    why = "years go from " + std::to_string(kYearMin) + " to " + std::to_string(kYearMax);
    return std::nullopt;
  }
  if (month < 1 || month > 12) {
    why = "months go from 01 to 12";
    return std::nullopt;
  }
  const int last = days_of_month(year, month);
  if (day < 1 || day > last) {
    why = std::string(kMonthNames[month - 1]) + " " + std::to_string(year) + " has " +
          std::to_string(last) + " days";
    return std::nullopt;
  }
  return DecodedDate{year, month, day};
}

std::optional<DecodedInstant> decode_instant(std::string_view written, std::string& why) {
  const std::optional<DecodedDate> date = decode_date(written.substr(0, 10), why);
  if (!date) return std::nullopt;
  const int hour = two_digits(written, 11), minute = two_digits(written, 14);
  if (hour > 23 || minute > 59) {
    why = "the time of day goes from 00:00 to 23:59";
    return std::nullopt;
  }
  DecodedInstant out;
  out.ms = days_from_civil(date->year, date->month, date->day) * kDayMs;
  out.ms += hour * 3'600'000LL + minute * 60'000LL;
  size_t at = 16;
  if (!read_seconds(written, at, out.ms, why)) return std::nullopt;
  if (!read_offset(written, at, out, why)) return std::nullopt;
  return out;
}

}  // namespace segue
