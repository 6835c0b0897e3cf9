// Standard output, or any descriptor, written in large pieces.
#pragma once

#include <string>
#include <string_view>

namespace segue::cli {

class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}
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

  /// Why a write failed, in the system's words; empty if none did. Complete only after `flush`.
  const std::string& failure() const { return failure_; }

 private:
  static constexpr size_t kPieceBytes = 64 * 1024;

  int descriptor_;
  std::string buffer_;
  std::string failure_;
};

}  // namespace segue::cli
