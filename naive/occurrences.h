#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "naive/event_values.h"

namespace segue::naive {

/// One time that a signal occurred.
struct Occurrence {
  Instant at;
  const Event* event = nullptr;  // none of what is derived
  Instant start;                 // of a match where its first step starts, else `at`
  std::optional<Scalar> key;     // of a match by a key: its value
  hir::SlotId key_slot;          // of `key`
  uint32_t origin = 0;           // of what is derived: which signal
  uint32_t number = 0;           // … and which of its occurrences

  /// The same occurrence, however it was come by: a union's is that of its source, and equal
  /// signals have equal occurrences.
  bool is(const Occurrence& other) const {
    return event == other.event && origin == other.origin && number == other.number;
  }
};

/// When each stream occurs, over the whole history of a user.
class Occurrences {
 public:
  /// A condition over all time.
  using Condition = std::function<const Steps&(const hir::Expr&)>;

  /// Keeps references.
  Occurrences(const hir::Rules& rules, const Past& past, EventValues& values, Condition condition)
      : rules_(rules), past_(past), values_(values), condition_(std::move(condition)) {}

  /// By instant; of one instant events first, by tie.
  const std::vector<Occurrence>& of(hir::StreamId id);

  /// The value that an occurrence has for `by slot`: a truth, a number or a text; else it has none.
  std::optional<Scalar> key(const Occurrence& occurrence, hir::SlotId slot) const;

 private:
  std::vector<Occurrence> make(const hir::Stream& stream);
  std::vector<Occurrence> events(const hir::Stream& stream);
  std::vector<Occurrence> matches(const hir::Stream& stream);
  std::vector<Occurrence> sessions(const hir::Stream& stream);
  std::vector<Occurrence> crossings(const hir::Stream& stream);
  std::vector<Occurrence> changes(const hir::Stream& stream);
  std::vector<Occurrence> all_of(const hir::Stream& stream);
  uint32_t origin(const hir::Stream& stream);
  uint32_t origin(hir::StreamId id) { return origin(rules_.streams[id.index]); }

  const hir::Rules& rules_;
  const Past& past_;
  EventValues& values_;
  Condition condition_;
  std::map<uint32_t, std::vector<Occurrence>> streams_;
  std::map<std::string, uint32_t> origins_;  // equal streams have equal texts
};

}  // namespace segue::naive
