#include "cli/files.h"

#include <fmt/format.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "cli/complaint.h"

namespace segue::cli {
namespace {

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
  namespace fs = std::filesystem;
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

}  // namespace segue::cli
