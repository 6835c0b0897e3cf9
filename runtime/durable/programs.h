// The images of programs that a folder's checkpoint and log name: `DIR/programs/`.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/result.h"
#include "runtime/durable/files.h"

namespace segue::durable {

/// A file an image, named by its identity, 16 hex digits and `.segi`; what `seg build` writes.
class ProgramFiles {
 public:
  ProgramFiles(Files& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  std::string path(uint64_t identity) const;

  /// The image is in its file, whole and on the disk, when it returns; a file that has these bytes
  /// already is not written again. After an error there may be a piece of it under another name.
  [[nodiscard]] Status keep(uint64_t identity, std::span<const std::byte> image);

  /// The bytes of the file; whoever opens them checks them. `kUnreadable` if there is none.
  Result<std::string> read(uint64_t identity) const;

  /// What is wrong with an image that `read` gave. One of another version is not to be made again:
  /// the states are of that one.
  Error wrong(uint64_t identity, const Error& error) const;

  /// Removes all images but these.
  [[nodiscard]] Status keep_only(const std::set<uint64_t>& identities);

 private:
  Status write(const std::string& path, std::string_view bytes);

  Files& files_;
  std::string folder_;
};

}  // namespace segue::durable
