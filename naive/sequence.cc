#include "naive/sequence.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace segue::naive {

Sequence::Sequence(const hir::Stream& stream, Occurrences& occurrences) : stream_(stream) {
  std::map<Instant, std::vector<const Event*>> events;  // without repetition
  const auto add = [&](hir::StreamId id) {
    for (const Event* event : occurrences.of(id)) {
      std::vector<const Event*>& here = events[event->at];
      if (std::find(here.begin(), here.end(), event) == here.end()) here.push_back(event);
    }
  };
  for (const hir::Stream::Step& step : stream.steps) add(step.stream);
  if (stream.absence) add(stream.absence->stream);

  std::vector<std::set<const Event*>> of_step;
  for (const hir::Stream::Step& step : stream.steps) {
    const std::vector<const Event*>& of = occurrences.of(step.stream);
    of_step.emplace_back(of.begin(), of.end());
  }
  std::set<const Event*> absence;
  if (stream.absence) {
    const std::vector<const Event*>& of = occurrences.of(stream.absence->stream);
    absence.insert(of.begin(), of.end());
  }

  for (const auto& [at, here] : events) {
    Moment moment;
    moment.at = at;
    for (const std::set<const Event*>& of : of_step) {
      std::vector<bool>& is_step = moment.is_step.emplace_back();
      for (const Event* event : here) is_step.push_back(of.contains(event));
    }
    for (const Event* event : here) moment.is_absence.push_back(absence.contains(event));
    moment.fits.assign(size() + 1, std::vector<bool>(size() + 1));
    for (size_t first = 0; first < size(); ++first) {
      for (size_t end = first + 1; end <= size(); ++end) {
        moment.fits[first][end] = place(moment, first, end, std::vector<bool>(here.size()));
      }
    }
    moments_.push_back(std::move(moment));
    times_.push_back(at);
  }
}

Duration Sequence::wait() const { return stream_.absence ? stream_.absence->within : Duration{}; }

/// Whether the steps first .. end - 1 can all come at the moment, each by an event of its own that
/// is not `used`: an assignment, found step by step, where a step that finds its events taken asks
/// their owners to move (augmenting paths).
bool Sequence::place(const Moment& moment, size_t first, size_t end, std::vector<bool> used) const {
  for (size_t step = first + 1; step < end; ++step) {
    if (stream_.steps[step].later) return false;
  }
  std::vector<std::optional<size_t>> owner(used.size());
  std::vector<bool> asked;
  const std::function<bool(size_t)> find = [&](size_t step) {
    for (size_t event = 0; event < used.size(); ++event) {
      if (!moment.is_step[step][event] || used[event] || asked[event]) continue;
      asked[event] = true;
      if (owner[event] && !find(*owner[event])) continue;
      owner[event] = step;
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

/// Whether `step` may come at `at`, the ones before it found earlier.
bool Sequence::can_go_on(const Found& found, size_t step, Instant at) const {
  if (step == 0) return true;
  if (!found[step]) return false;
  const std::optional<Duration>& within = stream_.steps[step].within;
  return !within || at - *found[step] <= *within;
}

std::vector<Instant> Sequence::ends(std::span<const size_t> chosen) const {
  std::vector<Instant> ends;
  Found found(size() + 1);
  for (size_t i = 0; i < chosen.size(); ++i) {
    const Moment& moment = moments_[chosen[i]];
    Found now = found;
    for (size_t first = 0; first < size(); ++first) {
      if (!can_go_on(found, first, moment.at)) continue;
      for (size_t end = first + 1; end <= size(); ++end) {
        if (moment.fits[first][end]) now[end] = moment.at;
      }
    }
    if (now[size()] != moment.at) {
      found = now;
      continue;
    }
    if (!stream_.absence || survives(chosen, i, found)) ends.push_back(moment.at + wait());
    found = Found(size() + 1);
  }
  return ends;
}

/// Whether no X cancels the match that ends at `chosen[last]`, `before` being what was found before
/// that moment.
bool Sequence::survives(std::span<const size_t> chosen, size_t last, const Found& before) const {
  const Moment& moment = moments_[chosen[last]];
  const Instant until = moment.at + wait();
  const auto any = [](const Moment& m) {
    return std::find(m.is_absence.begin(), m.is_absence.end(), true) != m.is_absence.end();
  };
  for (size_t i = last + 1; i < chosen.size() && moments_[chosen[i]].at <= until; ++i) {
    if (any(moments_[chosen[i]])) return false;
  }
  if (stream_.absence->later || !any(moment)) return true;

  // The one X of the moment must itself be the last step, the other steps found without it.
  const auto& is_absence = moment.is_absence;
  if (std::count(is_absence.begin(), is_absence.end(), true) > 1) return false;
  const auto x = static_cast<size_t>(std::find(is_absence.begin(), is_absence.end(), true) -
                                     is_absence.begin());
  if (!moment.is_step[size() - 1][x]) return false;
  std::vector<bool> used(is_absence.size());
  used[x] = true;
  for (size_t first = 0; first < size(); ++first) {
    // With only the last step here, X is it; it may not be `later` than a step of this moment.
    const bool alone = first + 1 == size();
    if (!alone && stream_.steps[size() - 1].later) continue;
    if (can_go_on(before, first, moment.at) && place(moment, first, size() - 1, used)) return true;
  }
  return false;
}

}  // namespace segue::naive
