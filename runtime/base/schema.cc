#include "runtime/base/schema.h"

#include <algorithm>

namespace segue {

int InputSchema::local_slot(KindId kind, uint32_t slot) const {
  const std::vector<uint32_t>& carried = kinds[kind.index].slots;
  const auto found = std::lower_bound(carried.begin(), carried.end(), slot);
  if (found == carried.end() || *found != slot) return -1;
  return static_cast<int>(found - carried.begin());
}

KindId InputSchema::kind_of(std::string_view wire_name) const {
  if (kinds.size() <= kFirstNamedKind) return kOtherKind;
  const auto named = kinds.begin() + kFirstNamedKind;
  const auto found = std::lower_bound(
      named, kinds.end(), wire_name,
      [](const Kind& kind, std::string_view name) { return kind.wire_name < name; });
  if (found == kinds.end() || found->wire_name != wire_name) return kOtherKind;
  return {static_cast<uint32_t>(found - kinds.begin())};
}

}  // namespace segue
