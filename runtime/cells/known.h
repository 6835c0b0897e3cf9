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
  int64_t since_ms = kLongAgo.ms;  // all after it; `kLongAgo`: all there ever was
  uint32_t newest = 0;             // of `newest`: the so many newest are right in spite of it
};

/// Instants in ms: as of it and from then on the value is what it would be over all history.
/// `kLongAgo`: always; `kNever`: at no instant that can be told beforehand.
struct Known {
  std::vector<int64_t> cells;  // by row: it took in all that happened after it
  std::vector<int64_t> nodes;  // by row
};

/// `began`: by cell. What looks back over a window of W is complete W after its cells began; what
/// looks back over all history never is, or with `history_starts_now` from then on.
///
/// The answer holds for every user and is never too early: it may be later than what a single
/// user's state would prove (a sequence that starts anew, an `ever` that is true already).
/// Cost: the rows and ops of the program.
Known known_from(const image::View& view, std::span<const Began> began, bool history_starts_now);

}  // namespace segue::cells
