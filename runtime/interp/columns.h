#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/cells/cell.h"
#include "runtime/cells/waits.h"
#include "runtime/interp/program.h"

namespace segue::interp {

/// Events that are alike but for their instant (one name, one set of values) are of one variant.
class Variants {
 public:
  virtual ~Variants() = default;
  /// An event of the variant; its instant, user and tie say nothing. Lives until the next call.
  virtual const Event& variant(uint32_t number) = 0;
};

/// Events of one user in the order in which they are to be applied, a column for what each has.
struct EventColumns {
  std::span<const int64_t> times;      // ascending
  std::span<const uint32_t> variants;  // of each event
  std::span<const uint32_t> classes;   // of each variant: see `class_of`
};

/// Feeds cells from columns, each cell with all its events at once, where no cell looks at another
/// one on the way. What variants do is found once a variant, by the filters of the rules.
///
/// PROOF: a cell has one stream, its occurrences come to it in their order, and neither filters nor
/// values look at cells or conditions, so what stands between two of its occurrences does not
/// matter. Of these are left out:
/// - `newest` k without a zone: all but the k newest;
/// - `newest` that is only tested for being inside windows that end now: what is outside the
///   longest of them, which it is ever after, as all is that it stands before;
/// - `latest`: all but the last; `seen`, `oldest`: all but the first.
class ColumnFeed {
 public:
  explicit ColumnFeed(const Program& program);

  /// Whether a program's cells can be fed so: filters read values alone, and streams are events or
  /// unions of these, but for those that sequences feed.
  bool possible() const { return possible_; }

  /// Variants have other numbers from now on.
  void begin_variants() { ++generation_; }

  /// What a variant is an occurrence of, as a number: equal for all that are of the same streams.
  /// Cost: a look at the kind, or the kind's filters.
  uint32_t class_of(Frame& frame, const Event& variant);

  /// Another user, whose blob is new.
  void begin() {
    for (Waiting& one : waiting_) {
      if (!one.waits.idle()) one.waits.clear();
    }
  }

  /// Feeds the cells of events, of which the last is not after `asked_ms`; all of an instant
  /// together. To `hits` goes the position of each event that is an occurrence for sequences, but
  /// for those whose waits are kept here.
  ///
  /// Cost: a few operations an event, and those of its cells' updates.
  void feed(Frame& frame, const EventColumns& events, int64_t asked_ms, Variants& variants,
            std::vector<uint32_t>& hits);

  /// Ends the waits kept here that are over by `at_ms`, the instant asked for.
  void end_waits(Frame& frame, int64_t at_ms);

  /// Puts the waits kept here into the blob: from now on its user's events come one by one.
  void store_waits(Frame& frame);

  /// Streams of a class that other sequences read.
  std::span<const uint32_t> hit_streams(uint32_t number) const { return classes_[number].hits; }

 private:
  /// Events of a piece, a bit each, the lowest the earliest.
  using Bits = uint64_t;
  static constexpr size_t kPiece = 64;

  /// A sequence that is not advanced instant by instant.
  struct Waiting {
    uint32_t cell;
    uint32_t step_stream;
    uint32_t absence_stream;
    uint32_t ends;  // the stream of its matches
    cells::Waits waits;
  };
  /// What an event can be told to, its *target*: a cell; of a sequence that waits here, as its step
  /// or as what must not come; other sequences, which are one target. Numbered in this order.
  static constexpr uint32_t kTargetsOfWait = 2;
  /// A word of targets, a bit each.
  struct Targets {
    uint32_t word;
    uint64_t bits;
  };
  /// Counts of up to `kLanes` targets, a byte each: a piece has too few events for one to overflow.
  using Counts = uint64_t;
  static constexpr uint32_t kLanes = sizeof(Counts);
  static constexpr uint32_t kLaneBits = 8;
  static constexpr Counts kLane = 0xff;  // the first
  static_assert(kPiece <= kLane);
  static constexpr Counts kOneOfEach = ~Counts{0} / kLane;

  struct Class {
    image::Range targets;  // of `targets_`, by word
    std::vector<uint32_t> hits;
  };
  /// What an event of a class does, if there is one word of targets.
  struct alignas(32) Does {
    uint64_t targets;
    uint64_t leaves;  // targets that events further back may be told to still
    Counts counts;
  };
  /// What a cell keeps of a variant, found once while few are asked for.
  struct Kept {
    uint64_t generation = 0;
    uint32_t variant = 0;
    cells::Occurrence occurrence;
  };
  static constexpr uint32_t kKept = 64;

  /// How a cell takes the events of a piece: those it has to be told, by its own update.
  struct Feed {
    enum class Take : uint8_t {
      kSeen,      // whether there are any
      kCounted,   // how many there are, by its lane of the piece's counts
      kTotal,     // how many there are
      kNewest,    // the newest time
      kNear,      // … of a near cell
      kNewestOf,  // the `most` newest times
      kDay,       // all times that are not too far back
      kLatest,    // the value of the last
      kFirst,     // the first
      kAll,
    };
    Take take = Take::kAll;
    bool has_value = false;
    bool same_always = false;  // its value is that of the variant
    uint32_t offset = 0;
    uint32_t most = 0;            // of times; kCounted: its lane's first bit
    int64_t back_ms = INT64_MAX;  // how far back times matter; INT64_MAX: always
    std::vector<Kept> kept;       // by the low bits of the variant
  };
  struct Piece {
    Frame& frame;
    const int64_t* times;
    const uint32_t* variants;
    Variants* source;
    int64_t asked_ms;
    Counts counts;

    /// Whether a time says something to a cell that looks back so far.
    bool matters(int64_t at_ms, int64_t back_ms) const {
      return back_ms == INT64_MAX || at_ms > asked_ms - back_ms;
    }
  };

  const cells::Occurrence& occurrence_of(const Piece& piece, uint32_t cell, uint32_t variant);
  bool find_possible() const;
  void describe_cells();
  void find_waiting();
  void number_targets();
  void add_stream(uint32_t stream);
  uint32_t number_of_streams();
  void feed_piece(Piece& piece, const EventColumns& events, size_t first, size_t count,
                  std::vector<uint32_t>& hits);
  Counts find_targets(const Piece& piece, std::span<const uint32_t> classes, size_t count);
  Counts find_in_words(const Piece& piece, std::span<const uint32_t> classes, size_t count);
  void tell(uint32_t word, uint64_t targets, Bits event);
  void take_waits(const Piece& piece, Waiting& one, Bits steps, Bits absences);
  void feed_ends(Frame& frame, Waiting& one, int64_t asked_ms);
  static void feed_marked(const Piece& piece, const Feed& cell);
  void feed_cell(const Piece& piece, uint32_t cell, Bits events);
  void feed_times(const Piece& piece, uint32_t cell, Bits events);
  void feed_rest(const Piece& piece, uint32_t cell, Bits events);

  const Program& program_;
  bool possible_;
  std::vector<std::vector<uint32_t>> sure_;   // by kind: streams whose filters hold by the kind
  std::vector<std::vector<uint32_t>> asked_;  // by kind: those whose filters have to be run
  std::vector<uint32_t> fixed_;               // by kind: its class, if none has to be run
  std::vector<Feed> feeds_;                   // by cell
  std::map<std::vector<uint32_t>, uint32_t> numbers_;  // of sets of streams
  std::vector<Waiting> waiting_;
  uint64_t generation_ = 1;  // of variants' numbers
  Kept asked_now_;           // of a cell whose values depend on the instant
  std::vector<Class> classes_;
  std::vector<Targets> targets_;   // of classes
  std::vector<Does> does_;         // by class
  std::vector<uint32_t> streams_;  // of the variant at hand
  uint32_t first_wait_ = 0;        // the first target that is no cell
  uint32_t hit_target_ = 0;
  std::vector<Bits> of_target_;     // zero between pieces
  std::vector<uint64_t> one_does_;  // targets of which one event of a piece, its last, says all
  std::vector<uint64_t> placed_;    // targets that have to know which events they are told
  std::vector<uint64_t> wanted_;    // … that events further back may be told to
  std::vector<uint64_t> told_;      // targets of a piece
};

}  // namespace segue::interp
