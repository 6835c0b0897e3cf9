#pragma once

#include <span>
#include <vector>

#include "naive/items.h"
#include "naive/local_zone.h"
#include "naive/texts.h"

namespace segue::naive {

/// The ops that depend on nothing but their children's values: all but the leaves over history and
/// those of an event expression. Keeps the texts that they make.
class Ops {
 public:
  /// Keeps a reference.
  explicit Ops(const LocalZones& zones) : zones_(zones) {}

  /// The value of `expr` at `now`, given those of its children.
  Datum apply(const hir::Expr& expr, std::span<const Datum> children, Instant now);

  /// The instants in (after, before) from which on `expr` may be another, though its children stay
  /// as they are: where times that it compares meet and part, where local time turns, where numbers
  /// that move with the clock come to compare otherwise. Ascending.
  std::vector<Instant> changes(const hir::Expr& expr, std::span<const Datum> children,
                               Instant after, Instant before);

  /// kItem of this item.
  Datum item(const hir::Expr& expr, const Value& item) { return items_.part(expr, item); }

 private:
  std::optional<Instant> first_change(const hir::Expr& expr, std::span<const Datum> children,
                                      Instant first, Instant last, bool holds);

  const LocalZones& zones_;
  Texts texts_;
  Items items_;
};

}  // namespace segue::naive
