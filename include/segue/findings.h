// What the compiler finds wrong with rules, as data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "segue/export.h"

namespace segue {

/// A place in a rule text. Bytes are counted from 0 and half open, lines and columns from 1; a
/// column is a Unicode code point. A place of no file has an empty `path`.
struct TextRange {
  std::string path;
  uint32_t begin_byte = 0;
  uint32_t end_byte = 0;
  uint32_t line = 1;
  uint32_t column = 1;
};

enum class FindingLevel : uint8_t { kError, kWarning };

/// A place with words to it.
struct FindingLabel {
  TextRange at;
  std::string text;
};

/// Replaces `at` by `replacement`; an empty range inserts.
struct FindingFix {
  TextRange at;
  std::string replacement;
};

/// One error or warning.
struct Finding {
  FindingLevel level = FindingLevel::kError;
  std::string code;     ///< "E0207": stable, never reused, `explain_code` has its page
  std::string message;  ///< lower case, no full stop: what was seen
  TextRange at;
  std::string label;  ///< words at `at`: the rule
  std::vector<FindingLabel> others;
  std::vector<std::string> notes;
  std::vector<std::string> helps;
  std::vector<FindingFix> fixes;
};

/// `kText` for people, `kJson` one object on one line, `kSarif` a SARIF 2.1.0 log.
enum class FindingsFormat : uint8_t { kText, kJson, kSarif };

/// All that was found in one text or set of rules. Copies share what they hold; any thread.
class SEGUE_API Findings {
 public:
  struct State;  ///< private to the library

  Findings() noexcept;  ///< none
  explicit Findings(std::shared_ptr<const State> state) noexcept;

  size_t error_count() const noexcept;
  size_t warning_count() const noexcept;
  bool empty() const noexcept { return error_count() + warning_count() == 0; }

  /// By file, position and code. At most 1,000 errors and 1,000 warnings are kept; all are counted.
  std::vector<Finding> list() const noexcept;

  /// In one of the forms of `FindingsFormat`; `color` paints `kText` for a terminal. `kText` of no
  /// findings is empty, the others are whole documents.
  std::string render(FindingsFormat format, bool color = false) const noexcept;

 private:
  std::shared_ptr<const State> state_;
};

/// The page of a diagnostic as Markdown, or empty if there is no such code. Static storage.
SEGUE_API std::string_view explain_code(std::string_view code) noexcept;

}  // namespace segue
