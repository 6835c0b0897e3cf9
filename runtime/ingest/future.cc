#include "runtime/ingest/future.h"

#include <algorithm>
#include <string>
#include <utility>

namespace segue {
namespace {

class PresentSource final : public BatchSource {
 public:
  PresentSource(std::unique_ptr<BatchSource> input, std::function<Instant()> newest, uint64_t told)
      : input_(std::move(input)), newest_(std::move(newest)), told_(told) {}

  Status next(EventBatch& batch) override {
    for (;;) {
      SEGUE_TRY_STATUS(input_->next(batch));
      if (batch.empty()) return {};
      leave_out_future(batch, newest_(), told_);
      if (!batch.empty()) return {};  // an empty one would be the end
    }
  }

 private:
  std::unique_ptr<BatchSource> input_;
  std::function<Instant()> newest_;
  uint64_t told_;
};

}  // namespace

void leave_out_future(EventBatch& batch, Instant newest, uint64_t told) {
  const auto is_future = [&](const Event& event) { return event.at > newest; };
  if (std::none_of(batch.events.begin(), batch.events.end(), is_future)) return;
  size_t kept = 0;
  for (size_t i = 0; i < batch.events.size(); ++i) {
    const bool has_origin = !batch.origins.empty();
    if (is_future(batch.events[i])) {
      const Origin origin = has_origin ? batch.origins[i] : Origin();
      if (origin.line == 0 || origin.line > told) {
        batch.rejects.push_back(
            {RejectKind::kFuture, origin.file, origin.line, std::string(origin.raw)});
      }
      continue;
    }
    batch.events[kept] = batch.events[i];
    if (has_origin) batch.origins[kept] = batch.origins[i];
    if (!batch.user_hashes.empty()) batch.user_hashes[kept] = batch.user_hashes[i];
    ++kept;
  }
  batch.events.resize(kept);
  if (!batch.origins.empty()) batch.origins.resize(kept);
  if (!batch.user_hashes.empty()) batch.user_hashes.resize(kept);
}

std::unique_ptr<BatchSource> leave_out_future(std::unique_ptr<BatchSource> input,
                                              std::function<Instant()> newest, uint64_t told) {
  return std::make_unique<PresentSource>(std::move(input), std::move(newest), told);
}

}  // namespace segue
