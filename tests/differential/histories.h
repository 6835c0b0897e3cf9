#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/differential/random.h"
#include "tests/differential/rules.h"

namespace segue::differential {

/// One generated call, from which both its line of JSON and its line in a `test` block are written.
struct GeneratedEvent {
  enum class Call : uint8_t { kTrack, kIdentify, kPage, kScreen, kAlias, kDelete };
  Call call = Call::kTrack;
  std::string user;
  int64_t at_ms = 0;
  std::string name;  // kTrack: the wire name
  std::vector<std::pair<std::string, std::string>>
      values;              // key and JSON text, of properties or traits
  std::string message_id;  // or empty
  std::string previous;    // kAlias

  bool says_who() const { return call == Call::kAlias || call == Call::kDelete; }

  std::string to_json() const;
  std::string to_test_line() const;
};

/// Histories of a few users, ordered by time: equal instants, copies, boundary instants (exactly a
/// window later, one millisecond either side), missing and mistyped values, silences longer than
/// any window.
std::vector<GeneratedEvent> generate_events(Random& random, const Scale& scale);

/// The same with aliases and deletes among them: chains, cycles, repeats, of nobody, at instants
/// that have events.
std::vector<GeneratedEvent> with_calls(Random& random, const std::vector<GeneratedEvent>& events);

}  // namespace segue::differential
