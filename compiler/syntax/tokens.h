// Tokens as the formatter and editors see them; the parser's own kinds stay behind its door.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/source/source.h"

namespace segue {

struct Token {
  enum class Kind : uint8_t { kWord, kText, kLiteral, kParam, kMark, kComment, kDoc };
  Kind kind = Kind::kMark;
  uint32_t begin = 0;
  uint32_t end = 0;
};

}  // namespace segue
