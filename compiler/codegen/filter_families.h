#pragma once

#include <cstdint>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/image/view.h"

namespace segue::codegen {

/// Streams of a kind of event whose filters compare one slot with a constant each, and which feed
/// nothing but cells that do not grow, so that it makes no difference in which order they are fed.
struct FilterFamily {
  /// kNumbers: on one side of the constant; of `streams` those behind one that does not match do
  /// not match either. kTexts: equal to it; `streams` ascend by `keys`, of different texts one
  /// matches.
  enum class Shape : uint8_t { kNumbers, kTexts };
  Shape shape = Shape::kNumbers;
  uint32_t slot = 0;
  std::vector<uint32_t> streams;
  std::vector<uint64_t> keys;  // kTexts: the low word of each text's scalar
};

/// Those of at least `least` streams. None, if some filter or value asks for what a cell keeps.
/// Cost: ops of the kind's filters, and of all filters and values once.
std::vector<FilterFamily> filter_families(const image::View& view, KindId kind, size_t least);

}  // namespace segue::codegen
