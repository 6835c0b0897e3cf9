#include "runtime/base/text.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>

namespace segue {
namespace {

/// A stretch of capitals and how they become small ones.
struct CaseRange {
  enum class Rule : uint8_t {
    kShift,      // by `shift`
    kEvenFirst,  // pairs: the even one is the capital
    kOddFirst,   // pairs: the odd one is
  };
  uint16_t first;
  uint16_t last;
  Rule rule;
  int16_t shift;
};

constexpr auto kShift = CaseRange::Rule::kShift;
constexpr auto kEven = CaseRange::Rule::kEvenFirst;
constexpr auto kOdd = CaseRange::Rule::kOddFirst;

// Unicode's CaseFolding.txt, status C and S, of two-byte letters. U+0130 has no simple folding.
constexpr CaseRange kCaseRanges[] = {
    {0x00B5, 0x00B5, kShift, 775},  // micro sign: the Greek letter
    {0x00C0, 0x00D6, kShift, 32},   {0x00D8, 0x00DE, kShift, 32},
    {0x0100, 0x012F, kEven, 0},     {0x0132, 0x0137, kEven, 0},
    {0x0139, 0x0148, kOdd, 0},      {0x014A, 0x0177, kEven, 0},
    {0x0178, 0x0178, kShift, -121}, {0x0179, 0x017E, kOdd, 0},
    {0x017F, 0x017F, kShift, -268},  // long s: s
    {0x0370, 0x0373, kEven, 0},     {0x0376, 0x0377, kEven, 0},
    {0x037F, 0x037F, kShift, 116},  {0x0386, 0x0386, kShift, 38},
    {0x0388, 0x038A, kShift, 37},   {0x038C, 0x038C, kShift, 64},
    {0x038E, 0x038F, kShift, 63},   {0x0391, 0x03A1, kShift, 32},
    {0x03A3, 0x03AB, kShift, 32},   {0x03C2, 0x03C2, kShift, 1},  // final sigma: sigma
    {0x03CF, 0x03CF, kShift, 8},    {0x03D0, 0x03D0, kShift, -30},
    {0x03D1, 0x03D1, kShift, -25},  {0x03D5, 0x03D5, kShift, -15},
    {0x03D6, 0x03D6, kShift, -22},  {0x03D8, 0x03EF, kEven, 0},
    {0x03F0, 0x03F0, kShift, -54},  {0x03F1, 0x03F1, kShift, -48},
    {0x03F4, 0x03F4, kShift, -60},  {0x03F5, 0x03F5, kShift, -64},
    {0x03F7, 0x03F7, kShift, 1},    {0x03F9, 0x03F9, kShift, -7},
    {0x03FA, 0x03FA, kShift, 1},    {0x03FD, 0x03FF, kShift, -130},
    {0x0400, 0x040F, kShift, 80},   {0x0410, 0x042F, kShift, 32},
    {0x0460, 0x0481, kEven, 0},     {0x048A, 0x04BF, kEven, 0},
    {0x04C0, 0x04C0, kShift, 15},   {0x04C1, 0x04CE, kOdd, 0},
    {0x04D0, 0x052F, kEven, 0},
};

uint32_t fold_letter(uint32_t letter) {
  for (const CaseRange& range : kCaseRanges) {
    if (letter < range.first) break;
    if (letter > range.last) continue;
    switch (range.rule) {
      case CaseRange::Rule::kShift:
        return static_cast<uint32_t>(static_cast<int32_t>(letter) + range.shift);
      case CaseRange::Rule::kEvenFirst:
        return letter | 1;
      case CaseRange::Rule::kOddFirst:
        return letter + (letter & 1);
    }
  }
  return letter;
}

/// Walks a text as folded units: a one- or two-byte letter is one unit, every other byte (of longer
/// letters, which are not folded, and of broken UTF-8) stands for itself.
class Folded {
 public:
  explicit Folded(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }

  uint32_t next() {
    const auto byte = static_cast<uint8_t>(text_[at_++]);
    if (byte < 0x80) return byte >= 'A' && byte <= 'Z' ? byte + 32u : byte;
    if (byte < 0xC2 || byte > 0xDF || done()) return kRawByte | byte;
    const auto second = static_cast<uint8_t>(text_[at_]);
    if ((second & 0xC0) != 0x80) return kRawByte | byte;
    ++at_;
    return fold_letter(((byte & 0x1Fu) << 6) | (second & 0x3Fu));
  }

  static constexpr uint32_t kRawByte = 0x10000;  // above every two-byte letter

 private:
  std::string_view text_;
  size_t at_ = 0;
};

/// Reads the parts of an RFC 3339 text from left to right.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// `2025-06-01` as days since 1970-01-01.
  std::optional<int64_t> date() {
    const int year = number(4);
    if (year < 0 || !take('-')) return {};
    const int month = number(2);
    if (month < 0 || !take('-')) return {};
    const int day = number(2);
    if (day < 0) return {};
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return {};
    return std::chrono::sys_days(date).time_since_epoch().count();
  }

  /// `17:00`, `17:00:00`, `17:00:00.123456` in milliseconds. A leap second is the next minute's
  /// start.
  std::optional<int64_t> time_of_day() {
    const int hour = number(2);
    if (hour < 0 || hour > 23 || !take(':')) return {};
    const int minute = number(2);
    if (minute < 0 || minute > 59) return {};
    int64_t ms = (hour * 60 + minute) * int64_t{60'000};
    if (!take(':')) return ms;
    const int second = number(2);
    if (second < 0 || second > 60) return {};
    ms += second * int64_t{1000};
    if (!take('.')) return ms;
    return fraction(ms);
  }

  /// `Z`, `+02:00`, `-0730` in milliseconds.
  std::optional<int64_t> offset() {
    if (take('Z') || take('z')) return 0;
    const bool west = take('-');
    if (!west && !take('+')) return {};
    const int hours = number(2);
    if (hours < 0 || hours > 23) return {};
    take(':');
    const int minutes = number(2);
    if (minutes < 0 || minutes > 59) return {};
    const int64_t ms = (hours * 60 + minutes) * int64_t{60'000};
    return west ? -ms : ms;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  /// Exactly `digits` digits, else -1.
  int number(size_t digits) {
    if (rest_.size() < digits) return -1;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!is_digit(c)) return -1;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  /// One digit and more; three of them count.
  std::optional<int64_t> fraction(int64_t ms) {
    if (rest_.empty() || !is_digit(rest_.front())) return {};
    for (int64_t worth = 100; !rest_.empty() && is_digit(rest_.front()); worth /= 10) {
      ms += worth * (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return ms;
  }

  std::string_view rest_;
};

std::optional<Instant> in_bounds(Instant t) {
  if (t < kInstantMin || t >= kInstantEnd) return {};
  return t;
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (Folded letters(text); !letters.done();) {
    const uint32_t letter = letters.next();
    if (letter < 0x80 || letter >= Folded::kRawByte) {
      folded.push_back(static_cast<char>(letter & 0xFF));
    } else {
      folded.push_back(static_cast<char>(0xC0 | (letter >> 6)));
      folded.push_back(static_cast<char>(0x80 | (letter & 0x3F)));
    }
  }
  return folded;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view part) {
  Folded letters(text);
  for (Folded wanted(part); !wanted.done();) {
    if (letters.done() || letters.next() != wanted.next()) return false;
  }
  return true;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  Folded left(a);
  Folded right(b);
  while (!left.done() && !right.done()) {
    if (left.next() != right.next()) return false;
  }
  return left.done() && right.done();
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  for (size_t from = 0; from <= text.size(); ++from) {
    if (starts_with_ignoring_case(text.substr(from), part)) return true;
  }
  return false;
}

bool ends_with_ignoring_case(std::string_view text, std::string_view part) {
  // Letters that fold alike may differ in length (`ſ` has two bytes, `s` one), but never by more
  // than one byte.
  const size_t longest = 2 * part.size();
  const size_t first = text.size() > longest ? text.size() - longest : 0;
  for (size_t from = first; from <= text.size(); ++from) {
    if (equal_ignoring_case(text.substr(from), part)) return true;
  }
  return false;
}

std::optional<Instant> parse_instant(std::string_view text, ZoneView zone) {
  TimeReader reader(text);
  const std::optional<int64_t> day = reader.date();
  if (!day) return {};
  if (reader.done()) return in_bounds(zone.start_of(LocalDay{static_cast<int32_t>(*day)}));
  if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return {};
  const std::optional<int64_t> time = reader.time_of_day();
  if (!time) return {};
  const int64_t local_ms = *day * kDayMs + *time;
  if (reader.done()) return in_bounds(instant_of_local(local_ms, zone));
  const std::optional<int64_t> offset = reader.offset();
  if (!offset || !reader.done()) return {};
  return in_bounds(Instant{local_ms - *offset});
}

std::optional<Instant> instant_from_epoch_ms(double ms) {
  // Compared as doubles first: a cast of what no int64 holds is undefined.
  if (!(ms >= static_cast<double>(kInstantMin.ms) && ms < static_cast<double>(kInstantEnd.ms))) {
    return {};
  }
  return Instant{static_cast<int64_t>(ms)};
}

Instant instant_of_local(int64_t local_ms, ZoneView zone) {
  const std::span<const ZoneTransition> rows = zone.rows();
  if (rows.empty()) return {local_ms};
  // The first row whose clocks have not passed `local_ms` when the row ends: of a doubled time the
  // first. Local ends ascend, since offsets change by less than the time between two changes.
  size_t row = 0;
  while (row + 1 < rows.size() && local_ms >= rows[row + 1].at_ms + rows[row].offset_ms) ++row;
  const bool skipped = row > 0 && local_ms < rows[row].at_ms + rows[row].offset_ms;
  // By the offset before the gap a skipped time lands after it, later by the gap.
  return {local_ms - rows[skipped ? row - 1 : row].offset_ms};
}

std::string format_instant(Instant t) {
  using std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> time{milliseconds(t.ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace segue
