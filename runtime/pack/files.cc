#include "runtime/pack/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace segue::pack {
namespace {

Error cannot_write(const std::string& path) {
  return {Errc::kUnreadable, "cannot write `" + path + "`: " + std::strerror(errno)};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

std::string hidden_name(const std::string& path, std::string_view what) {
  return path + "." + std::to_string(getpid()) + std::string(what);
}

}  // namespace

bool read_at(int fd, uint64_t offset, std::span<char> out) {
  while (!out.empty()) {
    const ssize_t count = pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    out = out.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return true;
}

// ---- a file that appears whole
// --------------------------------------------------------------------

Result<NewFile> NewFile::create(std::string path) {
  // A link stays one, and what is no file (a device, a pipe) is not replaced by one.
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (!S_ISREG(info.st_mode)) {
      return Error{Errc::kUnreadable, "cannot write `" + path + "`: it is no regular file"};
    }
    std::error_code unknown;
    const std::filesystem::path real = std::filesystem::canonical(path, unknown);
    if (!unknown) path = real.string();
  }
  std::string hidden = hidden_name(path, ".tmp");
  const int fd = open(hidden.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return cannot_write(path);
  return NewFile(fd, std::move(path), std::move(hidden));
}

NewFile::NewFile(NewFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      hidden_(std::exchange(other.hidden_, {})),
      size_(other.size_) {}

NewFile::~NewFile() {
  if (fd_ >= 0) close(fd_);
  if (!hidden_.empty()) unlink(hidden_.c_str());
}

Status NewFile::append(std::string_view bytes) {
  if (!write_all(fd_, bytes)) return cannot_write(path_);
  size_ += bytes.size();
  return {};
}

Status NewFile::finish(std::string_view head) {
  if (lseek(fd_, 0, SEEK_SET) != 0 || !write_all(fd_, head) || fsync(fd_) != 0) {
    return cannot_write(path_);
  }
  if (close(std::exchange(fd_, -1)) != 0) return cannot_write(path_);
  if (std::rename(hidden_.c_str(), path_.c_str()) != 0) return cannot_write(path_);
  hidden_.clear();
  return {};
}

// ---- bytes put aside
// ------------------------------------------------------------------------------

Spill::~Spill() {
  if (fd_ >= 0) close(fd_);
}

Status Spill::append(std::string_view bytes, uint64_t& offset) {
  if (fd_ < 0) {
    const std::string name = hidden_name(beside_, ".spill");
    fd_ = open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd_ < 0) return cannot_write(name);
    unlink(name.c_str());
  }
  offset = size_;
  if (!write_all(fd_, bytes)) return cannot_write(beside_);
  size_ += bytes.size();
  return {};
}

Status Spill::read(uint64_t offset, std::span<char> out) const {
  if (out.empty() || (fd_ >= 0 && read_at(fd_, offset, out))) return {};
  return Error{Errc::kUnreadable, "cannot read back what was put aside for `" + beside_ + "`"};
}

}  // namespace segue::pack
