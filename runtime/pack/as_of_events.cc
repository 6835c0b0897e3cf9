#include "runtime/pack/as_of_events.h"

#include <algorithm>
#include <atomic>
#include <string>

#include "runtime/base/hash.h"
#include "runtime/cells/capped.h"
#include "runtime/engine/dedupe.h"
#include "runtime/engine/workers.h"

namespace segue::pack {

void EventsByUser::deal(const EventBatch& batch, size_t i) {
  const Event& event = batch.events[i];
  const uint64_t hash = batch.user_hashes.empty() ? hash64(event.user) : batch.user_hashes[i];
  parts_[hash >> 56].push_back({hash, event.at, &event});
  ++stats_.events;
  stats_.newest = std::max(stats_.newest, event.at);
}

void EventsByUser::add(EventBatch batch) {
  const EventBatch& held = batches_.emplace_back(std::move(batch));
  for (size_t i = 0; i < held.events.size(); ++i) deal(held, i);
  batches_.back().origins = {};
}

void EventsByUser::add(EventBatch batch, Watermark& watermark,
                       const std::function<void(const Event&, const Origin*)>& on_late) {
  const EventBatch& held = batches_.emplace_back(std::move(batch));
  for (size_t i = 0; i < held.events.size(); ++i) {
    if (watermark.admit(held.events[i].at)) {
      deal(held, i);
    } else {
      ++stats_.late;
      on_late(held.events[i], held.origins.empty() ? nullptr : &held.origins[i]);
    }
  }
}

/// One thread's way through the parts that it takes.
class EventsByUser::PartReader {
 public:
  PartReader(const Program& program, const AsOfRequest& request, std::optional<Duration> dedupe,
             AnswerPart& part)
      : as_of_(program), user_(as_of_, part, request), dedupe_(dedupe) {}

  void read(const std::vector<EventsByUser>& dealt, size_t part) {
    items_.clear();
    for (const EventsByUser& events : dealt) {
      items_.insert(items_.end(), events.parts_[part].begin(), events.parts_[part].end());
    }
    std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
      return a.hash != b.hash ? a.hash < b.hash : a.at < b.at;
    });
    events_fetched_ = 0;
    texts_fetched_ = 0;
    for (size_t begin = 0; begin < items_.size();) {
      size_t end = begin + 1;
      while (end < items_.size() && items_[end].hash == items_[begin].hash) ++end;
      fetch(end);
      take_hash(std::span(items_).subspan(begin, end - begin));
      begin = end;
    }
  }

  AsOfStats stats;

 private:
  // How far ahead of their use events are fetched, and then what they point to.
  static constexpr size_t kEventsAhead = 48;
  static constexpr size_t kTextsAhead = 24;

  /// Fetches what comes behind the item `at`.
  void fetch(size_t at) {
    for (; events_fetched_ < std::min(at + kEventsAhead, items_.size()); ++events_fetched_) {
      const auto* bytes = reinterpret_cast<const char*>(items_[events_fetched_].event);
      __builtin_prefetch(bytes);
      __builtin_prefetch(bytes + sizeof(Event) - 1);
    }
    for (; texts_fetched_ < std::min(at + kTextsAhead, items_.size()); ++texts_fetched_) {
      __builtin_prefetch(items_[texts_fetched_].event->user.data());
      __builtin_prefetch(items_[texts_fetched_].event->slots.data());
    }
  }

  /// All events whose users have one hash: mostly one user.
  void take_hash(std::span<Item> items) {
    const std::string_view first = items[0].event->user;
    const bool one = std::all_of(items.begin(), items.end(),
                                 [&](const Item& item) { return item.event->user == first; });
    if (one) return take_user(items);
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
      const int order = a.event->user.compare(b.event->user);
      return order != 0 ? order < 0 : a.at < b.at;
    });
    for (size_t begin = 0; begin < items.size();) {
      size_t next = begin + 1;
      while (next < items.size() && items[next].event->user == items[begin].event->user) ++next;
      take_user(items.subspan(begin, next - begin));
      begin = next;
    }
  }

  void take_user(std::span<const Item> items) {
    ++stats.users;
    user_.begin(items[0].event->user);
    std::optional<DedupeWindow> window;
    if (dedupe_) window.emplace(*dedupe_);
    for (size_t begin = 0; begin < items.size();) {
      size_t end = begin + 1;
      while (end < items.size() && items[end].at == items[begin].at) ++end;
      take_instant(items.subspan(begin, end - begin), window ? &*window : nullptr);
      begin = end;
    }
    user_.end();
  }

  void take_instant(std::span<const Item> items, DedupeWindow* window) {
    std::span<const Event> events(items[0].event, 1);
    if (items.size() > 1 || window != nullptr) {
      instant_.clear();
      for (const Item& item : items) {
        if (window != nullptr && window->is_copy(0, *item.event)) {
          ++stats.duplicates;
        } else {
          instant_.push_back(*item.event);
        }
      }
      count_copies();
      events = instant_;
    }
    if (!events.empty() && user_.move_to(events[0].at)) as_of_.take(events, false);
  }

  /// Of the instant at hand: counted here, dropped where they are put in order.
  void count_copies() {
    ties_.clear();
    for (const Event& event : instant_) {
      if (event.has_message_id) ties_.push_back(event.tie);
    }
    std::sort(ties_.begin(), ties_.end());
    const auto distinct = std::unique(ties_.begin(), ties_.end());
    stats.duplicates += static_cast<uint64_t>(ties_.end() - distinct);
  }

  AsOf as_of_;
  UserAnswers user_;
  std::optional<Duration> dedupe_;
  std::vector<Item> items_;
  size_t events_fetched_ = 0;
  size_t texts_fetched_ = 0;
  std::vector<Event> instant_;
  std::vector<std::string_view> ties_;
};

AsOfResult EventsByUser::answer(const Program& program, std::vector<EventsByUser>& dealt,
                                AsOfRequest request, std::optional<Duration> dedupe) {
  AsOfResult result;
  for (const EventsByUser& events : dealt) result.stats.add(events.stats_);
  const Instant newest = result.stats.newest;
  if (request.at.empty() && newest != kLongAgo) request.at = {newest};
  std::vector<std::unique_ptr<PartReader>> readers;
  result.parts.reserve(request.threads);  // readers refer to them
  for (unsigned i = 0; i < request.threads; ++i) {
    result.parts.emplace_back(program, request);
    readers.push_back(std::make_unique<PartReader>(program, request, dedupe, result.parts.back()));
  }
  std::atomic<size_t> next{0};
  Workers workers(request.threads);
  workers.run([&](uint32_t part) {
    cells::take_capped();  // what others did on this thread is not ours
    for (size_t i = next++; i < kParts; i = next++) readers[part]->read(dealt, i);
    readers[part]->stats.capped = cells::take_capped();
  });
  for (const auto& reader : readers) result.stats.add(reader->stats);
  result.answers = AnswerPart::join(result.parts, request);
  return result;
}

}  // namespace segue::pack
