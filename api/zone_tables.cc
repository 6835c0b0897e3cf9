#include "api/zone_tables.h"

#include <fstream>

#include "compiler/sema/zones.h"
#include "runtime/base/check.h"

namespace segue {
namespace {

std::vector<ZoneTransition> rows_of(const std::string& name) {
  auto rows = load_zone(name);
  SEGUE_CHECK(rows.has_value(), "the checker has found every zone that rules name");
  return std::move(rows).value();
}

/// `2025b`, from the first line of tzdata's own text (`# version 2025b`); empty if it is not there.
std::string tzdata_version() {
  std::ifstream text("/usr/share/zoneinfo/tzdata.zi");
  std::string hash;
  std::string word;
  std::string version;
  text >> hash >> word >> version;
  return hash == "#" && word == "version" ? version : "";
}

}  // namespace

ZoneSource system_zones() { return {rows_of, zone_names, tzdata_version()}; }

ZoneTables::ZoneTables(const std::vector<std::string>& names) {
  for (const std::string& name : names) rows_.push_back(rows_of(name));
  for (const std::vector<ZoneTransition>& rows : rows_) views_.emplace_back(rows);
}

}  // namespace segue
