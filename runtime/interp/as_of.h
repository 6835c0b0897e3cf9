#pragma once

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
  /// is not known by then; else `member` and `score` may be asked.
  bool answer(Instant at);
  bool member(uint32_t segment) const {
    const uint32_t place = places_[segment];
    const std::byte* word = interp::truth_word(blob_.data(), place / 64);
    return (cells::load<uint64_t>(word) >> (place % 64) & 1) != 0;
  }
  double score(uint32_t score) const { return score_at(program_, blob_, score, at_); }

 private:
  /// What an occurrence allows a sequence at an instant with no other event.
  struct Touched {
    uint32_t sequence;
    cells::Possible possible;
  };

  void prepare_sequences();
  void create(int64_t at_ms);
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
  std::span<const NativeCode::Fn> code_of_chunk_;
  bool settles_ = false;  // conditions feed cells
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
  std::vector<uint32_t> places_;  // of segments, among the truths
  std::vector<const Event*> order_;
  std::vector<uint32_t> hits_;  // of columns: events that sequences look at
  std::vector<Transition> unused_;
};

}  // namespace segue
