#include <fmt/format.h>

#include <chrono>

#include "runtime/base/text.h"

namespace segue {

std::string duration_text(Duration duration) {
  struct Unit {
    int64_t ms;
    const char* name;
  };
  static constexpr Unit kUnits[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}, {1, "ms"}};
  if (duration.ms == 0) return "0ms";
  std::string text = duration.ms < 0 ? "-" : "";
  // Unsigned, so that the least value has a size too.
  uint64_t rest =
      duration.ms < 0 ? 0 - static_cast<uint64_t>(duration.ms) : static_cast<uint64_t>(duration.ms);
  for (const Unit& unit : kUnits) {
    const auto size = static_cast<uint64_t>(unit.ms);
    if (rest >= size) text += fmt::format("{}{}", rest / size, unit.name);
    rest %= size;
  }
  return text;
}

std::string instant_text(Instant instant) {
  if (instant == kNever) return "never";
  using std::chrono::days;
  using std::chrono::floor;
  using std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> time{milliseconds{instant.ms}};
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date{day};
  const int64_t ms = (time - day).count();
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  ms / 3'600'000, ms / 60'000 % 60, ms / 1'000 % 60);
  if (ms % 1'000 != 0) text += fmt::format(".{:03}", ms % 1'000);
  return text + "Z";
}

}  // namespace segue
