// The first column of a CSV file (RFC 4180), as texts with their places.
#pragma once

#include <string>
#include <vector>

#include "compiler/source/source.h"

namespace segue::sema {

struct CsvItem {
  std::string text;
  uint32_t begin = 0;  ///< bytes of the file, quotes included
  uint32_t end = 0;
};

struct Csv {
  std::vector<CsvItem> items;
  std::string error;  ///< empty, or why it was read only up to `error_at`
  uint32_t error_at = 0;
};

/// Reads at most `items_max` items and one more. Empty lines are none.
Csv first_column(std::string_view text, size_t items_max);

}  // namespace segue::sema
