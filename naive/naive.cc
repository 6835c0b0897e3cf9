#include "naive/naive.h"

#include <algorithm>
#include <tuple>

#include "compiler/sema/zones.h"
#include "naive/evaluator.h"
#include "naive/moving.h"
#include "runtime/base/check.h"

namespace segue::naive {
namespace {

/// The piece that holds at `t`; none before the first.
template <class Piece>
const Piece* piece_at(const std::vector<Piece>& pieces, Instant t) {
  const auto after = std::partition_point(pieces.begin(), pieces.end(),
                                          [&](const Piece& piece) { return piece.from <= t; });
  return after == pieces.begin() ? nullptr : &*std::prev(after);
}

std::vector<TruthPiece> truths(const Steps& steps) {
  std::vector<TruthPiece> pieces;
  for (const Steps::Piece& piece : steps.pieces()) {
    const bool value = piece.value.holds();
    if (pieces.empty() || pieces.back().value != value) pieces.push_back({piece.from, value});
  }
  return pieces;
}

std::vector<NumberPiece> numbers(const Steps& steps) {
  std::vector<NumberPiece> pieces;
  for (const Steps::Piece& piece : steps.pieces()) {
    const Datum datum = still(piece.value, piece.from);
    std::optional<double> value;
    if (datum.kind == Datum::Kind::kNumber) value = datum.number;
    const bool same = !pieces.empty() && pieces.back().value == value &&
                      pieces.back().moving == piece.value.moving;
    if (!same) pieces.push_back({piece.from, value, piece.value.moving});
  }
  return pieces;
}

}  // namespace

bool Timeline::member_at(hir::SegmentId segment, Instant t) const {
  SEGUE_CHECK(t <= until_, "a timeline ends where it was asked to");
  const TruthPiece* piece = piece_at(segments_[segment.index], t);
  return piece != nullptr && piece->value;
}

std::optional<double> Timeline::score_at(hir::ScoreId score, Instant t) const {
  SEGUE_CHECK(t <= until_, "a timeline ends where it was asked to");
  const NumberPiece* piece = piece_at(scores_[score.index], t);
  if (piece == nullptr) return {};
  if (piece->moving == nullptr) return piece->value;
  Datum datum = of_number(0);
  datum.moving = piece->moving;
  datum = still(datum, t);
  if (datum.missing()) return {};
  return datum.number;
}

std::span<const TruthPiece> Timeline::membership(hir::SegmentId segment) const {
  return segments_[segment.index];
}

std::span<const NumberPiece> Timeline::score(hir::ScoreId score) const {
  return scores_[score.index];
}

std::vector<Change> Timeline::changes() const {
  std::vector<Change> changes;
  for (uint32_t i = 0; i < segments_.size(); ++i) {
    bool member = false;  // nobody is in anything before the first event
    for (const TruthPiece& piece : segments_[i]) {
      if (piece.value == member) continue;
      member = piece.value;
      Change change{piece.from, {i}, member, Cause::kTime, {}};
      const auto moment = std::partition_point(moments_.begin(), moments_.end(),
                                               [&](const Moment& m) { return m.at < piece.from; });
      if (moment != moments_.end() && moment->at == piece.from) {
        change.cause = moment->cause;
        change.event = moment->event;
      }
      changes.push_back(std::move(change));
    }
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.at, a.segment) < std::tie(b.at, b.segment);
  });
  return changes;
}

Timeline evaluate(const hir::Rules& rules, std::span<const ZoneView> zones, const History& history,
                  Instant until) {
  Timeline timeline;
  timeline.until_ = until;
  timeline.segments_.resize(rules.segments.size());
  timeline.scores_.resize(rules.scores.size());
  const Past past(rules.schema, history, until);
  if (past.empty()) return timeline;

  Evaluator evaluator(rules, zones, past);
  for (uint32_t i = 0; i < rules.segments.size(); ++i) {
    timeline.segments_[i] = truths(evaluator.segment({i}));
  }
  for (uint32_t i = 0; i < rules.scores.size(); ++i) {
    timeline.scores_[i] = numbers(evaluator.score({i}));
  }
  // Identify calls come first within an instant, so what follows them decides what it is called.
  for (const Event* event : past.events()) {
    auto& moments = timeline.moments_;
    if (moments.empty() || moments.back().at != event->at) {
      moments.push_back({event->at, Cause::kTrait, {}});
    }
    if (event->kind == kIdentifyKind || moments.back().cause == Cause::kEvent) continue;
    moments.back().cause = Cause::kEvent;
    moments.back().event = event->name;
  }
  return timeline;
}

Timeline evaluate(const hir::Rules& rules, const History& history, Instant until) {
  std::vector<std::vector<ZoneTransition>> tables;
  for (const std::string& name : rules.zones) {
    Result<std::vector<ZoneTransition>> table = load_zone(name);
    SEGUE_CHECK(table.has_value(), "the checker lets no unknown zone through");
    tables.push_back(std::move(table).value());
  }
  std::vector<ZoneView> zones;
  for (const std::vector<ZoneTransition>& table : tables) zones.emplace_back(table);
  return evaluate(rules, zones, history, until);
}

}  // namespace segue::naive
