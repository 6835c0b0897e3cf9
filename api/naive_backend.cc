#include "api/naive_backend.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "api/zone_tables.h"
#include "naive/naive.h"
#include "runtime/engine/lives.h"

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
      if (is_identity_call(event.kind)) {
        calls_.push_back(identity_call_of(event, watermark_.admit_call(event.at)));
      } else if (watermark_.admit(event.at)) {
        ++stats_.events;
        events_.push_back(&event);
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

  std::vector<std::vector<std::string_view>> members() override;
  std::vector<std::pair<std::string_view, double>> scores(uint32_t score) override;

  EngineStats stats() const override {
    EngineStats stats = stats_;
    stats.users =
        static_cast<uint64_t>(std::count_if(users_.begin(), users_.end(), [&](const auto& user) {
          return known_period(user.second, now_) != nullptr;
        }));
    stats.newest = watermark_.newest();
    return stats;
  }

 private:
  /// A user with one history: that of a life.
  struct Period {
    Life life;
    naive::Timeline timeline;
    Instant known = kNever;  // from when on
    bool merges = false;     // begins with somebody else's history
  };
  using Periods = std::vector<Period>;  // of one id, in order of time

  void add_period(const Life& life, bool merges, std::vector<Event> events, Instant end);
  static const Period* known_period(const Periods& periods, Instant at);
  void tell_changes(const std::string& id, const Periods& periods, std::vector<Change>& all);
  void tell_boundary(const std::string& id, const Periods& periods, Instant at,
                     std::vector<Change>& all);
  std::vector<Change> all_changes();

  const hir::Rules& rules_;
  ZoneTables zones_;
  std::optional<Duration> dedupe_;
  EngineListener& listener_;
  Watermark watermark_;
  Instant through_ = kLongAgo;
  Instant now_ = kLongAgo;  // what lookups answer as of
  std::set<Instant> stops_;
  std::vector<const Event*> events_;
  std::vector<IdentityCall> calls_;
  std::map<std::string, Periods> users_;  // by bytes of the id
  std::vector<EventBatch> batches_;
  std::vector<std::vector<naive::Change>> changes_;  // the texts that changes point to
  EngineStats stats_;
};

void NaiveBackend::add_period(const Life& life, bool merges, std::vector<Event> events,
                              Instant end) {
  Period period;
  period.life = life;
  period.merges = merges;
  if (!events.empty()) period.known = std::max(events.front().at, life.begin);
  const Instant last = std::min(end, life.end - Duration{1});
  period.timeline = naive::evaluate(rules_, zones_.views(), {life.user, std::move(events)}, last);
  users_[life.user].push_back(std::move(period));
}

/// What answers as of that instant; null if nobody is known by the id.
const NaiveBackend::Period* NaiveBackend::known_period(const Periods& periods, Instant at) {
  for (const Period& period : periods) {
    if (period.life.is_at(at) && period.known <= at) return &period;
  }
  return nullptr;
}

void NaiveBackend::tell_changes(const std::string& id, const Periods& periods,
                                std::vector<Change>& all) {
  std::set<Instant> boundaries;
  for (const Period& period : periods) {
    const Life& life = period.life;
    if (period.merges) boundaries.insert(life.begin);
    if (life.end != kNever && known_period(periods, life.end) == nullptr) {
      boundaries.insert(life.end);
    }
    changes_.push_back(period.timeline.changes());
    for (const naive::Change& change : changes_.back()) {
      const bool own = life.is_at(change.at) && !(period.merges && change.at == life.begin);
      if (!own) continue;
      all.push_back({change.at, id, change.segment.index, change.entered, cause_of(change.cause),
                     change.event});
    }
  }
  for (const Instant at : boundaries) tell_boundary(id, periods, at, all);
}

/// What a merge or a delete makes of a user's memberships.
void NaiveBackend::tell_boundary(const std::string& id, const Periods& periods, Instant at,
                                 std::vector<Change>& all) {
  if (at > now_) return;
  const Instant before = at - Duration{1};
  const Period* const was = known_period(periods, before);
  const Period* const is = known_period(periods, at);
  Cause cause = Cause::kMerge;
  for (const Period& period : periods) {
    const bool deleted = period.life.end == at && period.life.ended == Life::End::kDelete;
    if (is == nullptr && deleted) cause = Cause::kDelete;
  }
  if (was != nullptr && is == nullptr) {
    ++(cause == Cause::kDelete ? stats_.deleted : stats_.merged);
  }
  for (uint32_t i = 0; i < rules_.segments.size(); ++i) {
    const bool in_before = was != nullptr && was->timeline.member_at({i}, before);
    const bool in = is != nullptr && is->timeline.member_at({i}, at);
    if (in != in_before) all.push_back({at, id, i, in, cause, {}});
  }
}

std::vector<Change> NaiveBackend::all_changes() {
  std::vector<Change> all;
  for (const auto& [id, periods] : users_) tell_changes(id, periods, all);
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
  const Lives lives(calls_, events_);
  LifeEvents histories(lives);
  for (const Event* event : events_) histories.add(*event);
  stats_.duplicates = histories.drop_copies(dedupe_);
  std::vector<bool> known(lives.all().size());
  std::vector<bool> merges(lives.all().size());
  for (uint32_t i = 0; i < lives.all().size(); ++i) {
    const Life& life = lives.all()[i];
    std::vector<Event> events = histories.history(i);
    known[i] = !events.empty() && events.front().at < life.end;
    if (!life.joined.empty()) {
      const uint32_t into = life.joined[1];
      merges[i] = known[life.joined[0]] || (lives.all()[into].begin == life.begin && merges[into]);
    }
    if (life.begin <= end) add_period(life, merges[i], std::move(events), end);
  }

  now_ = end;
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

std::vector<std::vector<std::string_view>> NaiveBackend::members() {
  std::vector<std::vector<std::string_view>> members(rules_.segments.size());
  for (const auto& [id, periods] : users_) {
    const Period* const now = known_period(periods, now_);
    for (uint32_t i = 0; now != nullptr && i < members.size(); ++i) {
      if (now->timeline.member_at({i}, now_)) members[i].push_back(id);
    }
  }
  return members;
}

std::vector<std::pair<std::string_view, double>> NaiveBackend::scores(uint32_t score) {
  std::vector<std::pair<std::string_view, double>> values;
  for (const auto& [id, periods] : users_) {
    const Period* const now = known_period(periods, now_);
    if (now != nullptr) values.emplace_back(id, now->timeline.score_at({score}, now_).value_or(0));
  }
  return values;
}

}  // namespace

std::unique_ptr<Backend> make_naive_backend(const hir::Rules& rules, const EngineOptions& options,
                                            EngineListener& listener) {
  return std::make_unique<NaiveBackend>(rules, options, listener);
}

}  // namespace segue
