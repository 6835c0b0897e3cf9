// Time zones of the system's tzdata, as tables from 1970 to 2100.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/base/result.h"
#include "runtime/base/zone.h"

namespace segue {

/// The transitions of an IANA zone ("Europe/Paris"): the first row holds from the beginning of
/// time. Beyond what tzdata lists, its rule for all years to come is written out to 2100. "UTC"
/// needs no tzdata. Fails with kInvalid for a name that is no zone, kCorrupt for a file that cannot
/// be read.
Result<std::vector<ZoneTransition>> load_zone(const std::string& name);

bool zone_exists(const std::string& name);

/// All names of zones there are, sorted: what a user's own zone may be.
std::vector<std::string> zone_names();

namespace sema {

struct Zone {
  std::string name;
  std::vector<ZoneTransition> rows;
  ZoneView view() const { return ZoneView(rows); }
};

/// Zones by name, each loaded once.
class Zones {
 public:
  /// Null if there is no such zone.
  const Zone* get(const std::string& name);

 private:
  std::map<std::string, std::unique_ptr<Zone>> zones_;
};

}  // namespace sema
}  // namespace segue
