#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/interp/program.h"

namespace segue::interp {

/// Which truth a filter has of every event of a kind, if that says it all.
std::optional<bool> truth_by_kind(const Prepared& prepared, std::span<const image::OpRow> code,
                                  uint32_t kind);

/// How far back each `newest` cell is looked into, by cell: 0 if it is not.
std::vector<int64_t> looks_back(const image::View& view);

/// Which events of a user's past an answer as of an instant depends on: the others need not be
/// applied. What can be left out is decided once a program.
///
/// PROOF: a cell of a kind below is the same after an answer whether an event was applied or not:
/// - `newest` k without a zone: if k later events are sure to feed it, those alone are kept;
/// - `latest`: if a later event is sure to feed it, that alone is kept;
/// - `seen`: if a later event is sure to feed it, it is set anyway;
/// - `newest` that is only tested for being inside windows that end now: a time that is outside
///   the longest of them is outside of it ever after, and so are all that it stands before.
/// Events that feed another kind of cell, a sequence, a union, or what a filter reads are always
/// needed, and so are all that are read where conditions feed cells or users have their own zone.
/// An event is sure to feed what it feeds by its kind alone, whatever its values.
class Needed {
 public:
  Needed(const Program& program, bool all);

  /// Marks the events of one user that are needed: `times` ascending and all up to `at_ms`, by
  /// which `kind_of(i)` is the kind of each; `needed` gets a flag an event, the same for all of an
  /// instant. The event that makes a user known is needed whatever is said here.
  ///
  /// Cost: a few operations an event.
  template <class KindOf>
  void mark(std::span<const int64_t> times, const KindOf& kind_of, int64_t at_ms,
            uint8_t* needed) const {
    uint64_t open = ~uint64_t{0};  // what events still earlier could change
    uint32_t left[64];
    for (size_t bit = 0; bit < limits_.size(); ++bit) left[bit] = limits_[bit];
    size_t behind = 0;
    for (size_t end = times.size(); end > 0;) {
      size_t begin = end - 1;
      while (behind < horizons_.size() && times[begin] <= at_ms - horizons_[behind].ms) {
        open &= ~horizons_[behind++].cells;
      }
      const Kind& kind = kinds_[kind_of(begin).index];
      bool any = (kind.touches & open) != 0;
      if (begin == 0 || times[begin - 1] != times[begin]) {
        // Of an instant with more than one event some may be copies, so none is sure.
        for (uint64_t sure = kind.sure & open; sure != 0; sure &= sure - 1) {
          const auto bit = static_cast<uint32_t>(std::countr_zero(sure));
          if (--left[bit] == 0) open &= ~(uint64_t{1} << bit);
        }
      } else {
        for (; begin > 0 && times[begin - 1] == times[begin]; --begin) {
          any = any || (kinds_[kind_of(begin - 1).index].touches & open) != 0;
        }
      }
      for (; end > begin; --end) needed[end - 1] = any ? 1 : 0;
    }
  }

 private:
  /// Bits of what an event feeds: cells by number among those of the proof, all else the last.
  struct Kind {
    uint64_t touches = 0;
    uint64_t sure = 0;
  };
  /// Cells into which nothing is seen that is so old.
  struct Horizon {
    int64_t ms;
    uint64_t cells;
  };

  void find_cells(const image::View& view);

  std::vector<Kind> kinds_;
  std::vector<uint64_t> bit_of_cell_;
  std::vector<uint64_t> counted_;  // by cell: its bit if so many later events cover all others
  std::vector<uint32_t> limits_;   // by bit: how many
  std::vector<Horizon> horizons_;  // ascending
};

}  // namespace segue::interp
