#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/image/view.h"

/// From when on what a program says is complete, where some of its cells began to take in
/// occurrences late: those that a deploy made anew.
namespace segue::cells {

/// From when on a cell takes in all that happens.
struct Began {
  int64_t since_ms = kLongAgo.ms;   // all after it; `kLongAgo`: all there ever was
  uint32_t newest = 0;              // of `newest`: the so many newest are right in spite of it
  bool history_starts_now = false;  // what looks at all of history takes it to begin at `since_ms`
  friend bool operator==(const Began&, const Began&) = default;
};

/// Instants in ms.
struct Known {
  /// By row: as of it and from then on the value is what it would be over all history. `kLongAgo`:
  /// always; `kNever`: at no instant that can be told beforehand.
  std::vector<int64_t> nodes;
  /// By row: when the last of the cells began that it reads; of no user who came later anything is
  /// missing.
  std::vector<int64_t> began;
};

/// `began`: by cell. What looks back over a window of W is complete W after its cells began; what
/// looks back over all history never is.
///
/// The answer holds for every user and is never too early: it may be later than what a single
/// user's state would prove (a sequence that starts anew, an `ever` that is true already).
/// Cost: the rows and ops of the program.
Known known_from(const image::View& view, std::span<const Began> began);

/// By cell: as of which instant all that it was fed is what it would be over all history, and it
/// takes it in; `kNever` of a cell that is fed what conditions say: they move with time alone, so
/// that of a user who was known before `began` it does not hang on events that came since.
std::vector<int64_t> fed_right_from(const image::View& view, std::span<const Began> began);

/// The same of cells that are fed what conditions say too, which is right as of `known_from`.
std::vector<int64_t> right_from(const image::View& view, std::span<const Began> began);

}  // namespace segue::cells
