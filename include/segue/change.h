// What changes of membership are, wherever they are found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "segue/export.h"
#include "segue/time.h"

namespace segue {

enum class ChangeCause : uint8_t {
  kEvent,   ///< a track, page or screen of the user at that very instant
  kTime,    ///< nothing but the passing of time
  kTrait,   ///< an identify call, and no track, page or screen
  kMerge,   ///< an alias joined another user into this one, or this one into another
  kDelete,  ///< the user was deleted
  /// Other rules, dated at the last settled instant before them; or all that a segment reads is
  /// known from this instant on
  kDeploy,
};

/// `event`, `time`, `trait`, `merge`, `delete`, `deploy`
SEGUE_API std::string_view name_of(ChangeCause cause) noexcept;

/// 24 hex digits of user, segment, instant and direction: the same whenever the same change is
/// found again, so a sink can drop what it has seen. Of all causes but `kDeploy`: there the id
/// holds which deploy it was, too, and the engine alone gives it. See docs/formats/changes.md.
SEGUE_API std::string change_id(std::string_view user, std::string_view segment_name, TimePoint at,
                                bool entered) noexcept;

}  // namespace segue
