#include "naive/sequence.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "compiler/sema/limits.h"

namespace segue::naive {

Sequence::Sequence(const hir::Stream& stream, Occurrences& occurrences)
    : Sequence(stream, occurrences, Limits{kSequenceKeysMax, kSequenceWaitingMax}) {}

Sequence::Sequence(const hir::Stream& stream, Occurrences& occurrences, Limits limits)
    : stream_(stream), limits_(limits) {
  collect(occurrences);
}

Duration Sequence::wait() const { return stream_.absence ? stream_.absence->within : Duration{}; }

// ---- what there is to see ----

void Sequence::collect(Occurrences& occurrences) {
  std::map<Instant, std::map<Key, Moment>> moments;
  // Lets `mark` see the place of each occurrence in its moment.
  const auto each = [&](hir::StreamId id, const std::function<void(Moment&, size_t)>& mark) {
    for (const Occurrence& occurrence : occurrences.of(id)) {
      Key key{};
      if (stream_.by) {
        const std::optional<Scalar> value = occurrences.key(occurrence, *stream_.by);
        if (!value) continue;
        key = {value->hi, value->lo};
      }
      Moment& moment = moments[occurrence.at][key];
      moment.at = occurrence.at;
      moment.is_step.resize(size());
      moment.is_without.resize(size());
      const auto same = std::find_if(moment.here.begin(), moment.here.end(),
                                     [&](const Occurrence& o) { return o.is(occurrence); });
      const auto place = static_cast<size_t>(same - moment.here.begin());
      if (same == moment.here.end()) {
        moment.here.push_back(occurrence);
        moment.is_absence.push_back(false);
        for (std::vector<bool>& is_step : moment.is_step) is_step.push_back(false);
      }
      mark(moment, place);
    }
  };
  for (size_t step = 0; step < size(); ++step) {
    each(stream_.steps[step].stream,
         [&](Moment& moment, size_t place) { moment.is_step[step][place] = true; });
    for (const hir::StreamId without : stream_.steps[step].without) {
      each(without, [&](Moment& moment, size_t) { moment.is_without[step] = true; });
    }
  }
  if (stream_.absence) {
    each(stream_.absence->stream,
         [](Moment& moment, size_t place) { moment.is_absence[place] = true; });
  }
  for (auto& [at, of_keys] : moments) {
    for (auto& [key, moment] : of_keys) describe(moment);
    times_.push_back(at);
    moments_.push_back(std::move(of_keys));
  }
}

void Sequence::describe(Moment& moment) const {
  const std::vector<bool> unused(moment.here.size());
  moment.fits.assign(size() + 1, std::vector<bool>(size() + 1));
  moment.starts.resize(size() + 1);
  for (size_t first = 0; first < size(); ++first) {
    for (size_t end = first + 1; end <= size(); ++end) {
      moment.fits[first][end] = together(first, end) && place(moment, first, end, unused);
    }
  }
  for (size_t end = 1; end <= size(); ++end) {
    if (moment.fits[0][end]) moment.starts[end] = start_here(moment, end, unused);
  }
}

/// Whether the steps first .. end - 1 may come at one instant.
bool Sequence::together(size_t first, size_t end) const {
  for (size_t step = first + 1; step < end; ++step) {
    const hir::Stream::Step& rule = stream_.steps[step];
    if (rule.later || (rule.after && rule.after->ms > 0)) return false;
  }
  return true;
}

/// Whether each of the steps first .. end - 1 can have an occurrence of its own at the moment that
/// is not `used`: an assignment, found step by step, where a step that finds its occurrences taken
/// asks their owners to move (augmenting paths).
bool Sequence::place(const Moment& moment, size_t first, size_t end, std::vector<bool> used) const {
  std::vector<std::optional<size_t>> owner(used.size());
  std::vector<bool> asked;
  const std::function<bool(size_t)> find = [&](size_t step) {
    for (size_t i = 0; i < used.size(); ++i) {
      if (!moment.is_step[step][i] || used[i] || asked[i]) continue;
      asked[i] = true;
      if (owner[i] && !find(*owner[i])) continue;
      owner[i] = step;
      return true;
    }
    return false;
  };
  for (size_t step = first; step < end; ++step) {
    asked.assign(used.size(), false);
    if (!find(step)) return false;
  }
  return true;
}

/// The latest start of the first step here, if the steps after it up to `end` can come here too.
std::optional<Instant> Sequence::start_here(const Moment& moment, size_t end,
                                            const std::vector<bool>& used) const {
  std::optional<Instant> latest;
  for (size_t i = 0; i < moment.here.size(); ++i) {
    if (!moment.is_step[0][i] || used[i]) continue;
    if (latest && moment.here[i].start <= *latest) continue;
    std::vector<bool> taken = used;
    taken[i] = true;
    if (place(moment, 1, end, std::move(taken))) latest = moment.here[i].start;
  }
  return latest;
}

// ---- matching ----
//
// PROOF that of all partial matches whose j-th step comes at one instant only the one with the
// latest start need be known. What can come after them depends on that instant alone: gaps and what
// may not come between are counted from it, and the occurrences of earlier instants are not those
// of later ones. Only `all within` looks further back, to the start, and whatever it allows the
// earlier start it allows the later. Nor does the start matter to the matches after this one, which
// begin after its last step. So the latest start, over instants and steps, finds the same ends as
// trying every choice, and the latest start of each match.

/// The latest start with which `step` may come at `at`, the steps before it found earlier.
std::optional<Instant> Sequence::latest_before(const Run& run, size_t step, Instant at) const {
  const hir::Stream::Step& rule = stream_.steps[step];
  std::optional<Instant> latest;
  for (const Partial& partial : run.found[step]) {
    const Duration gap = at - partial.at;
    if (rule.within && gap > *rule.within) continue;
    if (rule.after && gap < *rule.after) continue;
    const std::optional<Instant>& without = run.newest_without[step];
    if (without && *without > partial.at) continue;
    if (!latest || partial.start > *latest) latest = partial.start;
  }
  return latest;
}

/// The latest start of the steps 0 .. end - 1, the last of them at the moment.
std::optional<Instant> Sequence::latest(const Run& run, const Moment& moment, size_t end) const {
  std::optional<Instant> best = moment.starts[end];
  for (size_t first = 1; first < end; ++first) {
    if (moment.fits[first][end]) best = std::max(best, latest_before(run, first, moment.at));
  }
  return best;
}

/// The same of all steps, the last being the occurrence `x`.
std::optional<Instant> Sequence::latest_beside(const Run& run, const Moment& moment,
                                               size_t x) const {
  const size_t last = size() - 1;
  if (!moment.is_step[last][x]) return {};
  if (last == 0) return moment.here[x].start;
  std::vector<bool> used(moment.here.size());
  used[x] = true;
  std::optional<Instant> best = latest_before(run, last, moment.at);
  for (size_t first = 0; first < last; ++first) {
    if (!together(first, size())) continue;
    if (first == 0) {
      best = std::max(best, start_here(moment, last, used));
    } else if (place(moment, first, last, used)) {
      best = std::max(best, latest_before(run, first, moment.at));
    }
  }
  return best;
}

/// The latest start of a match that ends at the moment and that no X of the moment cancels.
std::optional<Instant> Sequence::surviving(const Run& run, const Moment& moment,
                                           Instant start) const {
  const std::vector<bool>& is_x = moment.is_absence;
  const auto count = std::count(is_x.begin(), is_x.end(), true);
  if (stream_.absence->later || count == 0) return start;
  // The one X of the moment must itself be the last step, the other steps found without it.
  if (count > 1) return {};
  const auto x = static_cast<size_t>(std::find(is_x.begin(), is_x.end(), true) - is_x.begin());
  const std::optional<Instant> beside = latest_beside(run, moment, x);
  if (!beside || !in_time(*beside, moment.at)) return {};
  return beside;
}

bool Sequence::in_time(Instant start, Instant at) const {
  return !stream_.all_within || at + wait() - start <= *stream_.all_within;
}

/// One moment of one key: what it cancels, whether a match ends, what else it finds.
void Sequence::see(Run& run, const Moment& moment, const Key& key) const {
  const bool any_x = std::find(moment.is_absence.begin(), moment.is_absence.end(), true) !=
                     moment.is_absence.end();
  if (any_x) std::erase_if(run.waits, [&](const Match& wait) { return wait.end >= moment.at; });
  run.newest = moment.at;

  const std::optional<Instant> whole = latest(run, moment, size());
  if (whole && in_time(*whole, moment.at)) {
    std::optional<Instant> start = whole;
    if (stream_.absence) start = surviving(run, moment, *whole);
    if (start) {
      Match& match = run.waits.emplace_back(Match{moment.at + wait(), *start, {}});
      if (stream_.by) match.key = Scalar{key.second, key.first};
    }
    for (std::vector<Partial>& partials : run.found) partials.clear();
  } else {
    std::vector<std::optional<Instant>> starts(size());
    for (size_t end = 1; end < size(); ++end) starts[end] = latest(run, moment, end);
    for (size_t end = 1; end < size(); ++end) {
      if (starts[end]) run.found[end].push_back({moment.at, *starts[end]});
    }
  }
  for (size_t step = 0; step < size(); ++step) {
    if (moment.is_without[step]) run.newest_without[step] = moment.at;
  }
  forget_dead(run, moment.at);
}

/// Lets go of partial matches that nothing after `at` can complete, or that a newer one can stand
/// for; and of the oldest of too many.
void Sequence::forget_dead(Run& run, Instant at) const {
  for (size_t step = 1; step < size(); ++step) {
    const hir::Stream::Step& rule = stream_.steps[step];
    std::vector<Partial>& partials = run.found[step];
    std::erase_if(partials, [&](const Partial& partial) {
      const std::optional<Instant>& without = run.newest_without[step];
      if (without && *without > partial.at) return true;
      if (rule.within && at - partial.at >= *rule.within) return true;
      return stream_.all_within && at + wait() - partial.start >= *stream_.all_within;
    });
    if (rule.after) {
      if (partials.size() > limits_.waiting) {
        partials.erase(partials.begin(),
                       partials.end() - static_cast<std::ptrdiff_t>(limits_.waiting));
      }
      continue;
    }
    // With no shortest gap, whatever can follow an older one can follow a newer; so an older one
    // whose start is no later is of no use.
    std::vector<Partial> useful;
    for (const Partial& partial : partials) {
      while (!useful.empty() && useful.back().start <= partial.start) useful.pop_back();
      useful.push_back(partial);
    }
    partials = std::move(useful);
  }
}

Sequence::Run Sequence::fresh() const {
  Run run;
  run.found.resize(size() + 1);
  run.newest_without.resize(size());
  return run;
}

/// Whether something after `at` could still complete a match, or a wait is not over.
bool Sequence::under_way(const Run& run, Instant at) const {
  Run looked = run;
  forget_dead(looked, at);
  const auto any = [](const std::vector<Partial>& partials) { return !partials.empty(); };
  return std::any_of(looked.found.begin(), looked.found.end(), any) ||
         std::any_of(looked.waits.begin(), looked.waits.end(),
                     [&](const Match& wait) { return wait.end > at; });
}

/// Of too many keys under way the one whose newest moment is oldest goes; of equals the smaller.
void Sequence::drop_oldest(std::map<Key, Run>& runs, Instant at, std::vector<Match>& ended) const {
  if (runs.size() <= limits_.keys) return;
  std::erase_if(runs, [&](const auto& entry) {
    if (under_way(entry.second, at)) return false;
    ended.insert(ended.end(), entry.second.waits.begin(), entry.second.waits.end());
    return true;
  });
  while (runs.size() > limits_.keys) {
    const auto oldest =
        std::min_element(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
          return std::tie(a.second.newest, a.first) < std::tie(b.second.newest, b.first);
        });
    for (const Match& wait : oldest->second.waits) {
      if (wait.end <= at) ended.push_back(wait);
    }
    runs.erase(oldest);
  }
}

std::vector<Sequence::Match> Sequence::matches(std::span<const size_t> chosen) const {
  std::map<Key, Run> runs;
  std::vector<Match> ended;
  for (const size_t i : chosen) {
    for (const auto& [key, moment] : moments_[i]) {
      const auto [place, is_new] = runs.try_emplace(key);
      if (is_new) place->second = fresh();
      see(place->second, moment, key);
    }
    drop_oldest(runs, times_[i], ended);
  }
  for (const auto& [key, run] : runs) {
    ended.insert(ended.end(), run.waits.begin(), run.waits.end());
  }
  std::sort(ended.begin(), ended.end(), [](const Match& a, const Match& b) {
    const auto order = [](const Match& match) {
      const Scalar key = match.key.value_or(Scalar{});
      return std::make_tuple(match.end, key.hi, key.lo, match.start);
    };
    return order(a) < order(b);
  });
  return ended;
}

}  // namespace segue::naive
