// What a set of rules compiles to, and what it costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "segue/export.h"
#include "segue/outcome.h"

namespace segue {

/// Bytes of one user's state.
struct StateSize {
  uint64_t fixed_bytes = 0;    ///< there from the user's first event on
  uint64_t typical_bytes = 0;  ///< with `kTypicalEntries` in each part that grows
  uint64_t worst_bytes = 0;    ///< with each of these parts at its cap
  /// What it grows with, one line a part: ``a time and a value of each `order` of the last 90d, 16
  /// bytes, at most 65,536``. Empty if it does not grow.
  std::vector<std::string> growth;

  static constexpr uint64_t kTypicalEntries = 16;
};

/// A piece of a user's state.
struct CellInfo {
  std::string keeps;   ///< `newest(3) of pricing_views`
  uint64_t bytes = 0;  ///< of its fixed part
  bool grows = false;
  bool joins = false;  ///< after an alias it is in an engine what the joined history says
};

/// A segment or a score as the rules describe it.
struct RuleInfo {
  std::string name;
  std::string label;          ///< the text behind the name; may be empty
  std::string documentation;  ///< its `##` lines
  std::vector<std::pair<std::string, std::string>> metadata;  ///< stage, goal, owner, … as written
  std::string path;   ///< the rule file; empty of a program opened from its image
  uint32_t line = 1;  ///< there
  /// What it alone would keep. Rules share state, so these add up to more than the program's.
  StateSize state;
  std::vector<CellInfo> cells;      ///< it reads, directly or through other rules
  std::vector<std::string> events;  ///< wire names that can change it, sorted; `identify` too
  bool every_event = false;         ///< an event of any name can change it
  bool timed = false;               ///< time alone can change it
};

/// How much a program holds. A shape is a set of conditions that differ only in constants.
struct ProgramCounts {
  size_t segments = 0;
  size_t scores = 0;
  size_t event_kinds = 0;  ///< wire names that some rule mentions
  size_t streams = 0;
  size_t sequences = 0;
  size_t cells = 0;
  size_t conditions = 0;
  size_t shapes = 0;  ///< 0 of a program opened from its image
  size_t image_bytes = 0;
};

/// A verified program. Immutable; shared freely by threads and engines.
class SEGUE_API CompiledProgram {
 public:
  struct State;  ///< private to the library

  explicit CompiledProgram(std::unique_ptr<State> state) noexcept;
  ~CompiledProgram();

  /// In order of declaration: the index is the one that changes and scores carry.
  std::span<const RuleInfo> segments() const noexcept;
  std::span<const RuleInfo> scores() const noexcept;
  const ProgramCounts& counts() const noexcept;
  /// Of a user, all rules together.
  const StateSize& user_state() const noexcept;

  /// Place of the segment or the score of that name. Cost: a walk over all.
  std::optional<uint32_t> segment(std::string_view name) const noexcept;
  std::optional<uint32_t> score(std::string_view name) const noexcept;

  /// The program as bytes, for `open_program`; they live as long as the program.
  std::span<const std::byte> image() const noexcept;
  /// Tells any two images apart: states made by one are not taken by another.
  uint64_t identity() const noexcept;

  const State& state() const noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/// A program from the bytes of its image, as `CompiledProgram::image` and `seg build` give them.
/// The bytes are copied, and may be hostile: nothing of them is believed before it is checked.
/// Needs no compiler; where there is one, use `Compilation::program`, which can make native code.
///
/// Faults: `kUnreadable` if it is no image, `kUnsupported` of another version, `kCorrupt`,
/// `kTooLarge`. Cost: one pass over the bytes.
SEGUE_API Outcome open_program(std::span<const std::byte> image,
                               std::shared_ptr<const CompiledProgram>& into) noexcept;

}  // namespace segue
