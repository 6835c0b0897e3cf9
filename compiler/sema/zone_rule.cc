#include "compiler/sema/zone_rule.h"

#include <algorithm>
#include <chrono>

#include "runtime/base/instant.h"

namespace segue {

/// Reads from the front; `ok` turns false at the first thing that does not fit.
struct RuleReader {
  std::string_view text;
  bool ok = true;

  bool take(char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  }

  void abbreviation() {
    const bool quoted = take('<');
    size_t size = 0;
    while (
        size < text.size() &&
        (quoted ? text[size] != '>' : std::isalpha(static_cast<unsigned char>(text[size])) != 0)) {
      ++size;
    }
    text.remove_prefix(size);
    if (size < 3 || (quoted && !take('>'))) ok = false;
  }

  int number(int max) {
    int value = 0;
    size_t digits = 0;
    while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0 &&
           digits < 4) {
      value = value * 10 + (text.front() - '0');
      text.remove_prefix(1);
      ++digits;
    }
    if (digits == 0 || value > max) ok = false;
    return value;
  }

  /// `[+-]h[:m[:s]]` in seconds.
  int64_t time() {
    const bool negative = take('-');
    if (!negative) take('+');
    int64_t seconds = int64_t{number(167)} * 3'600;
    if (take(':')) seconds += int64_t{number(59)} * 60;
    if (take(':')) seconds += number(59);
    return negative ? -seconds : seconds;
  }

  ZoneRule::Change change() {
    ZoneRule::Change change;
    if (take('M')) {
      change.month = number(12);
      if (!take('.')) ok = false;
      change.week = number(5);
      if (!take('.')) ok = false;
      change.day = number(6);
      if (change.month < 1 || change.week < 1) ok = false;
    } else if (take('J')) {
      change.kind = ZoneRule::Change::Kind::kJulian;
      change.day = number(365);
    } else {
      change.kind = ZoneRule::Change::Kind::kZeroBased;
      change.day = number(365);
    }
    if (take('/')) change.second = time();
    return change;
  }
};

std::optional<ZoneRule> ZoneRule::parse(std::string_view text) {
  RuleReader reader{text};
  ZoneRule rule;
  reader.abbreviation();
  rule.standard_ = -reader.time();  // POSIX counts west of Greenwich
  if (reader.ok && !reader.text.empty()) {
    rule.has_daylight_ = true;
    reader.abbreviation();
    const bool given = !reader.text.empty() && reader.text.front() != ',';
    rule.daylight_ = given ? -reader.time() : rule.standard_ + 3'600;
    if (!reader.take(',')) reader.ok = false;
    rule.begins_ = reader.change();
    if (!reader.take(',')) reader.ok = false;
    rule.ends_ = reader.change();
  }
  if (!reader.ok || !reader.text.empty()) return std::nullopt;
  return rule;
}

int64_t ZoneRule::Change::local_second(int year) const {
  using namespace std::chrono;
  const auto first = sys_days{std::chrono::year{year} / January / 1};
  sys_days on = first;
  switch (kind) {
    case Kind::kMonthWeekDay: {
      const auto unsigned_month = std::chrono::month{static_cast<unsigned>(month)};
      const weekday wanted{static_cast<unsigned>(day)};
      on = week == 5 ? sys_days{std::chrono::year{year} / unsigned_month / wanted[last]}
                     : sys_days{std::chrono::year{year} / unsigned_month /
                                wanted[static_cast<unsigned>(week)]};
      break;
    }
    case Kind::kJulian: {
      // 1 to 365: 29 February is never counted.
      const bool later = std::chrono::year{year}.is_leap() && day >= 60;
      on = first + days{day - (later ? 0 : 1)};
      break;
    }
    case Kind::kZeroBased:
      on = first + days{day};
      break;
  }
  return on.time_since_epoch().count() * int64_t{86'400} + second;
}

std::vector<ZoneTransition> ZoneRule::transitions(int64_t from_ms) const {
  if (!has_daylight_) {
    // A row without a change is dropped by whoever joins the two; one with a change is missing
    // above.
    return {};
  }
  std::vector<ZoneTransition> rows;
  const int first_year = 1970;
  for (int year = first_year; year < 2100; ++year) {
    rows.push_back({(begins_.local_second(year) - standard_) * 1'000, daylight_ * 1'000});
    rows.push_back({(ends_.local_second(year) - daylight_) * 1'000, standard_ * 1'000});
  }
  std::erase_if(rows, [&](const ZoneTransition& row) { return row.at_ms <= from_ms; });
  std::sort(rows.begin(), rows.end(),
            [](const ZoneTransition& a, const ZoneTransition& b) { return a.at_ms < b.at_ms; });
  return rows;
}

}  // namespace segue
