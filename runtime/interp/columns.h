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
    for (Waiting& one : waiting_) one.waits.clear();
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
    Bits steps = 0;     // zero between pieces
    Bits absences = 0;  // zero between pieces
  };
  struct Class {
    image::Range cells;                            // of `cells_of_classes_`
    std::vector<std::pair<uint32_t, bool>> waits;  // by number; whether as its step
    std::vector<uint32_t> hits;
  };
  /// What a cell keeps of a variant, found once while few are asked for.
  struct Kept {
    uint64_t generation = 0;
    uint32_t variant = 0;
    cells::Occurrence occurrence;
  };
  static constexpr uint32_t kKept = 64;

  /// How a cell takes its events.
  struct Feed {
    enum class Choice : uint8_t { kAll, kFirst, kLast, kNewest };
    enum class Push : uint8_t { kSeen, kNewest, kNear, kTotal, kAny };
    Choice choice = Choice::kAll;
    Push push = Push::kAny;
    bool has_value = false;
    bool same_always = false;  // its value is that of the variant
    std::vector<Kept> kept;    // by the low bits of the variant
    uint32_t offset = 0;
    uint32_t most = 0;    // kNewest: as many are kept
    int64_t back_ms = 0;  // kNewest: … of those so near; INT64_MAX: all
  };
  struct Piece {
    Frame& frame;
    const int64_t* times;
    const uint32_t* variants;
    Variants* source;
    int64_t asked_ms;
  };

  const cells::Occurrence& occurrence_of(const Piece& piece, uint32_t cell, uint32_t variant);
  bool find_possible() const;
  void describe_cells();
  void find_waiting();
  void add_stream(uint32_t stream);
  uint32_t number_of_streams();
  void feed_piece(const Piece& piece, const EventColumns& events, size_t first, size_t count,
                  std::vector<uint32_t>& hits);
  void take_waits(const Piece& piece, Waiting& one);
  void feed_ends(Frame& frame, Waiting& one, int64_t asked_ms);
  static Bits choose(const Piece& piece, const Feed& cell, Bits events);
  void feed_cell(const Piece& piece, uint32_t cell, Bits events);
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
  std::vector<uint32_t> cells_of_classes_;
  std::vector<uint32_t> streams_;  // of the variant at hand
  std::vector<Bits> of_class_;     // zero between pieces
  std::vector<Bits> of_cell_;      // zero between pieces
  std::vector<uint32_t> touched_;  // cells of a piece
};

}  // namespace segue::interp
