#include <zstd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/ingest/source.h"

namespace segue {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// RFC 8878, any number of frames. A frame may ask for a window of 128 MiB at most, zstd's default.
class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> compressed)
      : compressed_(std::move(compressed)), input_(ZSTD_DStreamInSize()) {
    context_.reset(ZSTD_createDCtx());
    SEGUE_CHECK(context_ != nullptr, "zstd has memory");
  }

  Result<size_t> read(std::span<char> out) override {
    ZSTD_outBuffer given = {out.data(), out.size(), 0};
    while (given.pos == 0) {
      // A full output may leave more inside the context, so input is asked for only when the last
      // call did not fill it.
      if (pending_.pos == pending_.size && !flushing_) {
        SEGUE_TRY(const size_t got, compressed_->read(input_));
        if (got == 0) {
          if (wanted_ == 0) return size_t{0};
          return broken("it is cut off: the last zstd frame does not end");
        }
        pending_ = {input_.data(), got, 0};
      }
      wanted_ = ZSTD_decompressStream(context_.get(), &given, &pending_);
      if (ZSTD_isError(wanted_)) return broken(ZSTD_getErrorName(wanted_));
      flushing_ = given.pos == given.size && wanted_ != 0;
    }
    return given.pos;
  }

  bool ready() const override {
    return pending_.pos < pending_.size || flushing_ || compressed_->ready();
  }

  const std::string& name() const override { return compressed_->name(); }

 private:
  Error broken(const std::string& why) const {
    return {Errc::kUnreadable, "cannot read `" + name() + "`: " + why};
  }

  std::unique_ptr<ByteSource> compressed_;
  std::vector<char> input_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  ZSTD_inBuffer pending_ = {nullptr, 0, 0};
  size_t wanted_ = 0;  // what the decoder would like next; 0 between frames
  bool flushing_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> unzstd(std::unique_ptr<ByteSource> compressed) {
  return std::make_unique<ZstdSource>(std::move(compressed));
}

}  // namespace segue
