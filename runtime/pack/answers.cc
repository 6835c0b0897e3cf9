#include "runtime/pack/answers.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

namespace segue::pack {
namespace {

using Values = std::vector<std::pair<std::string_view, double>>;

std::string_view id_of(std::string_view id) { return id; }
std::string_view id_of(const std::pair<std::string_view, double>& value) { return value.first; }

/// Sorts what each has an id of its own by that. Ids mostly begin alike: they are compared by the
/// eight bytes behind what is common to all, and whole only where these are the same.
template <class T>
void sort_by_id(std::vector<T>& all) {
  if (all.empty()) return;
  std::string_view common = id_of(all[0]);
  for (const T& one : all) {
    const std::string_view id = id_of(one);
    size_t size = std::min(common.size(), id.size());
    if (std::memcmp(common.data(), id.data(), size) != 0) {
      size = static_cast<size_t>(
          std::mismatch(common.begin(), common.begin() + size, id.begin()).first - common.begin());
    }
    common = common.substr(0, size);
  }
  std::vector<std::pair<uint64_t, T>> keyed;
  keyed.reserve(all.size());
  for (const T& one : all) {
    const std::string_view rest = id_of(one).substr(common.size());
    uint64_t key = 0;
    std::memcpy(&key, rest.data(), std::min(rest.size(), sizeof key));
    keyed.emplace_back(__builtin_bswap64(key), one);
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : id_of(a.second) < id_of(b.second);
  });
  for (size_t i = 0; i < all.size(); ++i) all[i] = keyed[i].second;
}

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
  sort_by_id(values);
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
  as_of.each_segment([&](uint32_t segment) {
    ++answers.counts[segment];
    if (counts_only_) return;
    if (copy.empty()) copy = ids_.copy(user);
    answers.members[segment].push_back(copy);
  });
  for (uint32_t score = 0; score < scores_; ++score) {
    if (copy.empty()) copy = ids_.copy(user);
    answers.scores[score].emplace_back(copy, as_of.score(score));
  }
}

std::vector<Answers> AnswerPart::join(std::vector<AnswerPart>& parts, const AsOfRequest& request,
                                      Workers& workers) {
  std::vector<Answers> all = std::move(parts[0].answers_);
  const size_t segments = parts[0].segments_;
  const size_t lists = segments + parts[0].scores_;
  for (size_t number = 0; number < all.size(); ++number) {
    all[number].sums.resize(parts[0].scores_);
    for (size_t i = 1; i < parts.size(); ++i) {
      const Answers& part = parts[i].answers_[number];
      all[number].users += part.users;
      for (size_t j = 0; j < segments; ++j) all[number].counts[j] += part.counts[j];
    }
  }
  // Calls `append` with the same list of each part but the first.
  const auto each_part = [&](size_t number, const auto& append) {
    for (size_t i = 1; i < parts.size(); ++i) append(parts[i].answers_[number]);
  };
  const auto join_members = [&](size_t number, size_t segment) {
    auto& members = all[number].members[segment];
    each_part(number, [&](const Answers& part) {
      const auto& more = part.members[segment];
      members.insert(members.end(), more.begin(), more.end());
    });
    sort_by_id(members);
  };
  const auto join_scores = [&](size_t number, size_t score) {
    Values& values = all[number].scores[score];
    each_part(number, [&](const Answers& part) {
      const Values& more = part.scores[score];
      values.insert(values.end(), more.begin(), more.end());
    });
    if (!request.counts_only) sort_by_id(values);
    all[number].sums[score] = sum_of(values);
  };
  std::atomic<size_t> next{0};
  workers.run([&](uint32_t) {
    for (size_t job = next++; job < all.size() * lists; job = next++) {
      const size_t list = job % lists;
      list < segments ? join_members(job / lists, list) : join_scores(job / lists, list - segments);
    }
  });
  return all;
}

}  // namespace segue::pack
