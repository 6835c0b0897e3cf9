#include "cli/files.h"

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/complaint.h"

namespace segue::cli {
namespace {

namespace fs = std::filesystem;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

std::string read_all(std::FILE* file, const std::string& name) {
  std::string text;
  char piece[64 * 1024];
  while (const size_t count = std::fread(piece, 1, sizeof(piece), file)) text.append(piece, count);
  if (std::ferror(file) != 0) {
    usage_error(fmt::format("cannot read `{}`: {}", name, std::strerror(errno)));
  }
  return text;
}

/// Whether a file that is there lies in the folder, and may be read with the rules: these, or a
/// list of theirs.
bool is_of_rules(const std::string& path, const std::string& folder) {
  std::error_code unknown;
  const fs::path file = fs::weakly_canonical(path, unknown);
  if (unknown || !fs::is_directory(folder, unknown)) return false;
  if (file.extension() != ".seg" && file.extension() != ".csv") return false;
  const fs::path whole = fs::weakly_canonical(folder, unknown);
  const auto end = std::mismatch(whole.begin(), whole.end(), file.begin(), file.end()).first;
  return !unknown && end == whole.end();
}

}  // namespace

std::string read_file(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) usage_error(fmt::format("cannot read `{}`: {}", path, std::strerror(errno)));
  return read_all(file.get(), path);
}

std::string read_stdin() { return read_all(stdin, "-"); }

void write_file(const std::string& path, std::string_view text) {
  File file(std::fopen(path.c_str(), "wb"));
  bool written = file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  if (file) written &= std::fclose(file.release()) == 0;
  if (!written) usage_error(fmt::format("cannot write `{}`: {}", path, std::strerror(errno)));
}

void replace_file(const std::string& path, std::string_view text) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) usage_error(fmt::format("cannot write `{}`: {}", path, error.message()));

  const fs::path beside = target.string() + ".seg-fmt";
  write_file(beside.string(), text);
  fs::permissions(beside, fs::status(target).permissions(), error);
  if (!error) fs::rename(beside, target, error);
  if (error) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    usage_error(fmt::format("cannot write `{}`: {}", path, error.message()));
  }
}

bool is_one_file(const std::string& a, const std::string& b) {
  std::error_code not_there;
  return a == b || fs::equivalent(a, b, not_there);
}

void check_not_read(const std::string& out, std::span<const std::string> read, const char* what) {
  std::error_code not_there;
  if (out.empty() || !fs::exists(out, not_there)) return;
  const bool is_input = std::ranges::any_of(read, [&](const std::string& path) {
    return is_one_file(out, path) || is_of_rules(out, path);
  });
  if (is_input) usage_error(fmt::format("`{}` is an input, it cannot take {} too", out, what));
  if (fs::path(out).extension() != ".seg") return;
  usage_error(fmt::format("`{}` is a file of rules, it cannot take {}", out, what));
}

}  // namespace segue::cli
