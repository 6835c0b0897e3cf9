#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "runtime/base/event_batch.h"

namespace segue {

bool is_utf8(std::string_view text);

/// Finds where the tokens of a JSON text start: brackets, commas, colons, opening quotes, and the
/// first byte of whatever else stands outside strings. Also proves the text UTF-8, its strings
/// closed and without control characters. Reuses its room from line to line.
///
/// This is stage 1 of simdjson (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019),
/// on the widest vectors of the machine.
class Tokenizer {
 public:
  Tokenizer();
  ~Tokenizer();

  /// What is wrong with the text, or nothing. It needs no padding.
  std::optional<RejectKind> find(std::string_view text);

  /// Of the last text found good; behind the last one stands the text's size.
  std::span<const uint32_t> starts() const;

 private:
  void make_room(size_t bytes);

  struct Stage1;
  std::unique_ptr<Stage1> stage1_;
};

}  // namespace segue
