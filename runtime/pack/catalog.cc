#include "runtime/pack/catalog.h"

#include "runtime/pack/format.h"

namespace segue::pack {

uint32_t Catalog::kind_of(Call call, std::string_view name) {
  Names& names = by_name_[static_cast<size_t>(call)];
  if (const auto found = names.find(name); found != names.end()) return found->second;
  const auto number = static_cast<uint32_t>(kinds_.size());
  names.emplace(name, number);
  kinds_.push_back({call, std::string(name)});
  by_key_.emplace_back();
  return number;
}

uint32_t Catalog::column_of(uint32_t kind, std::string_view key) {
  Names& keys = by_key_[kind];
  if (const auto found = keys.find(key); found != keys.end()) return found->second;
  const auto number = static_cast<uint32_t>(columns_.size());
  keys.emplace(key, number);
  columns_.push_back({kind, std::string(key)});
  return number;
}

bool Catalog::full() const { return kinds_.size() > kColumnsMax || columns_.size() > kColumnsMax; }

void Catalog::write(std::string& out) const {
  for (const Kind& kind : kinds_) {
    put(out, static_cast<uint8_t>(kind.call));
    put_text(out, kind.name);
  }
  for (const Column& column : columns_) {
    put(out, column.kind);
    put_text(out, column.key);
  }
}

bool Catalog::read(ByteReader& reader, uint32_t kinds, uint32_t columns) {
  for (uint32_t i = 0; i < kinds; ++i) {
    uint8_t call = 0;
    std::string_view name;
    if (!reader.take(call) || call >= kCalls || !reader.take_text(name)) return false;
    if (kind_of(static_cast<Call>(call), name) != i) return false;  // named twice
  }
  for (uint32_t i = 0; i < columns; ++i) {
    uint32_t kind = 0;
    std::string_view key;
    if (!reader.take(kind) || kind >= kinds || !reader.take_text(key)) return false;
    if (column_of(kind, key) != i) return false;
  }
  return true;
}

}  // namespace segue::pack
