#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/cells/blob.h"
#include "runtime/engine/ids.h"
#include "runtime/interp/program.h"
#include "runtime/interp/published_scores.h"

namespace segue {

/// What a user's state has come to at one of its instants, for who answers from copies. Lives as
/// long as the call that gives it.
struct UserUpdate {
  std::string_view id;
  Instant at;
  bool is_gone = false;
  bool is_anew = false;  // `changes` are entries of one of whom nothing was told: after a deploy
  std::span<const Transition> changes;  // of the user since its update before
  std::span<const uint64_t> scores;     // see PublishedScores; of nobody who is gone
};

/// Those of one settling of a shard, in the order in which they came about. A user whose scores
/// stay and who has no changes has none.
class UserUpdates {
 public:
  explicit UserUpdates(const Program& program) : scores_(program) {}

  const PublishedScores& scores() const { return scores_; }

  void clear() {
    updates_.clear();
    words_.clear();
    entered_.clear();
    changes_ = 0;
  }

  /// `changes`: how many there are by now of all users, those of this one included.
  void note(uint32_t id_place, const Blob& blob, size_t changes) {
    if (scores_.words() == 0 && changes == changes_) return;
    const size_t at = words_.size();
    words_.resize(at + scores_.words());
    scores_.take(blob, std::span(words_).subspan(at));
    updates_.push_back({id_place, Kind::kChanged, {blob.header().last_ms}, changes_ = changes});
  }

  /// `entered`: of the segments that hold the user now, in place of whatever changed.
  void note_anew(uint32_t id_place, const Blob& blob, std::span<const Transition> entered,
                 size_t changes) {
    const size_t at = words_.size();
    words_.resize(at + scores_.words());
    scores_.take(blob, std::span(words_).subspan(at));
    changes_ = changes;
    entered_.insert(entered_.end(), entered.begin(), entered.end());
    updates_.push_back({id_place, Kind::kAnew, {blob.header().last_ms}, changes, entered_.size()});
  }
  void note_gone(uint32_t id_place, Instant at, size_t changes) {
    words_.resize(words_.size() + scores_.words());
    updates_.push_back({id_place, Kind::kGone, at, changes_ = changes});
  }

  /// `changes`: all of them.
  template <class Give>
  void give(const Ids& ids, std::span<const Transition> changes, const Give& give) const {
    std::span<const uint64_t> words = words_;
    size_t begin = 0;
    size_t entered_begin = 0;
    for (const Update& update : updates_) {
      const bool is_gone = update.kind == Kind::kGone;
      const bool is_anew = update.kind == Kind::kAnew;
      std::span<const Transition> of_user = changes.subspan(begin, update.changes_end - begin);
      if (is_anew) {
        of_user = std::span(entered_).subspan(entered_begin, update.entered_end - entered_begin);
        entered_begin = update.entered_end;
      }
      give(UserUpdate{ids[update.id_place], update.at, is_gone, is_anew, of_user,
                      words.first(is_gone ? 0 : scores_.words())});
      words = words.subspan(scores_.words());
      begin = update.changes_end;
    }
  }

 private:
  enum class Kind : uint8_t { kChanged, kAnew, kGone };
  struct Update {
    uint32_t id_place;
    Kind kind;
    Instant at;
    size_t changes_end;
    size_t entered_end = 0;  // kAnew
  };

  PublishedScores scores_;
  std::vector<Update> updates_;
  std::vector<uint64_t> words_;
  std::vector<Transition> entered_;
  size_t changes_ = 0;
};

}  // namespace segue
