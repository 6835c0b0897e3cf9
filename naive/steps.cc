#include "naive/steps.h"

#include <algorithm>
#include <set>

#include "naive/moving.h"
#include "naive/ops.h"
#include "runtime/base/check.h"
#include "runtime/base/decay.h"

namespace segue::naive {

void Steps::append(Instant from, const Datum& value) {
  SEGUE_CHECK(pieces_.empty() || pieces_.back().from <= from, "pieces come in order of time");
  if (!pieces_.empty() && pieces_.back().from == from) pieces_.pop_back();
  if (!pieces_.empty() && pieces_.back().value == value) return;
  pieces_.push_back({from, value});
}

const Datum& Steps::at(Instant t) const {
  const auto after = std::partition_point(pieces_.begin(), pieces_.end(),
                                          [&](const Piece& piece) { return piece.from <= t; });
  SEGUE_CHECK(after != pieces_.begin(), "nothing is known of a user before the first event");
  return std::prev(after)->value;
}

Steps sample(std::vector<Instant> instants, Instant begin, Instant until,
             const std::function<Datum(Instant)>& value_at) {
  instants.push_back(begin);
  std::sort(instants.begin(), instants.end());
  instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
  Steps steps;
  for (const Instant t : instants) {
    if (t >= begin && t <= until) steps.append(t, value_at(t));
  }
  return steps;
}

Steps combine(const hir::Expr& expr, std::span<const Steps* const> children, Instant begin,
              Instant until, Ops& ops) {
  std::vector<Instant> borders = {begin};
  for (const Steps* child : children) {
    for (const Steps::Piece& piece : child->pieces()) borders.push_back(piece.from);
  }
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());

  Steps steps;
  std::vector<Datum> values(children.size());
  for (size_t i = 0; i < borders.size(); ++i) {
    const Instant end = i + 1 < borders.size() ? borders[i + 1] : Instant{until.ms + 1};
    for (size_t c = 0; c < children.size(); ++c) values[c] = children[c]->at(borders[i]);
    steps.append(borders[i], ops.apply(expr, values, borders[i]));
    for (const Instant t : ops.changes(expr, values, borders[i], end)) {
      steps.append(t, ops.apply(expr, values, t));
    }
  }
  return steps;
}

Steps held(const Steps& condition, Duration duration, Instant until) {
  const std::span<const Steps::Piece> pieces = condition.pieces();
  Steps steps;
  steps.append(pieces.front().from, of_truth(false));
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].value.holds()) continue;
    // Neighbours differ, so this piece is the whole time without interruption.
    const Instant end = i + 1 < pieces.size() ? pieces[i + 1].from : Instant{until.ms + 1};
    const Instant true_from = pieces[i].from + duration;
    if (true_from >= end) continue;
    steps.append(true_from, of_truth(true));
    if (end <= until) steps.append(end, of_truth(false));
  }
  return steps;
}

Steps latched(const Steps& enter, const Steps& leave, Duration stay, Duration cooldown,
              Instant until) {
  std::set<Instant> looks;
  for (const Steps::Piece& piece : enter.pieces()) looks.insert(piece.from);
  for (const Steps::Piece& piece : leave.pieces()) looks.insert(piece.from);
  Steps steps;
  steps.append(*looks.begin(), of_truth(false));
  bool in = false;
  std::optional<Instant> since;  // the last turn
  while (!looks.empty()) {
    const Instant now = *looks.begin();
    looks.erase(looks.begin());
    if (now > until) break;
    const bool free = !since || now - *since >= (in ? stay : cooldown);
    if (!free || !(in ? leave : enter).at(now).holds()) continue;
    in = !in;
    since = now;
    steps.append(now, of_truth(in));
    const Duration wait = in ? stay : cooldown;
    if (wait.ms > 0) looks.insert(now + wait);
  }
  return steps;
}

Steps decayed(std::span<const Instant> times, uint32_t cap, Duration half_life, Instant begin,
              Instant until) {
  Steps steps;
  steps.append(begin, of_number(0));
  for (size_t end = 1; end <= times.size(); ++end) {
    const Instant now = times[end - 1];
    if (now > until) break;
    if (end < times.size() && times[end] == now) continue;  // all of an instant together
    size_t i = cap == 0 || end <= cap ? 0 : end - cap;
    double value = 0;
    Instant at = times[i];
    while (i < end) {
      double here = 0;
      const Instant instant = times[i];
      for (; i < end && times[i] == instant; ++i) ++here;
      value = value * half_life_factor(instant - at, half_life) + here;
      at = instant;
    }
    steps.append(now, decaying(value, now, half_life));
  }
  return steps;
}

}  // namespace segue::naive
