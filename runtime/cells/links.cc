#include "runtime/cells/links.h"

#include <algorithm>

#include "runtime/base/instant.h"

namespace segue::cells {
namespace {

/// About the root of the most entries that a window looks at: so many blocks, and so many entries
/// in each, are the longest walk.
constexpr uint32_t kBlock = 256;

/// The entries of a cell with their links.
class Links {
 public:
  Links(const CellView& cell, const Entries& entries, const Sequence& sequence)
      : entries_(entries), sequence_(sequence) {
    const auto part = load<GrowingPart>(cell.state());
    first_ = part.first;
    period_ = ring_period(cell.row, part);
  }

  uint32_t count() const { return entries_.count; }
  int64_t time_of(uint32_t i) const { return entries_.time_of(i); }
  Possible possible(uint32_t i) const { return possible_of(entries_, i); }
  Link at(uint32_t i) const { return Link::of(load<uint64_t>(place(i))); }

  // SAFETY: who may write has the blob for itself.
  void set(uint32_t i, Link link) const {
    auto* const at = const_cast<std::byte*>(place(i));
    store(at, link.word());
    const bool twice = period_ != 0 && first_ + i >= period_;
    if (twice) store(at - size_t{period_} * entries_.stride, link.word());
  }
  void set(uint32_t i, uint32_t ahead, uint32_t matches) const {
    set(i, {at(i).clean, ahead, matches});
  }

  /// Paths are shortened inside blocks alone: were they shortened to their ends, what lies between
  /// would be left as it is, and be walked whole as soon as a window begins there.
  uint32_t block_of(uint32_t i) const { return (first_ + i) / kBlock; }

  /// The first entry of which nothing is known; those behind it are the same.
  uint32_t first_open() const {
    uint32_t low = 0;
    uint32_t high = count();
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      if (at(middle).ahead != 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// From the first step of a match to its last, or INT64_MAX.
  int64_t span_ms() const {
    int64_t span = 0;
    for (size_t i = 1; i < sequence_.steps.size(); ++i) {
      const int64_t within = sequence_.steps[i].within_ms;
      if (within >= INT64_MAX - span) return INT64_MAX;
      span += within;
    }
    return span;
  }

  /// Whether a match ends at the last entry in a window that begins at `first`, and how.
  StepsTaken take_from(uint32_t first) const {
    PartialMatch partial;
    StepsTaken taken;
    for (uint32_t i = first; i < count(); ++i) {
      taken = take_steps(sequence_, partial.latest_ms, time_of(i), possible(i));
    }
    return taken;
  }

  /// The latest entry from `first` on at which a match begins that ends at the last one; `count()`
  /// if none ends there. As `take_steps`, with the latest start of each step kept too.
  uint32_t latest_start(uint32_t first) const {
    const auto steps = static_cast<uint32_t>(sequence_.steps.size());
    PartialMatch partial;
    int64_t* const latest_ms = partial.latest_ms;
    uint32_t starts[kStepsMax] = {};  // of what has reached each step
    for (uint32_t entry = first; entry < count(); ++entry) {
      const int64_t now_ms = time_of(entry);
      const uint64_t runs = possible(entry).runs;
      uint64_t open = 1;         // bit i: step i may be taken now, as the first of a run
      uint32_t from[kStepsMax];  // … where its match began
      from[0] = entry;
      for (uint32_t i = 1; i < steps; ++i) {
        const image::StepRow& step = sequence_.steps[i];
        const int64_t before = latest_ms[i - 1];
        const bool reached = before != kLongAgo.ms && now_ms - before <= step.within_ms &&
                             (now_ms > before || step.later == 0);
        open |= uint64_t{reached} << i;
        from[i] = starts[i - 1];
      }
      for (uint32_t j = 0; j < steps; ++j) {
        const uint64_t taken = runs_to(runs, j) & open;
        if (taken == 0) continue;
        // The fewer steps an instant takes, the older the start.
        uint32_t start = 0;
        for (uint64_t left = taken; left != 0; left &= left - 1) {
          start = std::max(start, from[std::countr_zero(left)]);
        }
        if (j + 1 == steps && entry + 1 == count()) return start;
        latest_ms[j] = now_ms;
        starts[j] = start;
      }
    }
    return count();
  }

  /// Links those from which the match is the first that ends at the last entry. Before `near` none
  /// of its steps lies.
  void link_to_last(uint32_t first, uint32_t near, uint32_t last_start) const {
    const auto last_step = static_cast<uint32_t>(sequence_.steps.size() - 1);
    const Possible newest = possible(count() - 1);
    const uint64_t whole = runs_to(newest.runs, last_step);
    const bool all_clean = (whole & ~newest.clean) == 0;
    const bool none_clean = (whole & newest.clean) == 0;
    for (uint32_t i = first; i <= last_start; ++i) {
      uint32_t matches = 1;
      if (sequence_.has_absence()) {
        const bool clean = all_clean || (!none_clean && take_from(std::max(i, near)).clean);
        // Where it depends on the start it is the earlier ones from which the wait begins.
        matches = clean ? Link::kWaits : none_clean ? 0 : Link::kNone;
      }
      set(i, count() - i, matches);
    }
  }

  /// An occurrence of the absence, the last entry, ends the waits that are not over.
  void end_waits() const {
    const int64_t now_ms = time_of(count() - 1);
    for (uint32_t i = first_open(); i-- > 0;) {
      const Link link = at(i);
      // What was decided otherwise has only decided ones before it, or such as are over by time.
      if (link.matches == Link::kNone) {
        set(i, link.ahead, 0);
        continue;
      }
      if (link.matches != Link::kWaits) return;
      const int64_t end_ms = time_of(i + link.ahead - 1);
      set(i, link.ahead, now_ms - end_ms <= sequence_.row.absence_ms ? 0 : 1);
    }
  }

 private:
  const std::byte* place(uint32_t i) const { return entries_.payload(i) + 8; }

  const Entries& entries_;
  const Sequence& sequence_;
  uint32_t first_;   // of the entries in their room
  uint32_t period_;  // of a ring, in which some lie twice
};

}  // namespace

void link_newest(const CellRef& cell) {
  const Sequence sequence = sequence_of(cell.view, cell.row.source);
  const Entries entries = entries_of(cell);
  const Links links(cell, entries, sequence);
  const uint32_t last = links.count() - 1;
  const int64_t now_ms = links.time_of(last);
  const Possible possible = links.possible(last);
  if (sequence.has_absence() && possible.absence()) links.end_waits();
  const auto last_step = static_cast<uint32_t>(sequence.steps.size() - 1);
  if (runs_to(possible.runs, last_step) == 0) return;
  const uint32_t open = links.first_open();
  const int64_t span_ms = links.span_ms();
  uint32_t near = open;
  if (span_ms < now_ms) near = std::max(near, entries.lower_bound(now_ms - span_ms));
  const uint32_t start = links.latest_start(near);
  if (start != links.count()) links.link_to_last(open, near, start);
}

LinkedCount count_linked(const CellView& cell, uint32_t first, int64_t now_ms, bool shorten) {
  const Sequence sequence = sequence_of(cell.view, cell.row.source);
  const Entries entries = entries_of(cell);
  const Links links(cell, entries, sequence);
  LinkedCount counted;
  uint32_t begin = first;  // of a path without waits
  uint32_t on_path = 0;    // matches from there
  const auto end_path = [&](uint32_t end) {
    if (!shorten || begin == end || begin + links.at(begin).ahead == end) return;
    for (uint32_t i = begin; i < end;) {
      const Link link = links.at(i);
      links.set(i, end - i, on_path);
      on_path -= link.matches;
      i += link.ahead;
    }
  };
  uint32_t at = first;
  while (at < links.count()) {
    Link link = links.at(at);
    if (link.ahead == 0) break;
    const uint32_t next = at + link.ahead;
    if (link.matches == Link::kNone) {
      end_path(at);
      begin = at = next;
      on_path = 0;
      continue;
    }
    if (link.matches == Link::kWaits) {
      const int64_t end_ms = links.time_of(next - 1);
      if (now_ms - end_ms < sequence.row.absence_ms) {
        counted.deadline_ms = std::min(counted.deadline_ms, end_ms + sequence.row.absence_ms);
        end_path(at);
        begin = at = next;
        on_path = 0;
        continue;
      }
      link.matches = 1;
      if (shorten) links.set(at, link);
    }
    counted.count += link.matches;
    on_path += link.matches;
    at = next;
    if (links.block_of(at) == links.block_of(begin)) continue;
    end_path(at);
    begin = at;
    on_path = 0;
  }
  end_path(at);
  return counted;
}

}  // namespace segue::cells
