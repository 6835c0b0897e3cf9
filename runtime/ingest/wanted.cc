#include "runtime/ingest/wanted.h"

#include <map>
#include <span>
#include <string>

namespace segue {
namespace {

struct Path {
  std::span<const std::string> rest;
  uint32_t slot;
};

/// Makes node `at` from the paths that lead through it; returns the slots at and below it.
void grow(std::vector<Wanted::Node>& nodes, uint32_t at, const std::vector<Path>& paths) {
  std::map<std::string, std::vector<Path>> by_key;
  for (const Path& path : paths) {
    nodes[at].below.push_back(path.slot);
    if (path.rest.empty()) {
      nodes[at].here.push_back(path.slot);
    } else {
      by_key[path.rest[0]].push_back({path.rest.subspan(1), path.slot});
    }
  }
  std::vector<std::string> names;
  for (const auto& [key, further] : by_key) {
    names.push_back(key);
    const auto child = static_cast<uint32_t>(nodes.size());
    nodes.emplace_back();
    nodes[at].children.push_back(child);
    grow(nodes, child, further);
  }
  nodes[at].keys = KeyTable(names);
}

}  // namespace

Wanted::Wanted(const InputSchema& schema, KindId kind) {
  const std::vector<uint32_t>& wanted = schema.kinds[kind.index].slots;
  slots = static_cast<uint32_t>(wanted.size());
  std::vector<Path> paths;
  for (uint32_t local = 0; local < slots; ++local) {
    const InputSchema::Slot& slot = schema.slots[wanted[local]];
    // Only identify calls carry traits, and nothing else. What cannot come stays absent.
    if (slot.is_trait == (kind == kIdentifyKind) && !slot.path.empty()) {
      paths.push_back({slot.path, local});
    }
  }
  nodes.emplace_back();
  grow(nodes, 0, paths);
}

}  // namespace segue
