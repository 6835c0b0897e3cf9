// Sequences against their definition: every choice of events tried, at every millisecond.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "naive/sequence.h"
#include "naive/test_world.h"

namespace segue::naive::test {
namespace {

using Events = std::vector<const Event*>;

/// The definition, for the events of one window.
class Definition {
 public:
  Definition(const World& w, StreamId id)
      : stream_(w.rules.streams[id.index]),
        past_(w.rules.schema, w.history, w.until),
        ops_(w.zones),
        occurrences_(w.rules, past_, ops_) {
    for (const hir::Stream::Step& step : stream_.steps) {
      all_.push_back(occurrences_.of(step.stream));
    }
    if (stream_.absence) all_x_ = occurrences_.of(stream_.absence->stream);
  }

  /// How many matches lie in [first, last].
  int count(Instant first, Instant last) {
    const auto inside = [&](const Events& events) {
      Events kept;
      for (const Event* event : events) {
        if (event->at >= first && event->at <= last) kept.push_back(event);
      }
      return kept;
    };
    of_.clear();
    for (const Events& events : all_) of_.push_back(inside(events));
    x_ = inside(all_x_);

    int found = 0;
    Instant after{first.ms - 1};
    const Duration wait = stream_.absence ? stream_.absence->within : Duration{};
    for (Instant end = first; end <= last; end.ms += 1) {
      Events chosen;
      if (!some(chosen, after, end, [](const Events&) { return true; })) continue;
      chosen.clear();
      const auto undisturbed = [&](const Events& match) { return !disturbed(match); };
      if (end + wait <= last && some(chosen, after, end, undisturbed)) ++found;
      after = end;
    }
    return found;
  }

 private:
  /// Whether `wanted` holds of some match that begins after `after` and ends at `end`.
  bool some(Events& chosen, Instant after, Instant end,
            const std::function<bool(const Events&)>& wanted) {
    const size_t step = chosen.size();
    if (step == of_.size()) return chosen.back()->at == end && wanted(chosen);
    for (const Event* event : of_[step]) {
      if (event->at <= after || event->at > end) continue;
      if (std::find(chosen.begin(), chosen.end(), event) != chosen.end()) continue;
      if (step > 0) {
        const Duration gap = event->at - chosen.back()->at;
        const hir::Stream::Step& rule = stream_.steps[step];
        if (gap < Duration{rule.later ? 1 : 0}) continue;
        if (rule.within && gap > *rule.within) continue;
      }
      chosen.push_back(event);
      if (some(chosen, after, end, wanted)) return true;
      chosen.pop_back();
    }
    return false;
  }

  /// Whether an X that is not the last step's own event comes during the wait.
  bool disturbed(const Events& match) const {
    if (!stream_.absence) return false;
    const Event* step = match.back();
    const Instant from{step->at.ms + (stream_.absence->later ? 1 : 0)};
    const Instant until = step->at + stream_.absence->within;
    return std::any_of(x_.begin(), x_.end(), [&](const Event* x) {
      return x != step && x->at >= from && x->at <= until;
    });
  }

  const hir::Stream& stream_;
  Past past_;
  Ops ops_;
  Occurrences occurrences_;
  std::vector<Events> all_;
  Events all_x_;
  std::vector<Events> of_;
  Events x_;
};

class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::mt19937 random_;
};

void some_history(Random& random, World& w) {
  w.until = {45};
  const int events = 1 + random.below(13);
  for (int i = 0; i < events; ++i) {
    const int64_t ms = random.below(12) * (1 + random.below(2));
    w.track(ms, World::kNames[static_cast<size_t>(random.below(3))]);
  }
}

StreamId some_sequence(Random& random, World& w) {
  const std::array<StreamId, 4> streams = {w.events("a"), w.events("b"), w.events("c"),
                                           w.events("")};
  const auto any_stream = [&] { return streams[static_cast<size_t>(random.below(4))]; };
  hir::Stream stream;
  const bool absence = random.one_in(2);
  const int steps = (absence ? 1 : 2) + random.below(3);
  for (int i = 0; i < steps; ++i) {
    hir::Stream::Step& step = stream.steps.emplace_back();
    step.stream = any_stream();
    step.later = i > 0 && random.one_in(4);
    if (i > 0 && random.one_in(2)) step.within = Duration{random.below(8)};
  }
  if (absence) {
    stream.absence = hir::Stream::Absence{any_stream(), random.one_in(3), {random.below(8)}};
  }
  return w.add(stream);
}

TEST(SequenceLaws, EveryChoiceOfEventsAtEveryMillisecond) {
  Random random(7);
  for (int round = 0; round < 400; ++round) {
    World w;
    some_history(random, w);
    const StreamId id = some_sequence(random, w);
    const int64_t from = 1 + random.below(20);
    const int64_t to = random.one_in(2) ? 0 : random.below(static_cast<int>(from));
    const int64_t begin = random.below(20);
    const int64_t end = begin + random.below(20);
    for (const Window& window :
         {ever(), rolling(from, to), absolute(Instant{begin}, Instant{end})}) {
      hir::Score score;
      score.value = count(id, window);
      w.rules.scores.push_back(score);
    }
    const Timeline timeline = w.timeline();
    Definition definition(w, id);
    for (int64_t now = timeline.score({0})[0].from.ms; now <= w.until.ms; ++now) {
      ASSERT_EQ(timeline.score_at({0}, {now}), definition.count({0}, {now}))
          << "round " << round << " at " << now;
      ASSERT_EQ(timeline.score_at({1}, {now}), definition.count({now - from + 1}, {now - to}))
          << "round " << round << " at " << now << ": (" << from << ", " << to << "]";
      ASSERT_EQ(timeline.score_at({2}, {now}), definition.count({begin}, {std::min(end - 1, now)}))
          << "round " << round << " at " << now << ": [" << begin << ", " << end << ")";
    }
  }
}

}  // namespace
}  // namespace segue::naive::test
