#include "runtime/pack/pack_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/hash.h"
#include "runtime/pack/block.h"

namespace segue::pack {
namespace {

constexpr uint64_t kSliceEvents = uint64_t{1} << 21;
constexpr size_t kStretches = 4096;

/// The events of a stretch of time, with all they point to.
struct Slice {
  Arena arena;
  std::vector<Event> events;  // in order of time
};

class PackEvents : public BatchSource {
 public:
  PackEvents(std::shared_ptr<const Pack> pack, uint32_t file, const InputSchema& schema,
             const ReaderOptions& options)
      : pack_(std::move(pack)),
        reads_(std::make_shared<const Reads>(schema, pack_->catalog())),
        block_(*pack_, *reads_),
        damaged_(pack_->blocks().size()),
        file_(file),
        batch_events_(options.batch_events) {}

  Status next(EventBatch& batch) override {
    batch = EventBatch();
    if (!started_) cut_slices();
    started_ = true;
    while (at_ == slice_size() && !ends_ms_.empty()) load_slice();
    std::swap(batch.rejects, rejects_);
    if (at_ == slice_size()) return {};
    const size_t end = std::min(slice_->events.size(), at_ + batch_events_);
    const auto from = slice_->events.begin();
    batch.events.assign(from + static_cast<ptrdiff_t>(at_), from + static_cast<ptrdiff_t>(end));
    for (; at_ < end; ++at_) batch.origins.push_back({file_, ++given_, {}});
    for (const Event& event : batch.events) batch.user_hashes.push_back(hash_user(event.user));
    batch.owners.push_back(slice_);
    batch.owners.push_back(pack_);  // names of events
    batch.more = at_ < slice_size() || !ends_ms_.empty();
    return {};
  }

 private:
  size_t slice_size() const { return slice_ == nullptr ? 0 : slice_->events.size(); }

  void tell_damage(uint32_t block) {
    damaged_[block] = true;
    rejects_.push_back(
        {RejectKind::kBlockDamaged, file_, block + uint64_t{1}, block_text(*pack_, block)});
  }

  /// Ends of slices, the last one first.
  void cut_slices() {
    if (pack_->head().events > kSliceEvents) cut_by_times();
    ends_ms_.push_back(kInstantEnd.ms);
    std::reverse(ends_ms_.begin(), ends_ms_.end());
  }

  void cut_by_times() {
    const int64_t first = std::clamp(pack_->head().first_ms, kInstantMin.ms, kInstantEnd.ms);
    const int64_t last = std::clamp(pack_->head().last_ms, first, kInstantEnd.ms);
    const int64_t length = (last - first) / static_cast<int64_t>(kStretches) + 1;
    std::vector<uint64_t> counts(kStretches);
    for (uint32_t i = 0; i < pack_->blocks().size(); ++i) {
      if (!block_.load_times(i)) {
        tell_damage(i);
        continue;
      }
      for (const int64_t at : block_.times()) {
        ++counts[static_cast<size_t>(std::clamp(at, first, last) - first) /
                 static_cast<size_t>(length)];
      }
    }
    uint64_t events = 0;
    for (size_t i = 0; i < kStretches; ++i) {
      if (events > 0 && events + counts[i] > kSliceEvents) {
        ends_ms_.push_back(first + static_cast<int64_t>(i) * length);
        events = 0;
      }
      events += counts[i];
    }
  }

  void load_slice() {
    const int64_t end_ms = ends_ms_.back();
    ends_ms_.pop_back();
    slice_ = std::make_shared<Slice>();
    at_ = 0;
    for (uint32_t i = 0; i < pack_->blocks().size(); ++i) {
      const BlockRow& row = pack_->blocks()[i];
      if (damaged_[i] || row.min_ms >= end_ms || row.max_ms < begin_ms_) continue;
      if (!block_.load(i, true)) {
        tell_damage(i);
        continue;
      }
      take_block(end_ms);
    }
    std::vector<std::pair<int64_t, size_t>> order;  // by time, else as they stand in the pack
    for (size_t i = 0; i < slice_->events.size(); ++i) {
      order.emplace_back(slice_->events[i].at.ms, i);
    }
    std::sort(order.begin(), order.end());
    std::vector<Event> sorted;
    sorted.reserve(order.size());
    for (const auto& [at, i] : order) sorted.push_back(slice_->events[i]);
    slice_->events.swap(sorted);
    begin_ms_ = end_ms;
  }

  void take_block(int64_t end_ms) {
    Arena& arena = slice_->arena;
    Block::Walk walk(block_);
    for (const Block::User& user : block_.users()) {
      std::string_view id;
      for (uint32_t i = 0; i < user.events; ++i) {
        Event event;
        walk.next(event);
        if (event.at.ms < begin_ms_ || event.at.ms >= end_ms) continue;
        if (id.empty()) id = arena.copy(user.id);
        event.user = id;
        event.tie = arena.copy(event.tie);
        event.slots = copy_values(event.slots);
        slice_->events.push_back(event);
      }
    }
  }

  std::span<const Value> copy_values(std::span<const Value> values) {
    const std::span<Value> copies = slice_->arena.make<Value>(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      copies[i] = values[i];
      copies[i].text = slice_->arena.copy(values[i].text);
      if (!values[i].items.empty()) copies[i].items = copy_values(values[i].items);
    }
    return copies;
  }

  std::shared_ptr<const Pack> pack_;
  std::shared_ptr<const Reads> reads_;
  Block block_;
  std::vector<bool> damaged_;
  uint32_t file_;
  size_t batch_events_;
  bool started_ = false;
  std::vector<int64_t> ends_ms_;  // of the slices to come, the next one last
  int64_t begin_ms_ = kInstantMin.ms;
  std::shared_ptr<Slice> slice_;
  size_t at_ = 0;
  uint64_t given_ = 0;
  std::vector<Reject> rejects_;
};

}  // namespace

std::unique_ptr<BatchSource> read_pack(std::shared_ptr<const Pack> pack, uint32_t file,
                                       const InputSchema& schema, const ReaderOptions& options) {
  return std::make_unique<PackEvents>(std::move(pack), file, schema, options);
}

std::string block_text(const Pack& pack, uint32_t block) {
  const BlockRow& row = pack.blocks()[block];
  return "block " + std::to_string(block + uint64_t{1}) + " at byte " + std::to_string(row.offset) +
         ", " + std::to_string(row.events) + " events of " + std::to_string(row.users) + " users";
}

}  // namespace segue::pack
