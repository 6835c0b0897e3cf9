#include "runtime/cells/attempts.h"

#include <algorithm>

#include "runtime/cells/capped.h"

namespace segue::cells {

void Attempts::take(const Moment& moment) {
  own_.clear();
  const auto of_key = [&](const Attempt& attempt) { return attempt.key == moment.key; };
  std::copy_if(all_.begin(), all_.end(), std::back_inserter(own_), of_key);
  if (!own_.empty()) std::erase_if(all_, of_key);
  // An occurrence of the absence ends every wait, also one that would be over at this very instant;
  // the match that ends now has its own say (`clean`).
  if (moment.possible.absence()) {
    std::erase_if(own_, [&](const Attempt& attempt) { return attempt.step == steps(); });
  }
  go_on(moment);
  prune(moment.at_ms);
  all_.insert(all_.end(), own_.begin(), own_.end());
}

/// The latest start among the partial matches that `step` may continue now, `kLongAgo` if none.
int64_t Attempts::best_start(size_t step, int64_t now_ms) const {
  const image::StepRow& row = sequence_.steps[step];
  int64_t best = kLongAgo.ms;
  for (const Attempt& attempt : own_) {
    if (attempt.step + 1 != step) continue;
    const int64_t gap = now_ms - attempt.at_ms;
    const bool fits = gap >= row.after_ms && gap <= row.within_ms && (gap > 0 || row.later == 0);
    if (fits && !is_dead(attempt, now_ms)) best = std::max(best, attempt.start_ms);
  }
  return best;
}

/// Reaches steps by runs of this instant's events. At most one match ends at it, and then all that
/// was under way is used up.
///
/// Where starts are told nothing is used up, and a first step starts at its instant.
///
/// PROOF: the starts that are told never fall. Of the steps that a step at t may continue, those at
/// t' > t are no older: a longest gap and a breaker rule out the older ones first, a shortest gap
/// lets newer ones in, and a run of steps at t itself can be continued at t' if what lies before it
/// can. So by induction over the steps the latest start that leads to each of them never falls, nor
/// do those of whole matches. A limit for the whole leaves out starts before a time that only
/// rises. Of too many that wait the oldest go, whose starts are the earliest.
void Attempts::go_on(const Moment& moment) {
  const bool tells_starts = sequence_.row.starts != 0;
  const int64_t first_start = tells_starts ? moment.at_ms : moment.start_ms;
  int64_t starts[kStepsMax];
  for (size_t i = 0; i < steps(); ++i) {
    starts[i] = i == 0 ? first_start : best_start(i, moment.at_ms);
  }
  // A limit for the whole counts to the end of the wait.
  const int64_t limit_ms = sequence_.row.all_within_ms;
  const int64_t end_ms = moment.at_ms + sequence_.row.absence_ms;
  const auto in_time = [&](int64_t start_ms) {
    return start_ms != kLongAgo.ms && (limit_ms == INT64_MAX || end_ms - start_ms <= limit_ms);
  };
  const auto best_of = [&](uint64_t runs) {
    int64_t best = kLongAgo.ms;
    for (size_t i = 0; i < steps(); ++i) {
      if ((runs >> i & 1) != 0) best = std::max(best, starts[i]);
    }
    return best;
  };
  const auto last = static_cast<uint32_t>(steps() - 1);
  const uint64_t whole = runs_to(moment.possible.runs, last);
  if (tells_starts) {
    const int64_t start_ms = best_of(whole);
    if (in_time(start_ms)) ended_.push_back({moment.key, start_ms, moment.at_ms});
  } else if (in_time(best_of(whole))) {
    std::erase_if(own_, [&](const Attempt& attempt) { return attempt.step < steps(); });
    const int64_t start_ms =
        sequence_.has_absence() ? best_of(whole & moment.possible.clean) : best_of(whole);
    if (!in_time(start_ms)) return;
    if (sequence_.has_absence()) {
      add(moment, steps(), start_ms);
    } else {
      ended_.push_back({moment.key, start_ms, moment.at_ms});
    }
    return;
  }
  // What breaks a gap lies strictly inside it: not at this instant, so it spoils later ones.
  std::erase_if(own_, [&](const Attempt& attempt) {
    return attempt.step < last && (moment.breakers >> (attempt.step + 1) & 1) != 0;
  });
  for (uint32_t j = 0; j < last; ++j) {
    const int64_t start_ms = best_of(runs_to(moment.possible.runs, j));
    if (start_ms != kLongAgo.ms) add(moment, j, start_ms);
  }
}

void Attempts::add(const Moment& moment, size_t step, int64_t start_ms) {
  own_.push_back({moment.key, moment.at_ms, start_ms, step});
}

/// Whether a partial match can never be continued after `now_ms`, nor at it by another moment.
bool Attempts::is_dead(const Attempt& attempt, int64_t now_ms) const {
  if (attempt.step == steps()) return false;
  const int64_t limit_ms = sequence_.row.all_within_ms;
  if (limit_ms != INT64_MAX && now_ms - attempt.start_ms > limit_ms) return true;
  return now_ms - attempt.at_ms > sequence_.steps[attempt.step + 1].within_ms;
}

/// Keeps of each step what can still matter.
///
/// PROOF: a partial match that the next step may already continue (its shortest gap is over) is
/// worth no more than a newer one that it may continue too and that starts no earlier: the newer
/// one stays within every longest gap, and outlives every breaker, at least as long. Where first
/// steps are events the starts rise with the times, since the newest of what a step may continue
/// moves to the right; then one of those is left.
void Attempts::prune(int64_t now_ms) {
  std::erase_if(own_, [&](const Attempt& attempt) { return is_dead(attempt, now_ms); });
  std::sort(own_.begin(), own_.end(), [](const Attempt& a, const Attempt& b) {
    if (a.step != b.step) return a.step < b.step;
    return a.at_ms != b.at_ms ? a.at_ms < b.at_ms : a.start_ms < b.start_ms;
  });
  size_t kept = own_.size();  // from here to the end are those that stay
  uint64_t step = UINT64_MAX;
  int64_t best = kLongAgo.ms;
  size_t of_step = 0;
  for (size_t i = own_.size(); i-- > 0;) {
    const Attempt attempt = own_[i];
    if (attempt.step != step) {
      step = attempt.step;
      best = kLongAgo.ms;
      of_step = 0;
    }
    if (attempt.step < steps()) {
      const bool ripe = now_ms - attempt.at_ms >= sequence_.steps[attempt.step + 1].after_ms;
      if (ripe && attempt.start_ms <= best) continue;
      if (ripe) best = attempt.start_ms;
      if (++of_step > image::kSequenceWaitingMax) {
        note_capped(1);
        continue;
      }
    }
    own_[--kept] = attempt;
  }
  own_.erase(own_.begin(), own_.begin() + static_cast<std::ptrdiff_t>(kept));
}

void Attempts::end_waits(int64_t now_ms) {
  if (!sequence_.has_absence()) return;
  const size_t before = ended_.size();
  const int64_t wait_ms = sequence_.row.absence_ms;
  std::erase_if(all_, [&](const Attempt& attempt) {
    const bool over = attempt.step == steps() && attempt.at_ms <= now_ms - wait_ms;
    if (over) ended_.push_back({attempt.key, attempt.start_ms, attempt.at_ms + wait_ms});
    return over;
  });
  std::sort(ended_.begin() + static_cast<std::ptrdiff_t>(before), ended_.end(),
            [](const Ended& a, const Ended& b) { return scalar_less(a.key, b.key); });
}

void Attempts::end_instant(int64_t now_ms) {
  if (sequence_.row.by != image::kNone) limit_keys(now_ms);
}

/// The value whose newest event is oldest goes first; at one instant the smaller fingerprint, since
/// moments came in that order.
void Attempts::limit_keys(int64_t now_ms) {
  const auto keys = [&] {
    size_t count = 0;
    for (size_t i = 0; i < all_.size(); ++i) count += i == 0 || !(all_[i].key == all_[i - 1].key);
    return count;
  };
  if (all_.size() <= image::kSequenceKeysMax || keys() <= image::kSequenceKeysMax) return;
  std::erase_if(all_, [&](const Attempt& attempt) { return is_dead(attempt, now_ms); });
  size_t many = keys();
  if (many > image::kSequenceKeysMax) note_capped(many - image::kSequenceKeysMax);
  size_t gone = 0;
  for (; many > image::kSequenceKeysMax; --many) {
    const Scalar key = all_[gone].key;
    while (gone < all_.size() && all_[gone].key == key) ++gone;
  }
  all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(gone));
}

int64_t Attempts::deadline_ms() const {
  int64_t deadline = kNever.ms;
  for (const Attempt& attempt : all_) {
    if (attempt.step != steps()) continue;
    deadline = std::min(deadline, attempt.at_ms + sequence_.row.absence_ms);
  }
  return deadline;
}

}  // namespace segue::cells
