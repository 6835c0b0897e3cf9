// What is wrong with the user's text: collected, never thrown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/source.h"

namespace segue {

enum class Level : uint8_t { kError, kWarning };

/// One enumerator a line of diagnostics.def: Code::kE0101, …
enum class Code : uint16_t {
#define SEGUE_DIAGNOSTIC(code, level, title) k##code,
#include "compiler/diagnostics/diagnostics.def"
#undef SEGUE_DIAGNOSTIC
};

struct CodeInfo {
  Code code;
  std::string_view name;  ///< "E0101"
  Level level;
  std::string_view title;
};

/// All codes in the order of diagnostics.def.
std::span<const CodeInfo> all_codes();
const CodeInfo& info(Code code);
std::optional<Code> find_code(std::string_view name);
/// The page that `seg explain CODE` prints; Markdown, ends with a line end.
std::string_view explain(Code code);

struct Label {
  Span span;
  std::string text;
};

/// Replaces `span` by `replacement`; an empty span inserts.
struct FixIt {
  Span span;
  std::string replacement;
};

/// One finding. The setters return *this, so a finding is one expression:
///   diagnostics.add(Code::kE0207, span, "unknown event `x`").label("not declared").help("…");
struct Diagnostic {
  Code code{};
  Level level = Level::kError;
  std::string message;           ///< lower case, no full stop: what was seen
  Span span;                     ///< underlined with ^
  std::string text;              ///< label of the primary span: the rule
  std::vector<Label> secondary;  ///< underlined with -, in any file
  std::vector<std::string> notes;
  std::vector<std::string> helps;
  std::vector<FixIt> fixes;

  Diagnostic& label(std::string words);
  Diagnostic& also(Span where, std::string words);
  Diagnostic& note(std::string words);
  Diagnostic& help(std::string words);
  Diagnostic& fix(Span where, std::string replacement);
  /// `help: did you mean `a`?` with a fix at the primary span when there is one name; nothing when
  /// there is none.
  Diagnostic& suggest(std::span<const std::string> names);
  /// The same for a misspelling elsewhere.
  Diagnostic& suggest_at(Span where, std::span<const std::string> names);
};

/// Collects the findings of a compilation. At most kErrorsMax errors and kWarningsMax warnings are
/// kept, so that a hostile file cannot fill memory; what is dropped is counted.
class Diagnostics {
 public:
  static constexpr size_t kErrorsMax = 1000;
  static constexpr size_t kWarningsMax = 1000;

  /// The level is the code's. The reference lives as long as this object.
  Diagnostic& add(Code code, Span span, std::string message);

  /// From now on a finding of that code is an error.
  void raise(Code code) { raised_.insert(code); }
  /// From now on warnings of places in that text are dropped, uncounted: it is not the user's.
  void quiet(SourceId file) { quiet_.insert(file); }
  bool is_quiet(SourceId file) const { return quiet_.contains(file); }

  bool has_errors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }
  size_t warning_count() const { return warnings_; }
  /// Found beyond the limits, counted in the two above.
  size_t dropped_count() const { return dropped_; }
  bool empty() const { return found_.empty(); }

  /// By file, position, code; exact repetitions once. Pointers live as long as this object.
  std::vector<const Diagnostic*> sorted() const;

 private:
  std::deque<Diagnostic> found_;
  Diagnostic scratch_;  // takes what is beyond the limits, so that callers need no check
  std::set<Code> raised_;
  std::set<SourceId> quiet_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
  size_t dropped_ = 0;
};

/// The candidates within a third of the name's length (edits and swaps), nearest first, ties by
/// name; at most `count_max`.
std::vector<std::string> nearest_names(std::string_view wanted,
                                       std::span<const std::string> candidates,
                                       size_t count_max = 3);

}  // namespace segue
