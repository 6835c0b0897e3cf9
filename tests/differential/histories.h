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
  enum class Call : uint8_t { kTrack, kIdentify, kPage, kScreen };
  Call call = Call::kTrack;
  std::string user;
  int64_t at_ms = 0;
  std::string name;  // kTrack: the wire name
  std::vector<std::pair<std::string, std::string>>
      values;              // key and JSON text, of properties or traits
  std::string message_id;  // or empty

  std::string to_json() const;
  std::string to_test_line() const;
};

/// Histories of a few users, ordered by time: equal instants, copies, boundary instants (exactly a
/// window later, one millisecond either side), missing and mistyped values, silences longer than
/// any window.
std::vector<GeneratedEvent> generate_events(Random& random, const Scale& scale);

}  // namespace segue::differential
