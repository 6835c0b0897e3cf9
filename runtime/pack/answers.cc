#include "runtime/pack/answers.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace segue::pack {
namespace {

using Values = std::vector<std::pair<std::string_view, double>>;

constexpr double kExact = 9007199254740992.0;  // below it sums of whole numbers are exact

/// The sum of the values in order of their users. Of small whole numbers no order matters.
double sum_of(Values& values) {
  double sum = 0;
  double size = 0;
  bool whole = true;
  for (const auto& [user, value] : values) {
    whole = whole && std::trunc(value) == value;
    size += std::abs(value);
    sum += value;
  }
  if (whole && size < kExact) return sum;
  std::sort(values.begin(), values.end());
  sum = 0;
  for (const auto& [user, value] : values) sum += value;
  return sum;
}

}  // namespace

void AsOfStats::add(const AsOfStats& other) {
  events += other.events;
  duplicates += other.duplicates;
  late += other.late;
  users += other.users;
  capped += other.capped;
  newest = std::max(newest, other.newest);
}

AnswerPart::AnswerPart(const Program& program, const AsOfRequest& request)
    : counts_only_(request.counts_only),
      segments_(program.view().segments.size()),
      scores_(request.with_scores ? program.view().scores.size() : 0) {
  for (const Instant at : request.at) {
    Answers& answers = answers_.emplace_back();
    answers.at = at;
    answers.counts.resize(segments_);
    answers.members.resize(segments_);
    answers.scores.resize(scores_);
  }
}

void AnswerPart::add(size_t number, AsOf& as_of, std::string_view user) {
  Answers& answers = answers_[number];
  if (!as_of.answer(answers.at)) return;
  ++answers.users;
  std::string_view copy;
  for (uint32_t segment = 0; segment < segments_; ++segment) {
    if (!as_of.member(segment)) continue;
    ++answers.counts[segment];
    if (counts_only_) continue;
    if (copy.empty()) copy = ids_.copy(user);
    answers.members[segment].push_back(copy);
  }
  for (uint32_t score = 0; score < scores_; ++score) {
    if (copy.empty()) copy = ids_.copy(user);
    answers.scores[score].emplace_back(copy, as_of.score(score));
  }
}

std::vector<Answers> AnswerPart::join(std::vector<AnswerPart>& parts, const AsOfRequest& request) {
  std::vector<Answers> all = std::move(parts[0].answers_);
  for (size_t number = 0; number < all.size(); ++number) {
    Answers& whole = all[number];
    for (size_t i = 1; i < parts.size(); ++i) {
      Answers& part = parts[i].answers_[number];
      whole.users += part.users;
      for (size_t segment = 0; segment < whole.counts.size(); ++segment) {
        whole.counts[segment] += part.counts[segment];
        std::copy(part.members[segment].begin(), part.members[segment].end(),
                  std::back_inserter(whole.members[segment]));
      }
      for (size_t score = 0; score < whole.scores.size(); ++score) {
        std::copy(part.scores[score].begin(), part.scores[score].end(),
                  std::back_inserter(whole.scores[score]));
      }
    }
    for (auto& ids : whole.members) std::sort(ids.begin(), ids.end());
    for (Values& values : whole.scores) {
      if (!request.counts_only) std::sort(values.begin(), values.end());
      whole.sums.push_back(sum_of(values));
    }
  }
  return all;
}

}  // namespace segue::pack
