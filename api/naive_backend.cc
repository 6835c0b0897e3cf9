#include "api/naive_backend.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "api/zone_tables.h"
#include "naive/naive.h"

namespace segue {
namespace {

Cause cause_of(naive::Cause cause) {
  switch (cause) {
    case naive::Cause::kEvent:
      return Cause::kEvent;
    case naive::Cause::kTime:
      return Cause::kTime;
    case naive::Cause::kTrait:
      return Cause::kTrait;
  }
  return Cause::kTime;
}

class NaiveBackend final : public Backend {
 public:
  NaiveBackend(const hir::Rules& rules, const EngineOptions& options, EngineListener& listener)
      : rules_(rules),
        zones_(rules.zones),
        dedupe_(options.dedupe),
        listener_(listener),
        watermark_(options.lateness) {}

  void push(EventBatch batch) override {
    batches_.push_back(std::move(batch));
    const EventBatch& held = batches_.back();
    for (size_t i = 0; i < held.events.size(); ++i) {
      const Event& event = held.events[i];
      if (watermark_.admit(event.at)) {
        ++stats_.events;
        users_[std::string(event.user)].history.events.push_back(event);
      } else {
        ++stats_.late;
        listener_.on_late(event, held.origins.empty() ? nullptr : &held.origins[i]);
      }
    }
  }

  void advance_to(Instant through) override {
    watermark_.advance_to(through);
    through_ = std::max(through_, through);
  }

  void finish(Instant until) override;

  Status stop_at(Instant at) override {
    stops_.insert(at);
    return {};
  }

  std::vector<std::vector<std::string_view>> members() const override;
  std::vector<std::pair<std::string_view, double>> scores(uint32_t score) const override;

  EngineStats stats() const override {
    EngineStats stats = stats_;
    stats.users = static_cast<uint64_t>(std::count_if(
        users_.begin(), users_.end(), [&](const auto& user) { return user.second.begin <= now_; }));
    stats.newest = watermark_.newest();
    return stats;
  }

 private:
  struct User {
    naive::History history;
    naive::Timeline timeline;
    Instant begin = kNever;
  };

  void drop_copies(std::vector<Event>& events);
  std::vector<Change> all_changes();

  const hir::Rules& rules_;
  ZoneTables zones_;
  std::optional<Duration> dedupe_;
  EngineListener& listener_;
  Watermark watermark_;
  Instant through_ = kLongAgo;
  Instant now_ = kLongAgo;  // what lookups answer as of
  std::set<Instant> stops_;
  std::map<std::string, User> users_;  // by bytes of the id
  std::vector<EventBatch> batches_;
  std::vector<std::vector<naive::Change>> changes_;  // the texts that changes point to
  EngineStats stats_;
};

/// Counts copies of one instant, which the evaluator drops, and drops those stamped anew.
void NaiveBackend::drop_copies(std::vector<Event>& events) {
  // The oldest copy stays. Which of an instant comes first is all the same: those stay together.
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.at < b.at; });
  std::map<std::string_view, Instant> kept;
  std::set<std::pair<Instant, std::string_view>> seen;
  std::erase_if(events, [&](const Event& event) {
    if (!event.has_message_id) return false;
    if (dedupe_) {
      const auto [place, is_new] = kept.try_emplace(event.tie, event.at);
      if (!is_new && event.at > place->second && event.at - place->second <= *dedupe_) {
        ++stats_.duplicates;
        return true;
      }
      place->second = event.at;
    }
    if (!seen.insert({event.at, event.tie}).second) ++stats_.duplicates;
    return false;
  });
}

std::vector<Change> NaiveBackend::all_changes() {
  std::vector<Change> all;
  for (auto& [id, user] : users_) {
    changes_.push_back(user.timeline.changes());
    for (const naive::Change& change : changes_.back()) {
      all.push_back({change.at, id, change.segment.index, change.entered, cause_of(change.cause),
                     change.event});
    }
  }
  const auto key = [&](const Change& change) {
    return std::make_tuple(change.at, change.user,
                           std::string_view(rules_.segments[change.segment].name), change.segment);
  };
  std::sort(all.begin(), all.end(),
            [&](const Change& a, const Change& b) { return key(a) < key(b); });
  return all;
}

void NaiveBackend::finish(Instant until) {
  Instant end = std::max({watermark_.newest(), through_, until});
  if (!stops_.empty()) end = std::max(end, *stops_.rbegin());
  for (auto& [id, user] : users_) {
    user.history.user = id;
    drop_copies(user.history.events);
    user.begin = user.history.events.front().at;
    user.timeline = naive::evaluate(rules_, zones_.views(), user.history, end);
  }

  const std::vector<Change> changes = all_changes();
  stats_.changes = changes.size();
  std::span<const Change> rest = changes;
  const auto give = [&](Instant through) {
    size_t count = 0;
    while (count < rest.size() && rest[count].at <= through) ++count;
    if (count > 0) listener_.on_changes(rest.subspan(0, count));
    rest = rest.subspan(count);
    now_ = through;
  };
  for (const Instant stop : stops_) {
    give(stop);
    listener_.on_stop(stop);
  }
  stops_.clear();
  give(end);
}

std::vector<std::vector<std::string_view>> NaiveBackend::members() const {
  std::vector<std::vector<std::string_view>> members(rules_.segments.size());
  for (const auto& [id, user] : users_) {
    for (uint32_t i = 0; i < members.size(); ++i) {
      if (user.timeline.member_at({i}, now_)) members[i].push_back(id);
    }
  }
  return members;
}

std::vector<std::pair<std::string_view, double>> NaiveBackend::scores(uint32_t score) const {
  std::vector<std::pair<std::string_view, double>> values;
  for (const auto& [id, user] : users_) {
    if (user.begin > now_) continue;
    values.emplace_back(id, user.timeline.score_at({score}, now_).value_or(0));
  }
  return values;
}

}  // namespace

std::unique_ptr<Backend> make_naive_backend(const hir::Rules& rules, const EngineOptions& options,
                                            EngineListener& listener) {
  return std::make_unique<NaiveBackend>(rules, options, listener);
}

}  // namespace segue
