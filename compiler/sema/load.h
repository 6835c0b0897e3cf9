// Rule files from disk: all that a command line names, and all that those use.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/sema/check.h"
#include "compiler/source/source.h"
#include "compiler/syntax/ast.h"
#include "runtime/base/result.h"

namespace segue {

/// A file itself, a folder as all `*.seg` below it, sorted by path. An error names the path.
Result<std::vector<std::string>> rule_files(const std::string& path);

struct Loaded {
  std::vector<ast::File> files;             ///< those named first, in order, then those they use
  std::vector<std::vector<uint32_t>> uses;  ///< as CheckOptions::uses
  std::vector<bool> libraries;              ///< as CheckOptions::libraries
  ListFiles list_files;                     ///< as CheckOptions::list_files
  std::vector<std::string> unreadable;      ///< named paths that cannot be read, with the reason
};

/// A library (`use std.web`) is read from the binary; its path is its name, and warnings of it are
/// nobody's.
///
/// Reads and parses `paths`: files, and folders as all `*.seg` below them, sorted by path. `use` is
/// followed from the folder of the file that says it; a file is read once, however often it is
/// named, and a circle of files is harmless. A used file that cannot be read is a diagnostic.
[[nodiscard]] Loaded load(SourceManager& sources, std::span<const std::string> paths,
                          Diagnostics& diagnostics) noexcept;

/// The same of a text in memory: `name` is its path.
[[nodiscard]] Loaded load_text(SourceManager& sources, std::string name, std::string text,
                               Diagnostics& diagnostics) noexcept;

}  // namespace segue
