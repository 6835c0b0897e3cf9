#include "segue/time.h"

#include "api/runtime/time_points.h"
#include "compiler/sema/zones.h"
#include "runtime/base/text.h"

namespace segue {

std::optional<TimePoint> parse_time(std::string_view text, std::string_view zone) noexcept {
  const auto rows = load_zone(std::string(zone));
  if (!rows) return std::nullopt;
  const std::optional<Instant> at = parse_instant(text, ZoneView(*rows));
  if (!at) return std::nullopt;
  return time_point_of(*at);
}

}  // namespace segue
