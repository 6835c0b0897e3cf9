#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/value.h"

namespace segue::naive {

/// Reads parts of JSON that a decoder has let through, so it is JSON. Keeps what it makes.
class Json {
 public:
  /// The value at `path` in an item of a list; absent if the path leads to nothing. Of a key that
  /// comes twice the last one counts, as in the decoder.
  Value at(const Value& item, const std::vector<std::string>& path);

 private:
  Value read(std::string_view json);

  std::deque<std::string> texts_;
  std::deque<std::vector<Value>> lists_;
};

}  // namespace segue::naive
