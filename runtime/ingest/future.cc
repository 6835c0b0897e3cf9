#include "runtime/ingest/future.h"

#include <algorithm>
#include <string>
#include <utility>

namespace segue {
namespace {

class PresentSource final : public BatchSource {
 public:
  PresentSource(std::unique_ptr<BatchSource> input, std::function<Instant()> newest,
                std::vector<uint64_t> told)
      : input_(std::move(input)), newest_(std::move(newest)), told_(std::move(told)) {}

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
  std::vector<uint64_t> told_;
};

}  // namespace

void leave_out_future(EventBatch& batch, Instant newest, std::span<const uint64_t> told) {
  const auto is_future = [&](const Event& event) { return event.at > newest; };
  if (told.empty() && std::none_of(batch.events.begin(), batch.events.end(), is_future)) return;
  size_t kept = 0;
  for (size_t i = 0; i < batch.events.size(); ++i) {
    const bool has_origin = !batch.origins.empty();
    const Origin origin = has_origin ? batch.origins[i] : Origin();
    const bool was_told = std::binary_search(told.begin(), told.end(), origin.line);
    if (was_told || is_future(batch.events[i])) {
      if (!was_told) {
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
                                              std::function<Instant()> newest,
                                              std::vector<uint64_t> told) {
  return std::make_unique<PresentSource>(std::move(input), std::move(newest), std::move(told));
}

}  // namespace segue
