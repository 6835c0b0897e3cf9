#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "runtime/ingest/source.h"

namespace segue {

/// Bytes at hand as a feed, given out in pieces of a chosen size: a host that holds events in
/// memory, and tests of what happens where pieces meet.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string bytes, size_t piece_bytes = SIZE_MAX)
      : bytes_(std::move(bytes)), piece_bytes_(piece_bytes) {}

  Result<size_t> read(std::span<char> out) override {
    const size_t size = std::min({out.size(), piece_bytes_, bytes_.size() - at_});
    bytes_.copy(out.data(), size, at_);
    at_ += size;
    return size;
  }

  const std::string& name() const override { return name_; }

 private:
  std::string bytes_;
  size_t piece_bytes_;
  size_t at_ = 0;
  std::string name_ = "memory";
};

}  // namespace segue
