#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/base/byte_fields.h"
#include "runtime/pack/raw_event.h"

namespace segue::pack {

/// The kinds of events in a pack, a call and a wire name each, and its columns: the keys of their
/// properties or traits.
class Catalog {
 public:
  struct Kind {
    Call call = Call::kTrack;
    std::string name;  // empty for identify
  };
  struct Column {
    uint32_t kind = 0;
    std::string key;
  };

  /// The number of that kind or column, which is made if new.
  uint32_t kind_of(Call call, std::string_view name);
  uint32_t column_of(uint32_t kind, std::string_view key);

  const std::vector<Kind>& kinds() const { return kinds_; }
  const std::vector<Column>& columns() const { return columns_; }
  bool full() const;  // a limit is passed

  void write(std::string& out) const;

  /// False if the bytes are no catalog.
  bool read(ByteReader& reader, uint32_t kinds, uint32_t columns);

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Names = std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>>;

  std::vector<Kind> kinds_;
  std::vector<Column> columns_;
  Names by_name_[kCalls];
  std::vector<Names> by_key_;  // a kind
};

}  // namespace segue::pack
