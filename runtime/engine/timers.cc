#include "runtime/engine/timers.h"

#include <algorithm>
#include <utility>

#include "runtime/base/fetch.h"

namespace segue {

void Timers::add_block(Block*& bucket) {
  if (empty_ == nullptr) {
    blocks_.push_back(std::make_unique_for_overwrite<Block>());
    empty_ = blocks_.back().get();
  }
  Block* const block = std::exchange(empty_, empty_->next);
  block->next = bucket;
  block->count = 0;
  bucket = block;
}

void Timers::lay_aside(Block* block) {
  block->next = empty_;
  empty_ = block;
}

void Timers::move_to(Instant end) {
  if (end.ms <= now_ms_) return;
  const size_t turning = bucket_of(end.ms);
  // Lower buckets agree with the old present in the bit that `end` sets first, so they lie before
  // `end`; higher ones differ from `end` as they did from the present.
  for (size_t i = 0; i < turning; ++i) {
    while (Block* const block = buckets_[i]) {
      buckets_[i] = block->next;
      block->next = due_;
      due_ = block;
    }
  }
  now_ms_ = end.ms;
  Block* moving = std::exchange(buckets_[turning], nullptr);
  Block* whole = nullptr;
  while (moving != nullptr) {
    Block* const block = std::exchange(moving, moving->next);
    if (moving != nullptr) fetch_line(moving);
    // Of many at one instant none is moved.
    if (*std::max_element(block->ms.begin(), block->ms.begin() + block->count) < end.ms) {
      block->next = std::exchange(whole, block);
      continue;
    }
    for (uint32_t i = 0; i < block->count; ++i) {
      const int64_t ms = block->ms[i];
      put(ms < end.ms ? due_ : buckets_[bucket_of(ms)], ms, block->user[i]);
    }
    lay_aside(block);
  }
  while (whole != nullptr) {
    Block* const block = std::exchange(whole, whole->next);
    block->next = std::exchange(due_, block);
  }
}

size_t Timers::due_count() const {
  size_t count = 0;
  for (const Block* block = due_; block != nullptr; block = block->next) count += block->count;
  return count;
}

void Timers::clear() {
  const auto lay_all_aside = [&](Block*& first) {
    while (Block* const block = first) {
      first = block->next;
      lay_aside(block);
    }
  };
  for (Block*& bucket : buckets_) lay_all_aside(bucket);
  lay_all_aside(due_);
}

std::span<const Timers::Wake> Timers::take_due() {
  given_.clear();
  while (due_ != nullptr && given_.size() < kBlockWakes) {
    Block* const block = std::exchange(due_, due_->next);
    for (uint32_t i = 0; i < block->count; ++i) given_.push_back({block->ms[i], block->user[i]});
    lay_aside(block);
  }
  return given_;
}

Instant Timers::earliest() const {
  for (size_t i = 0; i < buckets_.size(); ++i) {
    if (buckets_[i] == nullptr) continue;
    if (i == 0) return {now_ms_};
    // The least that differs from the present in bit i - 1 and in none above it.
    const size_t low = i - 1;
    return {((now_ms_ >> low) | 1) << low};
  }
  return kNever;
}

}  // namespace segue
