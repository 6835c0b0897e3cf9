#include <zlib.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/ingest/source.h"

namespace segue {
namespace {

constexpr size_t kInputBytes = size_t{128} << 10;

/// RFC 1952. Members follow each other without a gap; zeros at the end (padding of tapes) are left
/// alone, as gzip does.
class GzipSource : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> compressed)
      : compressed_(std::move(compressed)), input_(kInputBytes) {
    constexpr int kGzipOnly = 16;
    SEGUE_CHECK(inflateInit2(&stream_, MAX_WBITS + kGzipOnly) == Z_OK, "zlib has memory");
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { inflateEnd(&stream_); }

  Result<size_t> read(std::span<char> out) override {
    if (failure_ != nullptr) return broken(failure_);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(std::min(out.size(), size_t{1} << 30));
    const uInt room = stream_.avail_out;
    while (stream_.avail_out == room) {
      if (stream_.avail_in == 0) {
        SEGUE_TRY(const bool more, refill());
        if (!more) {
          if (between_members_) return size_t{0};
          return broken("it is cut off: the last gzip member does not end");
        }
      }
      if (between_members_ && only_padding()) continue;
      between_members_ = false;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        inflateReset(&stream_);
        between_members_ = true;
        first_ = false;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        failure_ = first_ ? "it is broken gzip" : "what follows a gzip member is not gzip";
        if (stream_.avail_out == room) return broken(failure_);
      }
    }
    return size_t{room - stream_.avail_out};
  }

  bool ready() const override { return stream_.avail_in > 0 || compressed_->ready(); }

  const std::string& name() const override { return compressed_->name(); }

 private:
  Result<bool> refill() {
    SEGUE_TRY(const size_t got, compressed_->read(input_));
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(got);
    return got != 0;
  }

  /// Takes zeros behind a member; true if that was all there is for now.
  bool only_padding() {
    if (first_) return false;
    while (stream_.avail_in > 0 && *stream_.next_in == 0) {
      ++stream_.next_in;
      --stream_.avail_in;
    }
    return stream_.avail_in == 0;
  }

  Error broken(const char* why) const {
    return {Errc::kUnreadable, "cannot read `" + name() + "`: " + why};
  }

  std::unique_ptr<ByteSource> compressed_;
  std::vector<char> input_;
  z_stream stream_ = {};
  bool between_members_ = false;
  bool first_ = true;              // no member has ended yet
  const char* failure_ = nullptr;  // to be told when what came before it has been given out
};

}  // namespace

std::unique_ptr<ByteSource> gunzip(std::unique_ptr<ByteSource> compressed) {
  return std::make_unique<GzipSource>(std::move(compressed));
}

}  // namespace segue
