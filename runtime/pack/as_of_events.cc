#include "runtime/pack/as_of_events.h"

#include <algorithm>
#include <atomic>
#include <string>

#include "runtime/base/fetch.h"
#include "runtime/base/hash.h"
#include "runtime/cells/capped.h"
#include "runtime/engine/dedupe.h"
#include "runtime/engine/lives.h"
#include "runtime/engine/workers.h"

namespace segue::pack {

void EventsByUser::deal(const EventBatch& batch, size_t i) {
  const Event& event = batch.events[i];
  const uint64_t hash =
      batch.user_hashes.empty() ? hash64(event.user) : batch.user_hashes[i].stable;
  parts_[hash >> 56].push_back({hash, event.at, &event});
  ++stats_.events;
  stats_.newest = std::max(stats_.newest, event.at);
}

void EventsByUser::take_call(const Event& event, Instant at) {
  calls_.push_back(identity_call_of(event, at));
  stats_.newest = std::max(stats_.newest, at);
}

void EventsByUser::add(EventBatch batch) {
  const EventBatch& held = batches_.emplace_back(std::move(batch));
  for (size_t i = 0; i < held.events.size(); ++i) {
    if (is_identity_call(held.events[i].kind)) [[unlikely]] {
      take_call(held.events[i], held.events[i].at);
    } else {
      deal(held, i);
    }
  }
  batches_.back().origins = {};
}

void EventsByUser::add(EventBatch batch, Watermark& watermark,
                       const std::function<void(const Event&, const Origin*)>& on_late) {
  const EventBatch& held = batches_.emplace_back(std::move(batch));
  for (size_t i = 0; i < held.events.size(); ++i) {
    if (is_identity_call(held.events[i].kind)) {
      take_call(held.events[i], watermark.admit_call(held.events[i].at));
    } else if (watermark.admit(held.events[i].at)) {
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
             const Lives& lives, AnswerPart& part)
      : as_of_(program), user_(as_of_, part, request), dedupe_(dedupe), lives_(lives) {}

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

  /// Those that calls are about, as all readers found them, and when the input ends.
  void read_lives(std::span<const Event* const> events, Instant newest) {
    LifeEvents histories(lives_);
    for (const Event* event : events) histories.add(*event);
    stats.duplicates += histories.drop_copies(dedupe_);
    for (uint32_t i = 0; i < lives_.all().size(); ++i) {
      const Life& life = lives_.all()[i];
      if (life.begin >= life.end) continue;
      take_life(life, histories.history(i), newest);
    }
  }

  AsOfStats stats;
  std::vector<const Event*> concerned;  // by calls: left out

 private:
  // How far ahead of their use events are fetched, and then what they point to.
  static constexpr size_t kEventsAhead = 48;
  static constexpr size_t kTextsAhead = 24;

  /// Fetches what comes behind the item `at`.
  void fetch(size_t at) {
    for (; events_fetched_ < std::min(at + kEventsAhead, items_.size()); ++events_fetched_) {
      const auto* bytes = reinterpret_cast<const char*>(items_[events_fetched_].event);
      fetch_line(bytes);
      fetch_line(bytes + sizeof(Event) - 1);
    }
    for (; texts_fetched_ < std::min(at + kTextsAhead, items_.size()); ++texts_fetched_) {
      fetch_line(items_[texts_fetched_].event->user.data());
      fetch_line(items_[texts_fetched_].event->slots.data());
    }
  }

  /// All events whose users have one hash: mostly one user.
  void take_hash(std::span<Item> items) {
    const std::string_view first = items[0].event->user;
    const bool one = std::all_of(items.begin(), items.end(),
                                 [&](const Item& item) { return item.event->user == first; });
    if (one) return take_id(items);
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
      const int order = a.event->user.compare(b.event->user);
      return order != 0 ? order < 0 : a.at < b.at;
    });
    for (size_t begin = 0; begin < items.size();) {
      size_t next = begin + 1;
      while (next < items.size() && items[next].event->user == items[begin].event->user) ++next;
      take_id(items.subspan(begin, next - begin));
      begin = next;
    }
  }

  void take_id(std::span<const Item> items) {
    if (!lives_.concerns(items[0].event->user)) return take_user(items);
    for (const Item& item : items) concerned.push_back(item.event);
  }

  void take_life(const Life& life, const std::vector<Event>& events, Instant newest) {
    user_.begin(life.user, life.begin, life.end);
    const auto past = std::find_if(events.begin(), events.end(),
                                   [&](const Event& event) { return event.at >= life.end; });
    for (auto first = events.begin(); first != past;) {
      const auto last =
          std::find_if(first, past, [&](const Event& event) { return event.at != first->at; });
      const std::span<const Event> instant(first, last);
      if (user_.move_to(first->at)) as_of_.take(instant, false);
      first = last;
    }
    user_.end();
    if (life.is_at(newest) && !events.empty()) ++stats.users;
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
  const Lives& lives_;
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
  std::vector<IdentityCall> calls;
  for (const EventsByUser& events : dealt) {
    calls.insert(calls.end(), events.calls_.begin(), events.calls_.end());
  }
  const Lives lives(std::move(calls));
  std::vector<std::unique_ptr<PartReader>> readers;
  result.parts.reserve(request.threads);  // readers refer to them
  for (unsigned i = 0; i < request.threads; ++i) {
    result.parts.emplace_back(program, request);
    readers.push_back(
        std::make_unique<PartReader>(program, request, dedupe, lives, result.parts.back()));
  }
  std::atomic<size_t> next{0};
  Workers workers(request.threads);
  workers.run([&](uint32_t part) {
    cells::take_capped();  // what others did on this thread is not ours
    for (size_t i = next++; i < kParts; i = next++) readers[part]->read(dealt, i);
    readers[part]->stats.capped = cells::take_capped();
  });
  std::vector<const Event*> concerned;
  for (const auto& reader : readers) {
    concerned.insert(concerned.end(), reader->concerned.begin(), reader->concerned.end());
  }
  cells::take_capped();
  readers[0]->read_lives(concerned, newest);
  readers[0]->stats.capped += cells::take_capped();
  for (const auto& reader : readers) result.stats.add(reader->stats);
  result.answers = AnswerPart::join(result.parts, request, workers);
  return result;
}

}  // namespace segue::pack
