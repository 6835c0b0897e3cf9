#include "runtime/pack/reads.h"

#include <map>
#include <utility>

namespace segue::pack {

Reads::Reads(const InputSchema& schema, const Catalog& catalog) {
  for (const Catalog::Kind& row : catalog.kinds()) {
    Kind kind;
    kind.kind = row.call == Call::kIdentify ? kIdentifyKind : schema.kind_of(row.name);
    if (row.call != Call::kIdentify) kind.name = row.name;
    kind.slots = static_cast<uint32_t>(schema.kinds[kind.kind.index].slots.size());
    kinds.push_back(std::move(kind));
  }
  std::map<std::pair<uint32_t, std::string_view>, uint32_t> columns;
  for (uint32_t i = 0; i < catalog.columns().size(); ++i) {
    const Catalog::Column& column = catalog.columns()[i];
    columns.emplace(std::pair(column.kind, std::string_view(column.key)), i);
  }
  for (uint32_t number = 0; number < kinds.size(); ++number) {
    Kind& kind = kinds[number];
    std::map<uint32_t, Group> groups;
    const std::vector<uint32_t>& slots = schema.kinds[kind.kind.index].slots;
    for (uint32_t local = 0; local < slots.size(); ++local) {
      const InputSchema::Slot& slot = schema.slots[slots[local]];
      // Only identify calls carry traits, and nothing else.
      if (slot.is_trait != (kind.kind == kIdentifyKind) || slot.path.empty()) continue;
      const auto found = columns.find(std::pair(number, std::string_view(slot.path[0])));
      if (found == columns.end()) continue;
      Group& group = groups[found->second];
      group.column = found->second;
      group.slots.push_back(local);
      group.paths.emplace_back(slot.path.begin() + 1, slot.path.end());
    }
    for (auto& [column, group] : groups) kind.groups.push_back(std::move(group));
  }
}

}  // namespace segue::pack
