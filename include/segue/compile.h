// Rules in, a checked compilation out: what is wrong, every stage as text, the compiled program.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "segue/export.h"
#include "segue/findings.h"
#include "segue/outcome.h"
#include "segue/program.h"

namespace segue {

struct CompileOptions {
  /// `{"min_views", "5"}`: replaces the value of every parameter of that name. Checked like the
  /// value that the rules give, so a wrong one is a finding.
  std::vector<std::pair<std::string, std::string>> params;
  /// IANA zone of files that name none; one that does not exist is `Fault::kInvalid`.
  std::string zone = "UTC";
  /// The optional passes that run (names of `optional_passes`), in the compiler's own order;
  /// without a value all of them. None: every condition is answered from a log. No choice changes
  /// an answer.
  std::optional<std::vector<std::string>> passes;
  /// Segments and scores of files that do not use each other may share a name. For what shows each
  /// with its file, as checking and testing do.
  bool allow_same_names = false;
  /// What each segment and score must say of itself, such as `goal` and `owner`: an error for each
  /// that does not. Libraries are not asked.
  std::vector<std::string> require;
  /// Warnings of state that grows with the events of all time or of a long window are errors.
  bool deny_unbounded = false;
};

/// The forms in which a compilation can be read, in the order in which they are made.
enum class Stage : uint8_t { kAst, kHir, kPlan, kImage, kLlvm, kAsm };

/// `ast`, `hir`, `plan`, `image`, `llvm`, `asm`; empty of anything else.
SEGUE_API std::optional<Stage> parse_stage(std::string_view name) noexcept;

/// How long each stage took, in milliseconds of the wall clock; 0 of what has not run.
struct CompileTimes {
  double parse_ms = 0;   ///< files read, and what they `use`, to syntax trees
  double check_ms = 0;   ///< names, types, time
  double plan_ms = 0;    ///< streams, cells, conditions
  double passes_ms = 0;  ///< the plan made small
  double emit_ms = 0;    ///< the program image written, verified, described and prepared to run
};

/// Rules, read and checked. Movable, not copied; const members may be called by any thread.
class SEGUE_API Compilation {
 public:
  struct State;  ///< private to the library

  Compilation() noexcept;  ///< no rules, no findings
  Compilation(Compilation&&) noexcept;
  Compilation& operator=(Compilation&&) noexcept;
  ~Compilation();

  const Findings& findings() const noexcept;
  /// Whether there is no error. Then, and only then, there is a program.
  bool ok() const noexcept { return findings().error_count() == 0; }

  /// The stage as text, the same from run to run. `only` names one part of it (`streams`, `cells`,
  /// a section of the image, …), empty prints all, an unknown one is `Fault::kInvalid`. What a
  /// stage needs comes with it: `kAst` is to be had in spite of errors, the others are
  /// `Fault::kInvalid` then.
  Outcome dump(Stage stage, std::string_view only, std::string& text) const noexcept;

  /// The compiled program, made by the first call. `Fault::kInvalid` if there are errors,
  /// `Fault::kTooLarge` if a limit of program images is passed. Cost: about 10 µs a condition.
  Outcome program(std::shared_ptr<const CompiledProgram>& program) const noexcept;

  /// Of what has been asked for so far.
  CompileTimes times() const noexcept;

  const State& state() const noexcept { return *state_; }

 private:
  friend Outcome compile_files(std::span<const std::string>, const CompileOptions&,
                               Compilation&) noexcept;
  friend Outcome compile_text(std::string, std::string, const CompileOptions&,
                              Compilation&) noexcept;
  friend void check_with(const State&, const std::vector<std::pair<std::string, std::string>>&,
                         Compilation&);
  std::unique_ptr<State> state_;
};

/// The files that `paths` name: a file stands for itself, a folder for all `.seg` below it, sorted.
/// `Fault::kUnreadable` if a path is not there.
SEGUE_API Outcome list_rule_files(std::span<const std::string> paths,
                                  std::vector<std::string>& files) noexcept;

/// Reads and checks these rules together, and what they `use`. Wrong rules are findings of `into`;
/// the outcome is about files and options. A single `.plan` file is taken as the text of a plan, as
/// `dump` writes it: what the passes make of it can be seen without rules. Memory: about 150 bytes
/// a token while it works.
SEGUE_API Outcome compile_files(std::span<const std::string> paths, const CompileOptions& options,
                                Compilation& into) noexcept;

/// The same of a text; `name` is what findings call it, and where its `use "…"` starts from.
SEGUE_API Outcome compile_text(std::string name, std::string text, const CompileOptions& options,
                               Compilation& into) noexcept;

/// The canonical layout of a rule text. With errors of syntax, `formatted` is left as it was.
/// Idempotent; keeps every comment and the meaning.
SEGUE_API Findings format_rules(const std::string& name, std::string text,
                                std::string& formatted) noexcept;

/// One pass of the compiler that can be switched off.
struct PassName {
  std::string_view name;
  std::string_view summary;  ///< one line
};

/// In the order in which they run. Static storage.
SEGUE_API std::span<const PassName> optional_passes() noexcept;

}  // namespace segue
