#pragma once

#include <functional>
#include <span>
#include <vector>

#include "naive/datum.h"
#include "runtime/base/instant.h"

namespace segue::naive {

class Ops;

/// A value as a function of time: from `pieces()[i].from` on, up to the next piece's, it is
/// `pieces()[i].value`. Neighbours differ. The first piece starts where the user does; before it
/// there is nothing to ask for.
class Steps {
 public:
  struct Piece {
    Instant from;
    Datum value;
  };

  /// Instants ascend; a value equal to the last one makes no piece, and one at the instant of the
  /// last piece replaces it.
  void append(Instant from, const Datum& value);

  /// The value that holds at `t`, which is not before the first piece.
  const Datum& at(Instant t) const;

  std::span<const Piece> pieces() const { return pieces_; }

 private:
  std::vector<Piece> pieces_;
};

/// The function that is `value_at` at each of `instants` and stays so until the next of them:
/// `instants`, in any order, must name every instant at which it can change. Those outside
/// [begin, until] are left out; `begin` is always looked at.
Steps sample(std::vector<Instant> instants, Instant begin, Instant until,
             const std::function<Datum(Instant)>& value_at);

/// `expr` over time, from its children over time.
Steps combine(const hir::Expr& expr, std::span<const Steps* const> children, Instant begin,
              Instant until, Ops& ops);

/// `for D`: true at T when `condition` has been true since T - D or before without interruption,
/// which is counted from its first piece at the earliest. Conditions are looked at once an instant,
/// so what is undone within one instant is no interruption.
Steps held(const Steps& condition, Duration duration, Instant until);

/// What is entered while `enter` holds and left while `leave` does, as kLatched says: out for
/// `cooldown` at least, once it was in, and in for `stay` at least. Once an instant: what is
/// entered is not left at the same instant.
Steps latched(const Steps& enter, const Steps& leave, Duration stay, Duration cooldown,
              Instant until);

/// The decayed count of occurrences at `times` (ascending), of the newest `cap` of them unless it
/// is 0.
Steps decayed(std::span<const Instant> times, uint32_t cap, Duration half_life, Instant begin,
              Instant until);

}  // namespace segue::naive
