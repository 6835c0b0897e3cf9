#include "runtime/ingest/source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace segue {
namespace {

constexpr std::string_view kGzipMagic("\x1f\x8b", 2);
constexpr std::string_view kZstdMagic("\x28\xb5\x2f\xfd", 4);
constexpr size_t kMagicBytes = kPackMagic.size();

Error unreadable(const std::string& name, std::string_view why) {
  return {Errc::kUnreadable, "cannot read `" + name + "`: " + std::string(why)};
}

/// A file, pipe or device. Its first bytes are read when it is opened, to see what it is.
class FileSource : public ByteSource {
 public:
  FileSource(int fd, bool owned, std::string name)
      : fd_(fd), owned_(owned), name_(std::move(name)) {
    if (name_ == "-") name_ = "standard input";
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override {
    if (owned_) close(fd_);
  }

  Status prepare() {
    struct stat info;
    if (fstat(fd_, &info) != 0) return unreadable(name_, std::strerror(errno));
    if (S_ISDIR(info.st_mode)) return unreadable(name_, "it is a folder");
    is_file_ = S_ISREG(info.st_mode);
    if (is_file_) size_at_open_ = std::max<int64_t>(info.st_size - offset(), 0);
    while (head_size_ < head_.size()) {
      SEGUE_TRY(const size_t got, read_file(std::span(head_).subspan(head_size_)));
      if (got == 0) break;
      head_size_ += got;
    }
    return {};
  }

  std::string_view head() const { return {head_.data(), head_size_}; }

  Result<size_t> read(std::span<char> out) override {
    if (head_given_ == head_size_) return read_file(out);
    const size_t size = std::min(out.size(), head_size_ - head_given_);
    std::memcpy(out.data(), head_.data() + head_given_, size);
    head_given_ += size;
    return size;
  }

  bool ready() const override {
    if (is_file_ || head_given_ < head_size_) return true;
    pollfd waiting = {fd_, POLLIN, 0};
    return poll(&waiting, 1, 0) != 0;
  }

  const std::string& name() const override { return name_; }

 private:
  int64_t offset() const { return std::max<int64_t>(lseek(fd_, 0, SEEK_CUR), 0); }

  Result<size_t> read_file(std::span<char> out) {
    ssize_t got = 0;
    do {
      got = ::read(fd_, out.data(), out.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) return unreadable(name_, std::strerror(errno));
    if (got == 0 && total_ < size_at_open_) {
      return unreadable(name_, "it shrank from " + std::to_string(size_at_open_) + " to " +
                                   std::to_string(total_) + " bytes while it was read");
    }
    total_ += got;
    return static_cast<size_t>(got);
  }

  int fd_;
  bool owned_;
  std::string name_;
  bool is_file_ = false;
  int64_t size_at_open_ = 0;  // of a regular file, from where it was opened; else 0
  int64_t total_ = 0;         // read so far
  std::array<char, kMagicBytes> head_ = {};
  size_t head_size_ = 0;
  size_t head_given_ = 0;
};

bool names(const std::string& path, std::string_view ending) {
  return std::string_view(path).ends_with(ending);
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_source(const std::string& path) {
  for (const std::string_view ending : {".csv", ".csv.gz", ".csv.zst"}) {
    if (!names(path, ending)) continue;
    return Error{Errc::kUnsupported, "cannot read `" + path + "`: `" + std::string(ending) +
                                         "` is not supported yet; give events as `.jsonl`"};
  }
  const bool is_stdin = path == "-";
  const int fd = is_stdin ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return unreadable(path, std::strerror(errno));
  auto file = std::make_unique<FileSource>(fd, !is_stdin, path);
  SEGUE_TRY_STATUS(file->prepare());

  if (file->head() == kPackMagic) {
    return Error{Errc::kUnsupported,
                 "cannot read " + file->name() + ": a packed log is read from a file, by its name"};
  }
  if (file->head().starts_with(kGzipMagic)) return gunzip(std::move(file));
  if (file->head().starts_with(kZstdMagic)) return unzstd(std::move(file));
  if (names(path, ".gz")) return unreadable(path, "it is named `.gz`, but is not gzip");
  if (names(path, ".zst")) return unreadable(path, "it is named `.zst`, but is not zstd");
  return std::unique_ptr<ByteSource>(std::move(file));
}

}  // namespace segue
