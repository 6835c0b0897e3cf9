// Parsed files in, checked rules out.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/sema/hir.h"
#include "compiler/syntax/ast.h"

namespace segue {

class SourceManager;

/// The file of `list vips from "vips.csv"`.
struct ListFile {
  SourceId id;        ///< not valid if it could not be read
  std::string path;   ///< as it was opened
  std::string error;  ///< why not
};
/// By the index of the rule file, and the path written there.
using ListFiles = std::map<std::pair<uint32_t, std::string>, ListFile>;

struct CheckOptions {
  /// `--param name=value`: replaces the value of every parameter of that name. Checked like the one
  /// that is written.
  std::vector<std::pair<std::string, std::string>> params;
  /// `--zone`: the zone of files that name none. Must exist (`zone_exists` of zones.h).
  std::string default_zone = "UTC";
  /// `uses[i]`: which files `files[i]` names with `use`; made by `load`. A file sees its own names
  /// and those of the files it uses, however indirectly. Empty: every file sees every other.
  std::vector<std::vector<uint32_t>> uses;
  /// Which files are libraries: nothing of them is in the result but what the others read, and
  /// their tests are not. Empty: none.
  std::vector<bool> libraries;
  /// `--require`: what each segment and score must say of itself, such as `goal`.
  std::vector<std::string> required;
  /// Texts of lists; made by `load`, and need `sources`.
  ListFiles list_files;
  /// Segments and scores of files that do not see each other may share a name. For `seg check` and
  /// `seg test`, which show each by its file; output that shows only names cannot allow it.
  bool allow_same_names = false;
  /// For streams' names and for help that quotes the rule; without it both are plainer.
  const SourceManager* sources = nullptr;
};

/// Checks all files together. Errors are collected; with none, the result is complete and
/// `verify_hir` holds.
///
/// Never crashes, whatever the files hold: limits.h and the parser's limits.h bound depth, size and
/// count.
[[nodiscard]] hir::Rules check(std::span<const ast::File> files, const CheckOptions& options,
                               Diagnostics& diagnostics) noexcept;

/// A parameter's value as `--param` takes it: what a test's `with` hands to the check of its rules.
std::string param_text(const hir::Literal& value);

}  // namespace segue
