#include "runtime/pack/nested.h"

#include <algorithm>

#include "runtime/ingest/lines.h"

namespace segue::pack {
namespace {

constexpr std::string_view kKey = "v";
constexpr std::string_view kBefore =
    R"({"userId":"u","timestamp":0,"event":"x","messageId":"m","properties":{"v":)";
constexpr std::string_view kBehind = "}}";

InputSchema schema_of(const Reads::Group& group) {
  InputSchema schema;
  schema.kinds.resize(kFirstNamedKind);
  InputSchema::Kind kind;
  kind.wire_name = "x";
  for (const std::vector<std::string>& below : group.paths) {
    InputSchema::Slot slot;
    slot.path.emplace_back(kKey);
    slot.path.insert(slot.path.end(), below.begin(), below.end());
    kind.slots.push_back(static_cast<uint32_t>(schema.slots.size()));
    schema.slots.push_back(std::move(slot));
  }
  schema.kinds.push_back(std::move(kind));
  return schema;
}

}  // namespace

NestedValues::NestedValues(const Reads::Group& group)
    : decoder_(schema_of(group)), slots_(group.paths.size()) {}

bool NestedValues::read(std::string_view json, EventBatch& batch, Value* values) {
  if (json.size() > kLineBytesMax) return false;  // no line had it
  line_.assign(kBefore).append(json).append(kBehind);
  const size_t size = line_.size();
  line_.append(kLinePadding, '\0');
  const size_t before = batch.events.size();
  if (decoder_.decode(std::string_view(line_).substr(0, size), batch)) return false;
  const std::span<const Value> slots = batch.events.back().slots;
  const bool good = batch.events.size() == before + 1 && slots.size() == slots_;
  if (good) std::copy(slots.begin(), slots.end(), values);
  batch.events.clear();
  return good;
}

}  // namespace segue::pack
