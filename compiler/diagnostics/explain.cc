#include "compiler/diagnostics/diagnostics.h"

/// {code, page}, ends with {nullptr, nullptr}: the files of pages/, embedded by the build.
extern const char* const segue_pages[][2];

namespace segue {

std::string_view explain(Code code) {
  for (const auto* page = segue_pages; (*page)[0] != nullptr; ++page) {
    if (info(code).name == (*page)[0]) return (*page)[1];
  }
  return {};
}

}  // namespace segue
