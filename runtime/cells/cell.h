#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "runtime/base/decimal.h"
#include "runtime/base/value.h"
#include "runtime/cells/blob.h"
#include "runtime/image/tables.h"
#include "runtime/image/view.h"

namespace segue::cells {

/// A cell of one user's blob, to be written. A growing cell may move the blob, so `state` is asked
/// for anew after each append.
struct CellRef {
  Blob& blob;
  const image::View& view;
  const image::CellRow& row;

  std::byte* state() const { return blob.data() + row.offset; }
};

/// The same, to be read.
struct CellView {
  const std::byte* blob;
  const image::View& view;
  const image::CellRow& row;

  CellView(const std::byte* bytes, const image::View& image_view, const image::CellRow& cell_row)
      : blob(bytes), view(image_view), row(cell_row) {}
  CellView(const CellRef& cell) : blob(cell.blob.data()), view(cell.view), row(cell.row) {}

  const std::byte* state() const { return blob + row.offset; }
};

/// "No number" among exact sums: less than every sum that can be reached.
inline constexpr Decimal kNoSum{0, INT64_MIN};

/// One occurrence of a stream with the value the cell keeps of it, in the field that the type of
/// its value names. Come in order of time, at one instant in order of (identify first, tie).
struct Occurrence {
  int64_t at_ms = 0;
  Scalar scalar;         // S
  Decimal sum = kNoSum;  // X
  double number = 0;     // N; missing: a NaN
};

/// What every kind owes: its size, and the state of a user of whom nothing is known.
template <class C>
concept Cell = requires(const image::CellRow& row, std::byte* state) {
  { C::kKind } -> std::convertible_to<image::CellKind>;
  { C::fixed_bytes(row) } -> std::same_as<uint32_t>;  // the layout trusts it
  { C::init(row, state) } -> std::same_as<void>;
};

/// A kind that a stream feeds. Reads differ by kind: each is a function of state and instant beside
/// the kind, its deadline another.
template <class C>
concept StreamCell = Cell<C> && requires(const CellRef& cell, const Occurrence& occurrence) {
  { C::update(cell, occurrence) } -> std::same_as<void>;
};

}  // namespace segue::cells
