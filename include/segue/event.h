// One event as a host has it at hand.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "segue/export.h"
#include "segue/time.h"

namespace segue {

/// A list or a record, or a number with all its digits, as JSON text.
struct JsonText {
  std::string json;
};

/// `std::monostate` is JSON's null: missing.
using PropertyValue = std::variant<std::monostate, bool, int64_t, double, std::string, JsonText>;

/// A call of the Segment specification. It means what its JSON line means.
struct UserEvent {
  /// `kAlias` joins `previous` into `user`; `kDelete` forgets the user. Both are for engines.
  enum class Call : uint8_t { kTrack, kIdentify, kPage, kScreen, kAlias, kDelete };

  Call call = Call::kTrack;
  std::string user;
  std::string name;  ///< of a track its event, of a page or screen its name
  TimePoint at;
  std::string message_id;  ///< finds copies; may be empty
  /// Properties, or of an identify call traits. Of a name that comes twice the last one counts.
  std::vector<std::pair<std::string, PropertyValue>> properties;
  std::string previous;  ///< of an alias
};

/// The event as a line of JSON, without a line end. Shortest digits of a double; one that is not
/// finite is null. A `JsonText` is taken as it is.
SEGUE_API std::string json_line(const UserEvent& event) noexcept;

}  // namespace segue
