#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/event.h"
#include "runtime/base/event_batch.h"

namespace segue {

/// The keys of a call that mean something, in the order of `kCallFieldNames`.
enum CallField : uint32_t {
  kType,
  kEvent,
  kUserId,
  kAnonymousId,
  kTimestamp,
  kMessageId,
  kProperties,
  kTraits,
  kName,
  kPreviousId,
  kCallFieldCount,
};

inline const std::array<std::string, kCallFieldCount> kCallFieldNames = {
    "type",      "event",      "userId", "anonymousId", "timestamp",
    "messageId", "properties", "traits", "name",        "previousId"};

/// The calls of the Segment specification, in the order of `kCallTypeNames`.
enum CallType : uint32_t {
  kTrack,
  kIdentify,
  kPage,
  kScreen,
  kGroup,
  kAlias,
  kDelete,
  kCallTypeCount
};

inline const std::array<std::string, kCallTypeCount> kCallTypeNames = {
    "track", "identify", "page", "screen", "group", "alias", "delete"};

/// What `type` and `event` make of a call.
struct CallIdentity {
  std::optional<RejectKind> reject;
  CallType type = kTrack;
  KindId kind = kOtherKind;
  std::string_view name;
  CallField record = kProperties;  // where its values stand
};

}  // namespace segue
