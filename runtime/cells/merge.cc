#include "runtime/cells/merge.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "runtime/cells/change.h"
#include "runtime/cells/days.h"
#include "runtime/cells/decayed.h"
#include "runtime/cells/distinct.h"
#include "runtime/cells/earliest.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/extreme.h"
#include "runtime/cells/kinds.h"
#include "runtime/cells/latest.h"
#include "runtime/cells/links.h"
#include "runtime/cells/log.h"
#include "runtime/cells/near.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/oldest.h"
#include "runtime/cells/seen.h"
#include "runtime/cells/sessions.h"
#include "runtime/cells/steps.h"
#include "runtime/cells/total.h"
#include "runtime/image/op_info.h"

namespace segue::cells {
namespace {

using image::CellKind;
using image::CellRow;

/// Occurrences that two cells keep, to be taken in anew.
using Occurrences = std::vector<Occurrence>;

void collect_newest(const CellView& cell, Occurrences& into) {
  const size_t before = into.size();
  for (uint32_t k = cell.row.k; k > 0; --k) {
    const int64_t time = newest_nth(cell, k);
    if (time != kLongAgo.ms) into.push_back({.at_ms = time});
  }
  // With a zone clocks that are set back may have put them in another order.
  std::sort(into.begin() + static_cast<ptrdiff_t>(before), into.end(),
            [](const Occurrence& a, const Occurrence& b) { return a.at_ms < b.at_ms; });
}

void collect_log(const CellView& cell, Occurrences& into) {
  const Entries entries = entries_of(cell);
  for (uint32_t i = 0; i < entries.count; ++i) {
    Occurrence occurrence;
    occurrence.at_ms = entries.time_of(i);
    if (cell.row.value.count != 0 && cell.row.value_type == image::Type::X) {
      const RunningSum own = sum_between(entries, i, i + 1);
      if (own.numbers != 0) occurrence.sum = own.sum;
    } else if (cell.row.value.count != 0) {
      occurrence.scalar = load<Scalar>(entries.payload(i));
    }
    into.push_back(occurrence);
  }
}

void collect_distinct(const CellView& cell, Occurrences& into) {
  const Entries entries = entries_of(cell);
  for (uint32_t i = 0; i < entries.count; ++i) {
    Occurrence occurrence;
    occurrence.scalar = load<Scalar>(entries.at(i));
    occurrence.at_ms = load_time(entries.at(i) + kDistinctTimeAt);
    into.push_back(occurrence);
  }
  std::sort(into.begin(), into.end(),
            [](const Occurrence& a, const Occurrence& b) { return a.at_ms < b.at_ms; });
}

/// Takes in what both kept, in order of time; at one instant the earlier state's first.
template <class Collect>
void take_again(const CellRef& cell, const CellView& earlier, const Collect& collect) {
  Occurrences of_earlier;
  Occurrences own;
  collect(earlier, of_earlier);
  collect(CellView(cell), own);
  Occurrences all;
  std::merge(of_earlier.begin(), of_earlier.end(), own.begin(), own.end(), std::back_inserter(all),
             [](const Occurrence& a, const Occurrence& b) { return a.at_ms < b.at_ms; });
  if (image::grows(cell.row.kind)) {
    clear_entries(cell);
  } else {
    init(cell.row, cell.state());
  }
  for (const Occurrence& occurrence : all) update(cell, occurrence);
}

void merge_days(const CellRef& cell, const CellView& earlier) {
  const uint32_t words = days_words(cell.row);
  days_each(earlier.state(), words, [&](int32_t day) { days_push(cell.state(), words, day); });
}

void merge_change(std::byte* state, const std::byte* earlier) {
  // Which values there were before tells nothing of what comes: only the newest does.
  if (change_value(earlier) == kNeverSet) return;
  const bool theirs = change_value(state) == kNeverSet || change_time(earlier) > change_time(state);
  if (theirs) std::memcpy(state, earlier, kChangeBytes);
}

/// Entries by time; of one instant and value the earlier state's stay behind.
void merge_steps(const CellRef& cell, const CellView& earlier) {
  const auto collect = [](const CellView& from) {
    std::vector<Moment> moments;
    const Entries entries = entries_of(from);
    for (uint32_t i = 0; i < entries.count; ++i) {
      if (from.row.k != 0) {
        moments.push_back(load<Moment>(entries.at(i)));
        continue;
      }
      Moment moment{};
      moment.at_ms = entries.time_of(i);
      moment.possible = possible_of(entries, i);
      moments.push_back(moment);
    }
    return moments;
  };
  const std::vector<Moment> own = collect(CellView(cell));
  const std::vector<Moment> theirs = collect(earlier);
  std::vector<Moment> moments;
  std::merge(own.begin(), own.end(), theirs.begin(), theirs.end(), std::back_inserter(moments),
             [](const Moment& a, const Moment& b) { return a.at_ms < b.at_ms; });
  clear_entries(cell);
  for (size_t i = 0; i < moments.size(); ++i) {
    bool again = false;
    for (size_t j = i; j > 0 && moments[j - 1].at_ms == moments[i].at_ms; --j) {
      again = again || moments[j - 1].key == moments[i].key;
    }
    if (again) continue;
    if (cell.row.k != 0) {
      steps_push(cell, moments[i]);
    } else {
      steps_push(cell, moments[i].at_ms, moments[i].possible);
    }
  }
}

void merge_cell(const CellRef& cell, const CellView& earlier) {
  std::byte* const state = cell.state();
  switch (cell.row.kind) {
    case CellKind::kNewest:
      return take_again(cell, earlier, collect_newest);
    case CellKind::kLog:
      return take_again(cell, earlier, collect_log);
    case CellKind::kDistinct:
      return take_again(cell, earlier, collect_distinct);
    case CellKind::kOldest:
      return oldest_merge(state, earlier.state());
    case CellKind::kSeen:
      if (seen_test(earlier.state())) seen_push(state);
      return;
    case CellKind::kTotal:
      return total_merge(state, earlier.state(), cell.row.value.count != 0);
    case CellKind::kExtreme:
      return Extreme::update(cell, {.number = extreme_number(earlier.state())});
    case CellKind::kDays:
      return merge_days(cell, earlier);
    case CellKind::kLatest:
      return latest_merge(state, earlier.state());
    case CellKind::kEarliest:
      return earliest_merge(state, earlier.state());
    case CellKind::kChange:
      return merge_change(state, earlier.state());
    case CellKind::kSessions:
      return sessions_merge(state, earlier.state());
    case CellKind::kDecayed:
      return decayed_merge(state, earlier.state(), cell.row.horizon_ms);
    case CellKind::kSteps:
      return merge_steps(cell, earlier);
    case CellKind::kSequence:
    case CellKind::kHeld:
    case CellKind::kCrossing:
    case CellKind::kLatch:
      return;  // stays as it was
  }
}

bool is_exact(CellKind kind) {
  switch (kind) {
    case CellKind::kNewest:
    case CellKind::kOldest:
    case CellKind::kSeen:
    case CellKind::kTotal:
    case CellKind::kExtreme:
    case CellKind::kDays:
    case CellKind::kLog:
    case CellKind::kDistinct:
      return true;
    case CellKind::kLatest:    // keeps no time
    case CellKind::kEarliest:  // likewise
    case CellKind::kSteps:     // but for instants that both had
    case CellKind::kSequence:
    case CellKind::kHeld:
    case CellKind::kSessions:
    case CellKind::kCrossing:
    case CellKind::kChange:
    case CellKind::kLatch:
    case CellKind::kDecayed:  // but for the last digits
      return false;
  }
  return false;
}

}  // namespace

void merge(const image::View& view, Blob& into, const Blob& earlier) {
  BlobHeader& header = into.header();
  header.first_ms = std::min<int64_t>(header.first_ms, earlier.header().first_ms);
  // What is merged into is merged again, and then has to say how late the times in it are.
  header.last_ms = std::max<int64_t>(header.last_ms, earlier.header().last_ms);
  reach_near(view, into.data(), header.last_ms);
  for (const CellRow& row : view.cells) {
    merge_cell({into, view, row}, {earlier.data(), view, row});
  }
}

Exactness::Exactness(const image::View& view)
    : streams_(view.streams.size()), cells_(view.cells.size()), nodes_(view.nodes.size()) {
  find_streams(view);
  for (uint32_t i = 0; i < view.cells.size(); ++i) {
    const CellRow& row = view.cells[i];
    cells_[i] = is_exact(row.kind) && row.zone != image::kUserZone && code(view, row.value, true) &&
                has_exact_source(view, row);
    all_ = all_ && cells_[i];
  }
  for (uint32_t i = 0; i < view.nodes.size(); ++i)
    nodes_[i] = code(view, view.nodes[i].code, false);
}

bool Exactness::has_exact_source(const image::View&, const CellRow& row) const {
  return image::source_of(row.kind) == image::Source::kStream && streams_[row.source];
}

/// Base streams whose filters ask of the event alone, and unions of such.
void Exactness::find_streams(const image::View& view) {
  std::vector<bool> fed(view.streams.size());  // by a union's source
  for (uint32_t i = 0; i < view.streams.size(); ++i) {
    const image::StreamRow& row = view.streams[i];
    streams_[i] = row.predicate.count != 0 && code(view, row.predicate, true);
    for (const uint32_t all : view.list(row.unions)) fed[all] = true;
  }
  std::vector<bool> made(view.streams.size());  // by a cell
  for (const CellRow& row : view.cells) {
    if (row.feeds != image::kNone) made[row.feeds] = true;
  }
  for (const image::SequenceRow& row : view.sequences) {
    if (row.derived_stream != image::kNone) made[row.derived_stream] = true;
  }
  for (uint32_t i = 0; i < view.streams.size(); ++i) {
    if (view.streams[i].predicate.count == 0) streams_[i] = fed[i] && !made[i];
  }
  // A union in a union may stand before it.
  for (bool moved = true; moved;) {
    moved = false;
    for (uint32_t i = 0; i < view.streams.size(); ++i) {
      if (streams_[i]) continue;
      for (const uint32_t all : view.list(view.streams[i].unions)) {
        moved = moved || streams_[all];
        streams_[all] = false;
      }
    }
  }
}

/// Of an event: reads neither the user nor what was known of it when it happened. The user's zone
/// is a trait like others: who was joined keeps its own.
bool Exactness::code(const image::View& view, image::Range range, bool of_event) const {
  for (const image::OpRow& row : view.code(range)) {
    if (of_event && (row.op == image::Op::kKnownSince || row.op == image::Op::kUserIn))
      return false;
    const image::OpInfo& info = image::op_info(row.op);
    for (const auto& [use, index] : {std::pair(info.a, row.a), std::pair(info.b, row.b)}) {
      if (use == image::Use::kCell && (of_event || !cells_[index])) return false;
      if (use == image::Use::kZone && index == image::kUserZone) return false;
      const bool is_node = use == image::Use::kNode || use == image::Use::kNumberNode;
      if (is_node && (of_event || !nodes_[index])) return false;
      if (use == image::Use::kPeriod && view.periods[index].zone == image::kUserZone) return false;
    }
  }
  return true;
}

}  // namespace segue::cells
