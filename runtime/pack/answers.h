#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/instant.h"
#include "runtime/engine/workers.h"
#include "runtime/interp/as_of.h"

namespace segue::pack {

/// What is asked of all users together.
struct AsOfRequest {
  std::vector<Instant> at;  // ascending; empty: the newest event's
  bool with_scores = false;
  bool counts_only = false;  // how many are in a segment, not who
  unsigned threads = 1;
};

/// Who is in what as of one instant.
struct Answers {
  Instant at;
  uint64_t users = 0;                                  // known by then
  std::vector<uint64_t> counts;                        // by segment
  std::vector<std::vector<std::string_view>> members;  // by segment, sorted; not if only counts
  std::vector<std::vector<std::pair<std::string_view, double>>> scores;  // by score, sorted by user
  std::vector<double> sums;  // by score: of its values, in order of users
};

/// How much was looked at.
struct AsOfStats {
  uint64_t events = 0;
  uint64_t duplicates = 0;
  uint64_t late = 0;
  uint64_t users = 0;
  uint64_t capped = 0;
  Instant newest = kLongAgo;

  void add(const AsOfStats& other);
};

/// Collects what a thread finds out, user by user.
class AnswerPart {
 public:
  AnswerPart(const Program& program, const AsOfRequest& request);

  /// Everything there is to say of the user whose events up to `request.at[number]` were taken.
  void add(size_t number, AsOf& as_of, std::string_view user);

  /// All parts as one, sorted: a list a job for the workers. Ids live as long as the parts.
  static std::vector<Answers> join(std::vector<AnswerPart>& parts, const AsOfRequest& request,
                                   Workers& workers);

 private:
  bool counts_only_;
  size_t segments_;
  size_t scores_;
  Arena ids_;
  std::vector<Answers> answers_;
};

/// Takes one user's instants up to each instant asked for, and notes the answers on the way.
class UserAnswers {
 public:
  UserAnswers(AsOf& as_of, AnswerPart& part, const AsOfRequest& request)
      : as_of_(as_of), part_(part), request_(request) {}

  /// `from`, `end`: what is asked before or from then on is of another.
  void begin(std::string_view user, Instant from = kLongAgo, Instant end = kNever) {
    user_ = user;
    asked_ = 0;
    while (asked_ < request_.at.size() && request_.at[asked_] < from) ++asked_;
    limit_ = asked_;
    while (limit_ < request_.at.size() && request_.at[limit_] < end) ++limit_;
    as_of_.begin(user);
  }

  /// False if nothing at or after `at` is asked for. Answers what was asked before it.
  bool move_to(Instant at) {
    while (asked_ < limit_ && request_.at[asked_] < at) answer();
    return asked_ < limit_;
  }

  /// The instant at hand, after a `move_to` that was true.
  Instant asked() const { return request_.at[asked_]; }

  void end() {
    while (asked_ < limit_) answer();
  }

 private:
  void answer() {
    if (as_of_.known()) part_.add(asked_, as_of_, user_);
    ++asked_;
  }

  AsOf& as_of_;
  AnswerPart& part_;
  const AsOfRequest& request_;
  std::string_view user_;
  size_t asked_ = 0;
  size_t limit_ = 0;
};

}  // namespace segue::pack
