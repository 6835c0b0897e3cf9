#include "naive/steps.h"

#include <algorithm>

#include "runtime/base/check.h"

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
    for (const Instant t : crossings(expr, values, borders[i], end)) {
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

}  // namespace segue::naive
