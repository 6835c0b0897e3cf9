// A file in which each byte stands once, whatever ends the process that writes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "segue/export.h"
#include "segue/outcome.h"

namespace segue {

/// A file that is written at its end up to positions that somebody keeps: what a `DurableSink` that
/// writes a file is made of. Held by one process at a time. A device or a pipe, which takes nothing
/// back, has the position 0. Errors name the path. For one thread.
class SEGUE_API KeptFile {
 public:
  explicit KeptFile(std::string path) noexcept;
  KeptFile(KeptFile&&) noexcept;
  KeptFile& operator=(KeptFile&&) noexcept;
  ~KeptFile();  ///< what was not written is not

  /// The path as it is known whatever the working folder is.
  std::string name() const noexcept;

  /// Whether what stands before `position` is what `mark` was given for; changes nothing.
  /// `Fault::kInvalid` says what to do. No mark: whether there is so much.
  Outcome check(uint64_t position, std::string_view mark) const noexcept;

  /// Opens it, makes it if it is not there, and cuts off what is behind `position`. Once more after
  /// a failure.
  Outcome resume(uint64_t position) noexcept;

  /// Held in memory up to 64 KiB. What cannot be written stays there, and is tried again by the
  /// next call of these.
  Outcome write(std::string_view bytes) noexcept;
  Outcome flush() noexcept;

  /// What was written is on the disk, up to `position`; `mark` tells what stands before it: 16 hex
  /// digits, or nothing before a first byte. Without news no work.
  Outcome commit(uint64_t& position, std::string& mark) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace segue
