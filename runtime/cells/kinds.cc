#include "runtime/cells/kinds.h"

#include <algorithm>
#include <iterator>

#include "runtime/base/check.h"
#include "runtime/cells/change.h"
#include "runtime/cells/crossing.h"
#include "runtime/cells/days.h"
#include "runtime/cells/decayed.h"
#include "runtime/cells/distinct.h"
#include "runtime/cells/earliest.h"
#include "runtime/cells/extreme.h"
#include "runtime/cells/held.h"
#include "runtime/cells/latch.h"
#include "runtime/cells/latest.h"
#include "runtime/cells/log.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/oldest.h"
#include "runtime/cells/seen.h"
#include "runtime/cells/sequence.h"
#include "runtime/cells/sessions.h"
#include "runtime/cells/steps.h"
#include "runtime/cells/total.h"

namespace segue::cells {
namespace {

template <Cell C>
constexpr KindInfo row_of() {
  if constexpr (StreamCell<C>) {
    return {C::kKind, &C::fixed_bytes, &C::init, &C::update};
  } else {
    return {C::kKind, &C::fixed_bytes, &C::init, nullptr};
  }
}

// In the order of cells.def.
constexpr KindInfo kKinds[] = {
    row_of<Newest>(),  row_of<Oldest>(),   row_of<Seen>(),  row_of<Total>(),
    row_of<Extreme>(), row_of<Days>(),     row_of<Log>(),   row_of<Distinct>(),
    row_of<Latest>(),  row_of<Earliest>(), row_of<Steps>(), row_of<SequenceCell>(),
    row_of<Held>(),    row_of<Sessions>(), row_of<Crossing>(), row_of<ChangeCell>(),
    row_of<Latch>(),   row_of<Decayed>(),
};

constexpr image::CellKind kOrder[] = {
#define CELL_KIND(id, name, grows) image::CellKind::id,
#include "runtime/image/cells.def"
#undef CELL_KIND
};
static_assert(std::equal(std::begin(kOrder), std::end(kOrder), std::begin(kKinds), std::end(kKinds),
                         [](image::CellKind kind, const KindInfo& info) {
                           return kind == info.kind;
                         }),
              "a kind has no row, or not in its place");

}  // namespace

const KindInfo& kind_info(image::CellKind kind) { return kKinds[static_cast<size_t>(kind)]; }

uint32_t fixed_bytes(const image::CellRow& row) { return kind_info(row.kind).fixed_bytes(row); }

void init(const image::CellRow& row, std::byte* state) { kind_info(row.kind).init(row, state); }

void update(const CellRef& cell, const Occurrence& occurrence) {
  const KindInfo& info = kind_info(cell.row.kind);
  SEGUE_CHECK(info.update != nullptr, "no stream feeds a cell of this kind");
  info.update(cell, occurrence);
}

}  // namespace segue::cells
