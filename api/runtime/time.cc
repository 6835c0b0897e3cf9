#include "segue/time.h"

#include <charconv>

#include "api/runtime/time_points.h"
#include "runtime/base/text.h"

namespace segue {
namespace {

struct LengthUnit {
  std::string_view name;
  int64_t ms;
};

// `ms` stands before `m`, so that it is not read as minutes and a stray `s`.
constexpr LengthUnit kLengthUnits[] = {{"ms", 1},        {"s", 1'000},      {"m", 60'000},
                                       {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}};

const LengthUnit* unit_at(std::string_view text) {
  for (const LengthUnit& unit : kLengthUnits) {
    if (text.substr(0, unit.name.size()) == unit.name) return &unit;
  }
  return nullptr;
}

}  // namespace

std::optional<Milliseconds> parse_length(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || text[0] == '-') return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));

    const LengthUnit* unit = unit_at(text);
    if (unit == nullptr || count > (kDurationMax.ms - total) / unit->ms) return std::nullopt;
    total += count * unit->ms;
    text.remove_prefix(unit->name.size());
  }
  return Milliseconds(total);
}

std::string format_time(TimePoint at) noexcept { return format_instant(instant_of(at)); }

std::string format_length(Milliseconds length) noexcept { return duration_text({length.count()}); }

}  // namespace segue
