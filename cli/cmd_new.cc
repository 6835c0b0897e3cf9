#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/files.h"
#include "cli/findings_report.h"
#include "cli/output.h"
#include "cli/starter.h"

namespace segue::cli {
namespace {

namespace fs = std::filesystem;

/// Nothing is ever overwritten: the folder is new or empty.
void make_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    usage_error(fmt::format("`{}` is there and is no folder", folder.string()));
  }
  if (fs::is_directory(status) && !fs::is_empty(folder, error)) {
    usage_error(fmt::format("`{}` is not empty", folder.string()));
  }
  fs::create_directories(folder, error);
  if (error) {
    usage_error(fmt::format("cannot make `{}`: {}", folder.string(), error.message()));
  }
}

Exit make_project(const std::string& dir) {
  const fs::path folder(dir);
  make_folder(folder);
  Output out(STDOUT_FILENO);
  for (const StarterFile& file : starter_files()) {
    write_file((folder / file.name).string(), file.text);
    out.write((folder / file.name).string() + "\n");
  }
  finish(out);
  fmt::print(stderr, "\nNext: cd {} && seg test .\n", dir);
  return Exit::kDone;
}

}  // namespace

void declare_new(CLI::App& app, Job& job) {
  auto dir = std::make_shared<std::string>();
  app.add_option("DIR", *dir, "a folder that is empty or not there yet")->required();
  app.callback([dir, &job] { job = [dir] { return make_project(*dir); }; });
}

}  // namespace segue::cli
