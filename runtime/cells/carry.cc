#include "runtime/cells/carry.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "runtime/base/instant.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/capped.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/latest.h"
#include "runtime/cells/near.h"
#include "runtime/cells/newest.h"
#include "runtime/image/meaning.h"
#include "runtime/image/op_info.h"

namespace segue::cells {
namespace {

using image::CellKind;
using image::CellRow;
using image::kNone;

/// Equal hashes are of equal cells; what stands in the state is compared all the same, since a hash
/// of 64 bits can be met, and an image can be forged.
bool stands_alike(const CellRow& a, const CellRow& b) {
  return a.kind == b.kind && a.value_type == b.value_type &&
         (a.value.count == 0) == (b.value.count == 0) && entry_bytes(a) == entry_bytes(b);
}

bool keeps_the_same(const CellRow& a, const CellRow& b) {
  return stands_alike(a, b) && a.k == b.k && a.cap == b.cap && a.bytes == b.bytes &&
         a.horizon_ms == b.horizon_ms;
}

/// Whether `a` was never short of an entry that `b` would have by its cap.
bool caps_no_less(const CellRow& a, const CellRow& b) {
  return a.cap == 0 || (b.cap != 0 && a.cap >= b.cap);
}

/// Of one family: whether the state of `a` makes a state of `b`, if not with all that it asks for.
bool can_become(const CellRow& a, const CellRow& b) {
  if (keeps_the_same(a, b)) return true;
  if (!stands_alike(a, b)) return false;
  if (a.kind == CellKind::kNewest) return true;
  const bool logs = a.kind == CellKind::kLog || a.kind == CellKind::kDistinct;
  return logs && a.bytes == b.bytes && caps_no_less(a, b);
}

/// How much a cell keeps, among those of its family.
bool keeps_less(const CellRow& a, const CellRow& b) {
  if (a.kind != CellKind::kNewest) return a.horizon_ms < b.horizon_ms;
  return image::is_near(a) == image::is_near(b) ? a.k < b.k : image::is_near(a);
}

/// Finds what cells of the new program begin with.
class Matcher {
 public:
  Matcher(const image::View& from, const image::View& to)
      : from_(from), to_(to), old_meanings_(from), new_meanings_(to) {
    for (uint32_t i = 0; i < from.cells.size(); ++i) {
      same_.emplace(from.cells[i].identity, i);
      const auto [largest, added] = families_.emplace(old_meanings_.of_family(i), i);
      if (!added && keeps_less(from.cells[largest->second], from.cells[i])) largest->second = i;
    }
  }

  uint32_t find(uint32_t cell) {
    const CellRow& row = to_.cells[cell];
    const auto same = same_.find(row.identity);
    if (row.identity != 0 && same != same_.end() &&
        keeps_the_same(from_.cells[same->second], row)) {
      return same->second;
    }
    const auto family = families_.find(new_meanings_.of_family(cell));
    if (family == families_.end() || !can_become(from_.cells[family->second], row)) return kNone;
    return family->second;
  }

 private:
  const image::View& from_;
  const image::View& to_;
  image::Meanings old_meanings_, new_meanings_;
  std::unordered_map<uint64_t, uint32_t> same_, families_;
};

/// The user's zone is kept as its row.
void carry_zone(const CarryPlan& plan, std::byte* state) {
  const Scalar known = latest_value(state);
  if (tag_of(known) != ScalarTag::kNumber) return;
  const double row = std::bit_cast<double>(known.lo);
  const bool is_row = row >= 0 && row < static_cast<double>(plan.zones.size());
  const uint32_t now = is_row ? plan.zones[static_cast<uint32_t>(row)] : kNone;
  latest_push(state, now == kNone ? Scalar{} : scalar_of_number(now));
}

/// The times that both keep: the rest is empty.
void carry_newest(const CellView& from, const CellRef& to) {
  for (uint32_t k = std::min(from.row.k, to.row.k); k > 0; --k) {
    const int64_t time = newest_nth(from, k);
    if (time != kLongAgo.ms) newest_push(to, to.row.k, time);
  }
}

/// Both have the newest of all times, the one what was carried over, the other what came after
/// `since_ms`: so the one that has more of them has those of the other too.
void fill_newest(const CellView& from, int64_t since_ms, const CellRef& to) {
  const auto count = [&](const CellView& cell, int64_t behind_ms) {
    uint32_t count = 0;
    while (count < to.row.k && newest_nth(cell, count + 1) > behind_ms) ++count;
    return count;
  };
  const uint32_t more = count(from, since_ms);
  if (more < count(to, kLongAgo.ms)) return;
  Newest::init(to.row, to.state());
  for (uint32_t k = more; k > 0; --k) newest_push(to, to.row.k, newest_nth(from, k));
}

void carry_part(const CellRow& from, const Blob& old, const CellRow& to, const image::View& view,
                Blob& into) {
  const auto part = load<GrowingPart>(old.data() + from.offset);
  // The rest of the fixed part is there already; where the entries are is this blob's own.
  store(into.data() + to.offset, GrowingPart{});
  if (part.capacity_bytes == 0) return;
  if (!into.grow(to.offset, part.capacity_bytes, view.layout[0], view.cells)) {
    return note_capped(part.count);
  }
  auto moved = load<GrowingPart>(into.data() + to.offset);
  std::memcpy(into.data() + moved.offset, old.data() + part.offset, part.capacity_bytes);
  moved.first = part.first;
  moved.count = part.count;
  store(into.data() + to.offset, moved);
}

}  // namespace

CarryPlan plan_carry(const image::View& from, const image::View& to) {
  CarryPlan plan;
  Matcher matcher(from, to);
  std::vector<bool> taken(from.cells.size());
  for (uint32_t i = 0; i < to.cells.size(); ++i) {
    const uint32_t found = matcher.find(i);
    if (found == kNone) {
      plan.fresh.push_back(i);
      continue;
    }
    taken[found] = true;
    plan.moves.push_back({found, i, !keeps_less(from.cells[found], to.cells[i])});
  }
  for (uint32_t i = 0; i < from.cells.size(); ++i) {
    if (!taken[i]) plan.dropped.push_back(i);
  }
  std::unordered_map<std::string_view, uint32_t> names;
  for (uint32_t i = 0; i < to.zones.size(); ++i) names.emplace(to.text(to.zones[i].name), i);
  for (const image::ZoneRow& zone : from.zones) {
    const auto found = names.find(from.text(zone.name));
    plan.zones.push_back(found == names.end() ? kNone : found->second);
  }
  return plan;
}

std::vector<Began> began_after(const CarryPlan& plan, const image::View& from,
                               std::span<const Began> old, const image::View& to, int64_t at_ms,
                               bool history_starts_now) {
  std::vector<Began> began(to.cells.size());
  for (const uint32_t cell : plan.fresh) began[cell].since_ms = at_ms;
  for (const CarryPlan::Move& move : plan.moves) {
    const CellRow& before = from.cells[move.from];
    const CellRow& row = to.cells[move.to];
    Began& now = began[move.to];
    now = old[move.from];
    if (row.kind == CellKind::kNewest) {
      now.newest = std::min(now.since_ms == kLongAgo.ms ? before.k : now.newest, row.k);
      const bool forgot = image::is_near(before) && !image::is_near(row);
      if (forgot) now.newest = 0;
      if (before.k < row.k) {
        now.since_ms = at_ms;
      } else if (forgot) {
        now.since_ms = std::max(now.since_ms, at_ms - before.horizon_ms);
      }
    } else if (!move.whole) {
      // What is older than its horizon the old one had no more.
      const int64_t kept_ms = before.horizon_ms > at_ms ? at_ms : before.horizon_ms;
      now.since_ms = std::max(now.since_ms, at_ms - std::max<int64_t>(kept_ms, 0));
    }
  }
  for (Began& cell : began) {
    if (cell.since_ms != kLongAgo.ms) cell.history_starts_now |= history_starts_now;
  }
  return began;
}

namespace {

/// A cell that goes over as it is has been fed what those said that are filled now, before they
/// were: it is no sooner right than it was, nor later than if it began at the deploy.
void keep_what_was_fed(const image::View& to, std::span<const Began> unfilled, const FillPlan& plan,
                       int64_t at_ms, std::vector<Began>& began) {
  if (plan.cells.empty()) return;
  const std::vector<int64_t> before = right_from(to, unfilled);
  const std::vector<int64_t> now = right_from(to, began);
  for (uint32_t i = 0; i < began.size(); ++i) {
    if (plan.is_filled[i] || now[i] >= before[i]) continue;
    began[i].since_ms = std::max(began[i].since_ms, std::min(before[i], at_ms));
    began[i].newest = 0;
  }
}

}  // namespace

FillPlan plan_fill(const image::View& to, int64_t since_ms, int64_t at_ms, bool history_starts_now,
                   std::vector<Began>& began) {
  FillPlan plan;
  plan.is_filled.resize(to.cells.size());
  plan.since_ms.resize(to.cells.size());
  const std::vector<Began> all(to.cells.size(), {since_ms, 0, history_starts_now});
  std::vector<int64_t> right(to.cells.size(), since_ms);
  if (since_ms != kLongAgo.ms) right = fed_right_from(to, all);
  const std::vector<Began> unfilled = began;
  for (uint32_t i = 0; i < to.cells.size(); ++i) {
    if (right[i] >= began[i].since_ms || right[i] > at_ms) continue;
    plan.cells.push_back(i);
    plan.is_filled[i] = true;
    plan.since_ms[i] = right[i];
    began[i].since_ms = right[i];
    began[i].history_starts_now = right[i] != kLongAgo.ms && history_starts_now;
  }
  keep_what_was_fed(to, unfilled, plan, at_ms, began);
  return plan;
}

void carry(const CarryPlan& plan, const image::View& from, const Blob& old, const image::View& to,
           Blob& into, const FillPlan& fill, const Blob& filled) {
  into.header().first_ms = old.header().first_ms;
  into.header().last_ms = old.header().last_ms;
  if (!filled.empty()) {
    into.header().last_ms = std::max<int64_t>(into.header().last_ms, filled.header().last_ms);
  }
  reach_near(to, into.data(), into.header().last_ms);
  for (const CarryPlan::Move& move : plan.moves) {
    const CellRow& before = from.cells[move.from];
    const CellRow& row = to.cells[move.to];
    const bool is_replaced = !filled.empty() && fill.is_filled[move.to];
    if (is_replaced && row.kind != CellKind::kNewest) continue;
    if (row.kind == CellKind::kNewest) {
      carry_newest({old.data(), from, before}, {into, to, row});
      continue;
    }
    std::memcpy(into.data() + row.offset, old.data() + before.offset,
                std::min(row.bytes, before.bytes));
    if (image::grows(row.kind)) carry_part(before, old, row, to, into);
    if (move.to == to.layout[0].zone_cell) carry_zone(plan, into.data() + row.offset);
  }
  if (filled.empty()) return;
  for (const uint32_t cell : fill.cells) {
    const CellRow& row = to.cells[cell];
    if (row.kind == CellKind::kNewest) {
      fill_newest({filled.data(), to, row}, fill.since_ms[cell], {into, to, row});
      continue;
    }
    std::memcpy(into.data() + row.offset, filled.data() + row.offset, row.bytes);
    if (image::grows(row.kind)) carry_part(row, filled, row, to, into);
  }
}

}  // namespace segue::cells
