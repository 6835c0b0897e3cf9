#include "compiler/sema/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "compiler/sema/libraries.h"
#include "compiler/sema/limits.h"
#include "compiler/syntax/parse.h"

namespace segue {

namespace {

namespace fs = std::filesystem;

/// One name for each file, however it was reached.
std::string identity(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(path, error);
  return error ? path : canonical.string();
}

class Loader {
 public:
  Loader(SourceManager& sources, Diagnostics& diagnostics)
      : sources_(sources), diagnostics_(diagnostics) {}

  void name(const std::string& path) {
    const auto files = rule_files(path);
    if (!files) {
      result_.unreadable.push_back(files.error().message);
      return;
    }
    for (const std::string& file : *files) open_named(file);
  }

  void text(std::string name, std::string text) {
    known_.emplace(identity(name), 0);
    add(sources_.add_text(std::move(name), std::move(text)), false);
  }

  /// Files are followed in the order in which they were met, used ones behind all named ones.
  Loaded follow() {
    for (uint32_t file = 0; file < result_.files.size(); ++file) {
      result_.uses.push_back({});
      for (const ast::Decl& decl : result_.files[file].declarations) {
        const auto* use = decl.as<ast::UseDecl>();
        if (use != nullptr && use->file) pending_.push_back({file, *use->file});
        if (use != nullptr && use->library) open_library(file, *use->library);
        const auto* list = decl.as<ast::ListDecl>();
        if (list != nullptr && list->file) open_list(file, list->file->value);
      }
      open_pending();
    }
    return std::move(result_);
  }

 private:
  struct Use {
    uint32_t file;
    ast::Text path;
  };

  void open_named(const std::string& path) {
    if (known_.contains(identity(path))) return;
    std::string why;
    if (!open(path, why)) result_.unreadable.push_back(fmt::format("{}: {}", path, why));
  }

  /// Read here, checked with what is declared.
  void open_list(uint32_t file, const std::string& written) {
    const auto [entry, added] = result_.list_files.try_emplace({file, written});
    if (!added) return;
    ListFile& list = entry->second;
    const fs::path folder = fs::path(path_of(file)).parent_path();
    list.path = (folder / written).lexically_normal().string();
    LoadResult loaded = sources_.load_file(list.path);
    if (loaded.error == LoadError::kNone) list.id = loaded.id;
    list.error = std::move(loaded.message);
  }

  void open_pending() {
    for (const Use& use : pending_) {
      const fs::path folder = fs::path(path_of(use.file)).parent_path();
      const std::string path = (folder / use.path.value).lexically_normal().string();
      std::string why;
      const std::optional<uint32_t> used = open(path, why);
      if (used) {
        result_.uses[use.file].push_back(*used);
        continue;
      }
      diagnostics_.add(Code::kE0203, use.path.span, fmt::format("cannot read `{}`", path))
          .label(why);
    }
    pending_.clear();
  }

  const std::string& path_of(uint32_t file) const {
    return sources_.file(result_.files[file].id).path();
  }

  std::optional<uint32_t> open(const std::string& path, std::string& why) {
    const auto [known, added] =
        known_.try_emplace(identity(path), static_cast<uint32_t>(result_.files.size()));
    if (!added) return known->second;
    if (result_.files.size() == kFilesMax) {
      why = fmt::format("more than {} files in one compilation", kFilesMax);
      known_.erase(known);
      return std::nullopt;
    }
    LoadResult loaded = sources_.load_file(path);
    if (loaded.error != LoadError::kNone) {
      why = std::move(loaded.message);
      known_.erase(known);
      return std::nullopt;
    }
    add(loaded.id, false);
    return known->second;
  }

  void add(SourceId id, bool library) {
    if (library) diagnostics_.quiet(id);
    result_.files.push_back(parse(sources_, id, diagnostics_));
    result_.libraries.push_back(library);
  }

  void open_library(uint32_t file, const ast::Path& path) {
    const std::string name = path.dotted();
    const auto text = library_text(name);
    if (!text) {
      report_no_library(path, name);
      return;
    }
    const auto [known, added] =
        libraries_.try_emplace(name, static_cast<uint32_t>(result_.files.size()));
    if (added && result_.files.size() == kFilesMax) {
      diagnostics_
          .add(Code::kE0501, path.span,
               fmt::format("more than {} files in one compilation", kFilesMax))
          .label("one too many");
      libraries_.erase(known);
      return;
    }
    if (added) add(sources_.add_text(name, std::string(*text)), true);
    result_.uses[file].push_back(known->second);
  }

  void report_no_library(const ast::Path& path, const std::string& name) {
    const std::vector<std::string> names = library_names();
    auto& found =
        diagnostics_.add(Code::kE0217, path.span, fmt::format("unknown library `{}`", name));
    found.label("not part of Segue").suggest(nearest_names(name, names));
    found.note(fmt::format("the libraries are {}", fmt::join(names, ", ")));
    found.help(fmt::format("a file of one's own is named in quotes: `use \"{}.seg\"`",
                           path.parts.back().text));
  }

  SourceManager& sources_;
  Diagnostics& diagnostics_;
  Loaded result_;
  std::map<std::string, uint32_t> known_;
  std::map<std::string, uint32_t> libraries_;
  std::vector<Use> pending_;
};

}  // namespace

Result<std::vector<std::string>> rule_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> found;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(path, options, error), end; at != end && !error;
       at.increment(error)) {
    std::error_code ignored;
    if (at->path().extension() == ".seg" && at->is_regular_file(ignored)) {
      found.push_back(at->path().string());
    }
  }
  if (error) return Error{Errc::kUnreadable, fmt::format("{}: {}", path, error.message())};
  std::sort(found.begin(), found.end());
  return found;
}

Loaded load(SourceManager& sources, std::span<const std::string> paths,
            Diagnostics& diagnostics) noexcept {
  Loader loader(sources, diagnostics);
  for (const std::string& path : paths) loader.name(path);
  return loader.follow();
}

Loaded load_text(SourceManager& sources, std::string name, std::string text,
                 Diagnostics& diagnostics) noexcept {
  Loader loader(sources, diagnostics);
  loader.text(std::move(name), std::move(text));
  return loader.follow();
}

}  // namespace segue
