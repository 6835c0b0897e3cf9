// Files that fail as they are told to, over the system's own, and a folder for a test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runtime/durable/files.h"

namespace segue::durable {

/// What goes wrong, and when: the call with number `after` (of that kind, from 0) and, if `stays`,
/// all that follow.
struct Fault {
  enum class Kind {
    kNone,
    kShortWrite,
    kWriteError,
    kFullDisk,
    kSync,
    kOpen,
    kTruncate,
    kRename,
    kRemove,
    kFolder,  // its sync
  };
  Kind kind = Kind::kNone;
  uint64_t after = 0;
  bool stays = false;
};

/// Threads: any; log and checkpoint have one each.
class FaultyFiles final : public Files {
 public:
  /// Whether a call of that kind fails now.
  bool fails(Fault::Kind kind) {
    const std::lock_guard lock(mutex_);
    if (fault_.kind != kind) return false;
    const uint64_t call = calls_++;
    return call == fault_.after || (fault_.stays && call > fault_.after);
  }
  void set(Fault next) {
    const std::lock_guard lock(mutex_);
    fault_ = next;
    calls_ = 0;
  }
  /// Of the kind that is set, since then.
  uint64_t calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status rename(const std::string& from, const std::string& to) override {
    if (fails(Fault::Kind::kRename)) return Error{Errc::kUnreadable, "cannot rename " + from};
    return under_.rename(from, to);
  }
  Status remove(const std::string& path) override {
    if (fails(Fault::Kind::kRemove)) return Error{Errc::kUnreadable, "cannot remove " + path};
    return under_.remove(path);
  }
  Status make_folder(const std::string& path) override { return under_.make_folder(path); }
  Result<std::vector<std::string>> list(const std::string& path) override {
    return under_.list(path);
  }
  Status sync_folder(const std::string& path) override {
    if (fails(Fault::Kind::kFolder)) return Error{Errc::kUnreadable, "cannot sync " + path};
    return under_.sync_folder(path);
  }

 private:
  Files& under_ = posix_files();
  mutable std::mutex mutex_;
  Fault fault_;
  uint64_t calls_ = 0;
};

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyFiles& owner, std::unique_ptr<File> file)
      : owner_(owner), file_(std::move(file)) {}

  Status append(std::string_view bytes) override {
    if (owner_.fails(Fault::Kind::kShortWrite)) return cut_short(bytes, "Input/output error");
    if (owner_.fails(Fault::Kind::kFullDisk)) return cut_short(bytes, "No space left on device");
    if (owner_.fails(Fault::Kind::kWriteError)) return failed("Input/output error");
    return file_->append(bytes);
  }
  Status sync() override {
    return owner_.fails(Fault::Kind::kSync) ? failed("Input/output error") : file_->sync();
  }
  Status truncate(uint64_t size) override {
    return owner_.fails(Fault::Kind::kTruncate) ? failed("cut") : file_->truncate(size);
  }
  Result<uint64_t> size() override { return file_->size(); }
  Result<size_t> read(uint64_t offset, std::span<char> out) override {
    return file_->read(offset, out);
  }

 private:
  static Status failed(const std::string& why) {
    return Error{Errc::kUnreadable, "cannot write: " + why};
  }
  Status cut_short(std::string_view bytes, const std::string& why) {
    const Status written = file_->append(bytes.substr(0, bytes.size() / 2));
    return written.ok() ? failed(why) : written;
  }

  FaultyFiles& owner_;
  std::unique_ptr<File> file_;
};

inline Result<std::unique_ptr<File>> FaultyFiles::open(const std::string& path, OpenMode mode) {
  if (fails(Fault::Kind::kOpen)) return Error{Errc::kUnreadable, "cannot open `" + path + "`"};
  SEGUE_TRY(auto file, under_.open(path, mode));
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, std::move(file)));
}

/// A folder that goes with its test.
class TestFolder {
 public:
  TestFolder() {
    // In memory where there is such a folder: a test of failing syncs need not wait for a disk.
    std::string path = "/dev/shm/segue_durable_XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      path = testing::TempDir() + "segue_durable_XXXXXX";
      if (mkdtemp(path.data()) == nullptr) ADD_FAILURE() << "no folder can be made";
    }
    path_ = path;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void flip_bit(const std::string& path, size_t byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(byte));
  const char flipped = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(byte));
  file.put(flipped);
}

/// As a disk without power leaves a piece that never arrived.
inline void zero_bytes(const std::string& path, size_t begin, size_t count) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(begin));
  file << std::string(count, '\0');
}

}  // namespace segue::durable
