// Sequences against their definition: every choice of events tried, at every millisecond.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "naive/evaluator.h"
#include "naive/test_world.h"

namespace segue::naive::test {
namespace {

using Found = std::vector<Occurrence>;

/// The definition, for what happens in one window.
class Definition {
 public:
  struct Match {
    Instant end;
    Instant start;
    std::optional<Scalar> key;
  };

  Definition(const World& w, StreamId id)
      : stream_(w.rules.streams[id.index]),
        past_(w.rules.schema, w.history, w.until),
        evaluator_(w.rules, w.zones, past_) {
    for (const hir::Stream::Step& step : stream_.steps) {
      all_.push_back(evaluator_.occurrences(step.stream));
      Found without;
      for (const StreamId other : step.without) {
        const Found& found = evaluator_.occurrences(other);
        without.insert(without.end(), found.begin(), found.end());
      }
      all_without_.push_back(without);
    }
    if (stream_.absence) all_x_ = evaluator_.occurrences(stream_.absence->stream);
  }

  int count(Instant first, Instant last) { return static_cast<int>(matches(first, last).size()); }

  /// The matches that lie in [first, last], of each key.
  std::vector<Match> matches(Instant first, Instant last) {
    std::vector<Match> found;
    std::vector<std::optional<Scalar>> keys = {std::nullopt};
    if (stream_.by) {
      keys.clear();
      for (const Found& of : all_) {
        for (const Occurrence& occurrence : of) {
          const std::optional<Scalar> key = key_of(occurrence);
          if (key && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
        }
      }
    }
    for (const std::optional<Scalar>& key : keys) {
      for (const Match& match : matches_of(key, first, last)) found.push_back(match);
    }
    return found;
  }

 private:
  std::optional<Scalar> key_of(const Occurrence& occurrence) const {
    if (occurrence.event == nullptr) {
      const bool has = occurrence.key && occurrence.key_slot == *stream_.by;
      return has ? occurrence.key : std::nullopt;
    }
    const Datum value = past_.property(*occurrence.event, *stream_.by);
    if (value.kind != Datum::Kind::kNumber) return {};
    return scalar_of_number(value.number);
  }

  std::vector<Match> matches_of(const std::optional<Scalar>& key, Instant first, Instant last) {
    const auto inside = [&](const Found& all) {
      Found kept;
      for (const Occurrence& one : all) {
        const bool mine = !key || key_of(one) == key;
        if (mine && one.at >= first && one.at <= last) kept.push_back(one);
      }
      return kept;
    };
    of_.clear();
    without_.clear();
    for (const Found& all : all_) of_.push_back(inside(all));
    for (const Found& all : all_without_) without_.push_back(inside(all));
    x_ = inside(all_x_);

    std::vector<Match> found;
    Instant after{first.ms - 1};
    const Duration wait = stream_.absence ? stream_.absence->within : Duration{};
    for (Instant end = first; end <= last; end.ms += 1) {
      Found chosen;
      best_.reset();
      try_all(chosen, after, end, false);
      if (!best_) continue;
      chosen.clear();
      best_.reset();
      try_all(chosen, after, end, true);
      if (end + wait <= last && best_) found.push_back({end + wait, *best_, key});
      after = end;
    }
    return found;
  }

  /// Tries every match that begins after `after` and ends at `end`; `best_` is the latest start.
  void try_all(Found& chosen, Instant after, Instant end, bool undisturbed) {
    const size_t step = chosen.size();
    if (step == of_.size()) {
      if (chosen.back().at != end || (undisturbed && disturbed(chosen))) return;
      const Duration wait = stream_.absence ? stream_.absence->within : Duration{};
      const Instant start = chosen.front().start;
      if (stream_.all_within && end + wait - start > *stream_.all_within) return;
      if (!best_ || start > *best_) best_ = start;
      return;
    }
    for (const Occurrence& one : of_[step]) {
      if (one.at <= after || one.at > end) continue;
      const auto same = [&](const Occurrence& other) { return other.is(one); };
      if (std::any_of(chosen.begin(), chosen.end(), same)) continue;
      if (step > 0 && !may_follow(step, chosen.back().at, one.at)) continue;
      chosen.push_back(one);
      try_all(chosen, after, end, undisturbed);
      chosen.pop_back();
    }
  }

  bool may_follow(size_t step, Instant before, Instant at) const {
    const hir::Stream::Step& rule = stream_.steps[step];
    const Duration gap = at - before;
    if (gap < Duration{rule.later ? 1 : 0}) return false;
    if (rule.after && gap < *rule.after) return false;
    if (rule.within && gap > *rule.within) return false;
    return std::none_of(without_[step].begin(), without_[step].end(),
                        [&](const Occurrence& c) { return c.at > before && c.at < at; });
  }

  /// Whether an X that is not the last step's own occurrence comes during the wait.
  bool disturbed(const Found& match) const {
    if (!stream_.absence) return false;
    const Occurrence& step = match.back();
    const Instant from{step.at.ms + (stream_.absence->later ? 1 : 0)};
    const Instant until = step.at + stream_.absence->within;
    return std::any_of(x_.begin(), x_.end(), [&](const Occurrence& x) {
      return !x.is(step) && x.at >= from && x.at <= until;
    });
  }

  const hir::Stream& stream_;
  Past past_;
  Evaluator evaluator_;
  std::vector<Found> all_;
  std::vector<Found> all_without_;
  Found all_x_;
  std::vector<Found> of_;
  std::vector<Found> without_;
  Found x_;
  std::optional<Instant> best_;
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
    const std::array keys = {number("1"), number("2"), Value{}};
    w.track(ms, World::kNames[static_cast<size_t>(random.below(3))],
            keys[static_cast<size_t>(random.below(3))]);
  }
}

/// `parts`: what its steps may be.
StreamId some_sequence(Random& random, World& w, std::span<const StreamId> parts) {
  const auto any_stream = [&] {
    return parts[static_cast<size_t>(random.below(static_cast<int>(parts.size())))];
  };
  hir::Stream stream;
  stream.kind = hir::Stream::Kind::kSequence;
  const bool absence = random.one_in(2);
  const int steps = (absence ? 1 : 2) + random.below(3);
  for (int i = 0; i < steps; ++i) {
    hir::Stream::Step& step = stream.steps.emplace_back();
    step.stream = any_stream();
    if (i == 0) continue;
    step.later = random.one_in(4);
    if (random.one_in(2)) step.within = Duration{random.below(8)};
    if (random.one_in(4)) step.after = Duration{random.below(4)};
    if (random.one_in(4)) step.without.push_back(any_stream());
  }
  if (absence) {
    stream.absence = hir::Stream::Absence{any_stream(), random.one_in(3), {random.below(8)}};
  }
  if (random.one_in(3)) stream.all_within = Duration{random.below(14)};
  if (random.one_in(4)) stream.by = hir::SlotId{0};
  return w.add(stream);
}

StreamId some_sequence(Random& random, World& w) {
  std::vector<StreamId> parts = {w.events("a"), w.events("b"), w.events("c"), w.events("")};
  if (random.one_in(3)) parts.push_back(some_sequence(random, w, parts));
  if (random.one_in(3)) parts.push_back(some_sequence(random, w, parts));
  return some_sequence(random, w, parts);
}

TEST(SequenceLaws, EveryChoiceOfEventsAtEveryMillisecond) {
  Random random(7);
  for (int round = 0; round < 1500; ++round) {
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

TEST(SequenceLaws, TheLatestStartAndTheKeyOfEachMatch) {
  Random random(8);
  for (int round = 0; round < 1500; ++round) {
    World w;
    some_history(random, w);
    const StreamId id = some_sequence(random, w);
    Definition definition(w, id);
    std::vector<Definition::Match> wanted = definition.matches({0}, w.until);
    const Past past(w.rules.schema, w.history, w.until);
    Evaluator evaluator(w.rules, w.zones, past);
    const std::vector<Occurrence>& found = evaluator.occurrences(id);
    const auto line = [](Instant end, Instant start, const std::optional<Scalar>& key) {
      return fmt::format("{} from {} key {}", end.ms, start.ms, key ? key->lo : 0);
    };
    std::vector<std::string> lines;
    for (const Occurrence& one : found) lines.push_back(line(one.at, one.start, one.key));
    std::vector<std::string> wanted_lines;
    for (const Definition::Match& one : wanted) {
      wanted_lines.push_back(line(one.end, one.start, one.key));
    }
    std::sort(lines.begin(), lines.end());
    std::sort(wanted_lines.begin(), wanted_lines.end());
    ASSERT_EQ(lines, wanted_lines) << "round " << round;
  }
}

}  // namespace
}  // namespace segue::naive::test
