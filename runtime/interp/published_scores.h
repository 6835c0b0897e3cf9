#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/cells/blob.h"
#include "runtime/image/tables.h"
#include "runtime/interp/program.h"

namespace segue {

/// What of a user's state its scores need, as words of a fixed number: few enough to be copied at
/// each change, for readers that may not look at the state itself. From them comes the double that
/// `score_at` gives of the state.
///
/// A score that stands still between deadlines is one word. Of one with a half-life the words are
/// the counts that decay, each as of its last instant, and what else its arithmetic reads.
/// Immutable; any thread. Cost of both calls: the ops of the scores.
class PublishedScores {
 public:
  /// `program` outlives it.
  explicit PublishedScores(const Program& program);

  size_t words() const { return words_; }

  /// `into` has room for `words()`; `blob` is not empty.
  void take(const Blob& blob, std::span<uint64_t> into) const;

  /// As of an instant not before the one that the state was settled at, and before its next
  /// deadline.
  double value(std::span<const uint64_t> words, uint32_t score, Instant at) const;

 private:
  /// Of the code that is left to be run where words are read.
  struct Step {
    enum class Kind : uint8_t {
      kWord,   // pushes what `code` came to
      kDecay,  // two words: a count and its last instant
      kOp,     // runs `row` on what was pushed
    };
    Kind kind = Kind::kOp;
    bool is_wide = false;  // kWord: it is two of them
    uint32_t word = 0;
    image::OpRow row{};
    image::Range code{};
  };
  struct Score {
    uint32_t word = 0;        // if it stands still
    std::vector<Step> steps;  // else
  };

  class Planner;

  const Program& program_;
  size_t words_ = 0;
  std::vector<Score> scores_;
};

}  // namespace segue
