// Standard output, or any descriptor or kept file, written in large pieces.
#pragma once

#include <string>
#include <string_view>

#include "segue/kept_file.h"

namespace segue::cli {

class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}
  explicit Output(KeptFile& file) : file_(&file) {}
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text) {
    buffer_.append(text);
    if (buffer_.size() >= kPieceBytes) flush();
  }

  /// Drops what is not written yet.
  void forget() { buffer_.clear(); }

  /// After a failed write nothing more is written.
  void flush();

  /// Why a write failed, in the system's words, or in the file's; empty if none did. Complete only
  /// after `flush`.
  const std::string& failure() const { return failure_; }

 private:
  static constexpr size_t kPieceBytes = 64 * 1024;

  int descriptor_ = -1;
  KeptFile* file_ = nullptr;  // in place of the descriptor
  std::string buffer_;
  std::string failure_;
};

}  // namespace segue::cli
