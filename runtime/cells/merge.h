#pragma once

#include <cstdint>
#include <vector>

#include "runtime/cells/blob.h"
#include "runtime/image/view.h"

/// Two users become one: what their cells come to together.
///
/// Times, counts, sums, days, logs and distinct values of two histories come to those of the one
/// history. Of one instant the earlier state's come first. What hangs on the order of both cannot
/// be told from two states: partial matches, waits, since when a condition holds, the newest value
/// of a trait, past sessions and changes. There the user that goes on keeps what it has, and gets
/// the other's where it has nothing; `Exactness` says of which cells that is so.
namespace segue::cells {

/// Makes `into` what it and `earlier` come to; both of that image, neither empty. Conditions are
/// the caller's to settle anew. Cost: the bytes of both.
void merge(const image::View& view, Blob& into, const Blob& earlier);

/// What of a program is after a merge as if the events had always been one user's.
class Exactness {
 public:
  /// Cost: the rows and ops of the image.
  explicit Exactness(const image::View& view);

  bool cell(uint32_t index) const { return cells_[index]; }
  bool node(uint32_t index) const { return nodes_[index]; }
  bool all() const { return all_; }

 private:
  bool code(const image::View& view, image::Range range, bool of_event) const;
  bool has_exact_source(const image::View& view, const image::CellRow& row) const;
  void find_streams(const image::View& view);

  std::vector<bool> streams_;
  std::vector<bool> cells_;
  std::vector<bool> nodes_;
  bool all_ = true;
};

}  // namespace segue::cells
