#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.h"

namespace segue::durable {

/// One open file, written at its end. `append` may run beside `sync` on another thread; nothing
/// else may overlap. Every error names the file and the system's reason, as `kUnreadable`.
class File {
 public:
  virtual ~File() = default;

  /// Writes all of `bytes`, or fails; then some of them may be there.
  [[nodiscard]] virtual Status append(std::string_view bytes) = 0;

  /// What is written survives the machine.
  [[nodiscard]] virtual Status sync() = 0;

  [[nodiscard]] virtual Status truncate(uint64_t size) = 0;
  [[nodiscard]] virtual Result<uint64_t> size() = 0;

  /// Fills `out` from `offset` on; fewer bytes only where the file ends.
  [[nodiscard]] virtual Result<size_t> read(uint64_t offset, std::span<char> out) = 0;
};

enum class OpenMode : uint8_t { kRead, kAppend };

/// All that the log asks of a file system, so that a test can let any of it fail.
class Files {
 public:
  virtual ~Files() = default;

  /// `kAppend` makes the file if it is missing.
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  [[nodiscard]] virtual Status rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual Status remove(const std::string& path) = 0;
  [[nodiscard]] virtual Status make_folder(const std::string& path) = 0;

  /// Names of what is in a folder, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;

  /// What was made, renamed and removed in a folder survives the machine.
  [[nodiscard]] virtual Status sync_folder(const std::string& path) = 0;
};

/// The system's files.
Files& posix_files();

/// A whole file.
Result<std::string> read_file(Files& files, const std::string& path);

/// A file that one process holds at a time; the system lets go of it when the process ends.
class Lock {
 public:
  /// `kInvalid` names who holds it.
  static Result<std::unique_ptr<Lock>> take(const std::string& path);
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock();

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace segue::durable
