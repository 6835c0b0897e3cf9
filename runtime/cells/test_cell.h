#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/cells/cell.h"
#include "runtime/cells/kinds.h"
#include "runtime/image/view.h"

/// What the tests of cells share: blobs of a few cells, and the law of deadlines.
namespace segue::cells {

/// Cells of one user, laid out one behind the other.
class TestCells {
 public:
  image::Tables tables;

  explicit TestCells(std::vector<image::CellRow> rows) {
    uint32_t offset = sizeof(BlobHeader);
    for (image::CellRow& row : rows) {
      offset = (offset + 7) / 8 * 8;  // as growing cells want it
      row.offset = offset;
      row.bytes = fixed_bytes(row);
      offset += row.bytes;
    }
    tables.cells = std::move(rows);
    tables.layout = {{.fixed_bytes = (offset + 7) / 8 * 8}};
    blob_.create(tables.layout[0], 7);
    for (const image::CellRow& row : tables.cells) init(row, blob_.data() + row.offset);
    refresh();
  }

  /// After a change of the tables.
  void refresh() {
    view_.cells = tables.cells;
    view_.layout = tables.layout;
    view_.sequences = tables.sequences;
    view_.steps = tables.steps;
    view_.zones = tables.zones;
    view_.transitions = tables.transitions;
  }

  CellRef operator[](size_t i) { return {blob_, view_, tables.cells[i]}; }
  Blob& blob() { return blob_; }
  const image::View& view() const { return view_; }

  void push(size_t i, int64_t at_ms, Scalar scalar = {}) {
    update((*this)[i], {.at_ms = at_ms, .scalar = scalar});
  }

 private:
  image::View view_;
  Blob blob_;
};

/// A value (written as a number) and the deadline that was given with it.
struct Answer {
  double value;
  int64_t deadline_ms;
};

/// The law of deadlines: between `begin` and `end`, with nothing happening, a value changes only at
/// or after the deadline that was given, and a deadline lies after its instant.
inline void expect_never_late(const std::function<Answer(int64_t)>& read, int64_t begin,
                              int64_t end, int64_t step = 1) {
  Answer given = read(begin);
  for (int64_t t = begin; t <= end; t += step) {
    const Answer now = read(t);
    ASSERT_GT(now.deadline_ms, t);
    if (now.value != given.value) {
      ASSERT_LE(given.deadline_ms, t) << "at " << begin << " it was said not to change before";
      return;
    }
    if (given.deadline_ms <= t) given = now;
  }
}

inline image::CellRow cell_of(image::CellKind kind, uint32_t k = 0) {
  image::CellRow row{};
  row.kind = kind;
  row.k = k;
  row.horizon_ms = INT64_MAX;
  return row;
}

inline image::CellRow log_of(image::Type type, int64_t horizon_ms, uint32_t cap = 0) {
  image::CellRow row = cell_of(image::CellKind::kLog);
  row.horizon_ms = horizon_ms;
  row.cap = cap;
  row.value_type = type;
  row.value.count = type == image::Type::B ? 0 : 1;
  return row;
}

inline image::WindowRow rolling(int64_t from_ms, int64_t to_ms = 0, uint32_t cap = 0) {
  return {.kind = image::WindowRow::Kind::kRolling, .cap = cap, .from_ms = from_ms, .to_ms = to_ms};
}

inline image::WindowRow absolute(int64_t begin_ms, int64_t end_ms, uint32_t cap = 0) {
  return {
      .kind = image::WindowRow::Kind::kAbsolute, .cap = cap, .from_ms = begin_ms, .to_ms = end_ms};
}

inline image::WindowRow last_days(uint32_t days, bool full = false, uint32_t cap = 0) {
  return {.kind = image::WindowRow::Kind::kCalendar,
          .full = static_cast<uint8_t>(full ? 1 : 0),
          .periods = days,
          .cap = cap};
}

}  // namespace segue::cells
