#include "runtime/durable/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace segue::durable {
namespace {

Error failed(std::string_view what, const std::string& path) {
  return {Errc::kUnreadable,
          "cannot " + std::string(what) + " `" + path + "`: " + std::strerror(errno)};
}

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { close(fd_); }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed("write", path_);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }

  Status sync() override {
    if (fdatasync(fd_) != 0) return failed("sync", path_);
    return {};
  }

  Status truncate(uint64_t size) override {
    if (ftruncate(fd_, static_cast<off_t>(size)) != 0) return failed("cut", path_);
    return {};
  }

  Result<uint64_t> size() override {
    struct stat info{};
    if (fstat(fd_, &info) != 0) return failed("look at", path_);
    return static_cast<uint64_t>(info.st_size);
  }

  Result<size_t> read(uint64_t offset, std::span<char> out) override {
    size_t done = 0;
    while (done < out.size()) {
      const ssize_t got =
          pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read", path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }

 private:
  int fd_;
  std::string path_;
};

class PosixFiles final : public Files {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    const int flags = mode == OpenMode::kRead ? O_RDONLY : O_RDWR | O_CREAT | O_APPEND;
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (fd < 0) return failed("open", path);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(fd, path));
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from);
    return {};
  }

  Status remove(const std::string& path) override {
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return failed("remove", path);
    return {};
  }

  Status make_folder(const std::string& path) override {
    if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return failed("make", path);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(path, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    if (error) {
      errno = error.value();
      return failed("list", path);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Status sync_folder(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // Its names are others' then: nothing of them was made, renamed or removed here.
    if (fd < 0 && errno == EACCES) return {};
    if (fd < 0) return failed("open", path);
    const bool synced = fsync(fd) == 0;
    const Status status = synced ? Status() : Status(failed("sync", path));
    close(fd);
    return status;
  }
};

}  // namespace

Files& posix_files() {
  static PosixFiles files;
  return files;
}

Result<std::string> read_file(Files& files, const std::string& path) {
  SEGUE_TRY(const auto file, files.open(path, OpenMode::kRead));
  SEGUE_TRY(const uint64_t size, file->size());
  std::string bytes(size, '\0');
  SEGUE_TRY(const size_t got, file->read(0, bytes));
  bytes.resize(got);
  return bytes;
}

Result<std::unique_ptr<Lock>> Lock::take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return failed("open", path);
  char holder[32] = {};
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const bool named = pread(fd, holder, sizeof holder - 1, 0) > 0;
    close(fd);
    return Error{Errc::kInvalid, "`" + path + "` is held by another process" +
                                     (named ? " (" + std::string(holder) + ")" : std::string())};
  }
  const std::string name = std::to_string(getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, name.data(), name.size(), 0) < 0) {
    close(fd);
    return failed("write", path);
  }
  return std::unique_ptr<Lock>(new Lock(fd));
}

Lock::~Lock() { close(fd_); }

}  // namespace segue::durable
