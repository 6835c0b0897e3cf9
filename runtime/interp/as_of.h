#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/cells/blob.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/matching.h"
#include "runtime/interp/chunks.h"
#include "runtime/interp/columns.h"
#include "runtime/interp/needed.h"
#include "runtime/interp/prepared.h"
#include "runtime/interp/program.h"
#include "runtime/interp/sequences.h"

namespace segue {

/// Answers for one user after the other, as of given instants: no timers, no changes.
///
/// Conditions are functions of cells and the instant, so mostly only cells are fed until somebody
/// asks; deadlines are drained where they feed cells too (the waits of sequences). Where conditions
/// themselves feed cells (`for D`, `entered`, `stay`), each instant is settled as an engine does.
/// One instance a thread.
class AsOf {
 public:
  explicit AsOf(const Program& program);
  AsOf(const AsOf&) = delete;
  AsOf& operator=(const AsOf&) = delete;

  /// Another user, of whom nothing is known yet. The id must live until the next one.
  void begin(std::string_view user);

  /// Which events must be taken even if the user is known already.
  const interp::Needed& needed() const { return needed_; }
  bool known() const { return known_; }

  /// Whether copies and the order of an instant have to be told by ties whatever the caller says:
  /// then `take` puts events in order by itself.
  bool settles() const { return settles_; }

  /// The events of the user's next instant. `in_order`: they stand as they are to be applied, and
  /// none is a copy.
  void take(std::span<const Event> events, bool in_order);

  /// Whether a user's events may come in columns, of which then all are taken. Once some have come
  /// one by one, that user's come so to the end.
  bool takes_columns() const { return takes_columns_; }

  /// See ColumnFeed.
  void begin_variants() { columns_.begin_variants(); }
  uint32_t class_of(const Event& variant) { return columns_.class_of(frame_, variant); }

  /// The events of the user's next instants, none of them a copy, none after `asked`, the next
  /// instant to be asked for.
  void take(const interp::EventColumns& events, Instant asked, interp::Variants& variants);

  /// As of `at`, not before the last instant taken and all before the next one. False if the user
  /// is not known by then; else `each_segment` and `score` may be asked.
  bool answer(Instant at);
  /// Calls `is_in` with each segment the user is in. Cost: a word of truths for 64 conditions.
  template <class IsIn>
  void each_segment(const IsIn& is_in) const {
    for (const Prepared::Watched& at : prepared_.watched_by_any()) {
      uint64_t left = at.mask & cells::load<uint64_t>(interp::truth_word(blob_.data(), at.word));
      for (; left != 0; left &= left - 1) {
        const uint32_t place = at.word * 64 + static_cast<uint32_t>(std::countr_zero(left));
        for (const uint32_t segment : prepared_.segments_at(place)) is_in(segment);
      }
    }
  }
  double score(uint32_t score) const { return score_at(program_, blob_, score, at_); }

 private:
  /// What an occurrence allows a sequence at an instant with no other event.
  struct Touched {
    uint32_t sequence;
    cells::Possible possible;
  };

  void prepare_sequences();
  void look_for_native();
  void create(int64_t at_ms, int64_t near_ms);
  void take_alone(const Event& event);
  void advance_alone();
  void begin_events();
  void take_hits(int64_t at_ms, const interp::EventColumns& events, std::span<const uint32_t> hits);
  void drain(int64_t through_ms);
  void settle_waits(int64_t at_ms);
  void settle(int64_t at_ms, std::span<const Event* const> events);
  void apply_event(const Event& event);

  const Program& program_;
  const Prepared& prepared_;
  std::span<const NativeCode::Fn> code_of_kind_;  // native, once there is some
  const NativeCode* native_ = nullptr;
  std::vector<NativeCode::Fn> code_of_chunk_;  // null: interpreted
  bool settles_ = false;                       // conditions feed cells
  interp::Needed needed_;
  interp::ColumnFeed columns_;
  bool waits_ = false;     // a sequence ends with a wait
  bool has_zone_ = false;  // the user's own
  bool plain_ = false;     // all sequences are, and none is made of matches
  bool takes_columns_ = false;
  bool by_events_ = false;                        // the user's come one by one
  std::vector<std::vector<Touched>> touched_by_;  // a stream; if `plain_`
  std::vector<Touched> touched_;                  // by the event at hand
  Blob blob_;
  std::vector<std::byte> fresh_;  // the fixed part of a new user
  std::string_view user_;
  bool known_ = false;
  int64_t next_ms_ = kNever.ms;  // the next wait that may be over
  Instant at_;
  std::vector<uint64_t> dirty_;
  Frame frame_;
  interp::SequenceScratch sequences_;
  std::vector<const Event*> order_;
  std::vector<uint32_t> hits_;  // of columns: events that sequences look at
  std::vector<Transition> unused_;
};

}  // namespace segue
