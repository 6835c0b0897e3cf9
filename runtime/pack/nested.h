#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/ingest/decode.h"
#include "runtime/pack/reads.h"

namespace segue::pack {

/// What rules read of values that are lists or records: decoded from their JSON by the same decoder
/// that reads lines, so that they mean the same.
class NestedValues {
 public:
  explicit NestedValues(const Reads::Group& group);

  /// The value of each of the group's slots, as long as `batch`; false if `json` is none, or
  /// longer than a line may be.
  bool read(std::string_view json, EventBatch& batch, Value* values);

 private:
  Decoder decoder_;
  size_t slots_;
  std::string line_;
};

}  // namespace segue::pack
