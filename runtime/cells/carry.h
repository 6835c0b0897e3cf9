#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/cells/blob.h"
#include "runtime/cells/known.h"
#include "runtime/image/view.h"

/// What of a user's state goes over from one program to the next: cells that compute the same
/// (image::CellRow::identity), and those of one family (image::Meanings) that keep more or less of
/// it: rules share cells, so a rule that comes or goes makes those of the others larger or smaller.
namespace segue::cells {

struct CarryPlan {
  struct Move {
    uint32_t from = 0;  // rows of cells
    uint32_t to = 0;
    bool whole = true;  // else the new one asks for more than the old one kept
  };
  std::vector<Move> moves;        // ascending by `to`
  std::vector<uint32_t> fresh;    // cells of the new program that nothing moves to
  std::vector<uint32_t> dropped;  // cells of the old one that nothing takes over
  std::vector<uint32_t> zones;    // by zone of the old program: that of the same name, or kNone
};

/// Cost: the rows and ops of both, once a deploy.
CarryPlan plan_carry(const image::View& from, const image::View& to);

/// From when on the cells of the new program take in what happens. `old`: those of the old one.
/// `at_ms`: of the deploy, all up to and at it is applied under the old program.
/// `history_starts_now`: what looks at all of history takes it to begin then, where it is not
/// known.
std::vector<Began> began_after(const CarryPlan& plan, const image::View& from,
                               std::span<const Began> old, const image::View& to, int64_t at_ms,
                               bool history_starts_now);

/// Which cells of the new program begin with what another state of it has, instead of empty, or
/// with less than they ask for: one that has taken in all events after `since`.
struct FillPlan {
  std::vector<uint32_t> cells;
  std::vector<bool> is_filled;    // by cell
  std::vector<int64_t> since_ms;  // by cell that is: of it all that is dated after is right
};

/// `began`: as of `began_after`; those of the cells that are filled begin earlier then. `since_ms`:
/// the events; `kLongAgo`: all there ever were. `at_ms`: of the deploy. Of some events alone no
/// cell is filled that is fed what conditions say; what it was fed by cells that knew less stays in
/// it.
FillPlan plan_fill(const image::View& to, int64_t since_ms, int64_t at_ms, bool history_starts_now,
                   std::vector<Began>& began);

/// Brings the cells over. `into` is a state as the new program begins it; its user's first and last
/// instant are taken over too. Entries for which no blob has room are dropped, and count as capped.
/// `filled`: a state of the new program that cells of `fill` are taken from, or empty.
/// Cost: a copy of what is kept.
void carry(const CarryPlan& plan, const image::View& from, const Blob& old, const image::View& to,
           Blob& into, const FillPlan& fill = {}, const Blob& filled = {});

}  // namespace segue::cells
