#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace segue::pack {

/// A file that appears under its name only when it is whole: written beside it, then renamed.
class NewFile {
 public:
  static Result<NewFile> create(std::string path);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  Status append(std::string_view bytes);
  uint64_t size() const { return size_; }

  /// Writes over the file's begin, brings all to the disk, and gives the file its name.
  Status finish(std::string_view head);

 private:
  NewFile(int fd, std::string path, std::string hidden)
      : fd_(fd), path_(std::move(path)), hidden_(std::move(hidden)) {}

  int fd_ = -1;
  std::string path_;
  std::string hidden_;  // its name until then; empty once renamed
  uint64_t size_ = 0;
};

/// Bytes put aside in a file without a name, which goes with the process.
class Spill {
 public:
  explicit Spill(std::string beside) : beside_(std::move(beside)) {}
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;
  ~Spill();

  Status append(std::string_view bytes, uint64_t& offset);
  Status read(uint64_t offset, std::span<char> out) const;

 private:
  std::string beside_;
  int fd_ = -1;
  uint64_t size_ = 0;
};

/// All of `out` from `offset` on; false at a failure and where the file ends before.
bool read_at(int fd, uint64_t offset, std::span<char> out);

}  // namespace segue::pack
