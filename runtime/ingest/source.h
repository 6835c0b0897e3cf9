#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace segue {

/// How a packed log begins. It is read from a file, by its offsets, and never as a feed of bytes.
inline constexpr std::string_view kPackMagic("SEGL\r\n\x1a\0", 8);

/// A feed of plain bytes. Not for two threads at once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Fills a part of `out` (not empty); 0 is the end. What was whole before an error has been
  /// given out by earlier calls.
  virtual Result<size_t> read(std::span<char> out) = 0;

  /// False if a read now could wait for another process to write.
  virtual bool ready() const { return true; }

  /// As given by the user, for messages.
  virtual const std::string& name() const = 0;
};

/// Opens a file, or standard input for `-`. Compressed bytes (gzip, zstd) are known by how they
/// begin, whatever the name. Errors: `kUnreadable` if the file is missing, no file, not readable,
/// or not what its ending says; `kUnsupported` for `.csv`, and for a packed log, as from a pipe. A
/// file is read, never mapped. Packed logs are opened by runtime/pack.
Result<std::unique_ptr<ByteSource>> open_source(const std::string& path);

/// The plain bytes of `compressed`. Both take several streams one after the other, as their command
/// line tools do.
std::unique_ptr<ByteSource> gunzip(std::unique_ptr<ByteSource> compressed);
std::unique_ptr<ByteSource> unzstd(std::unique_ptr<ByteSource> compressed);

}  // namespace segue
