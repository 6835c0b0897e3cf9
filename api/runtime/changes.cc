#include "api/runtime/changes.h"

#include "api/runtime/time_points.h"
#include "runtime/engine/change.h"

namespace segue {

ChangeCause cause_of(Cause cause) {
  switch (cause) {
    case Cause::kEvent:
      return ChangeCause::kEvent;
    case Cause::kTime:
      return ChangeCause::kTime;
    case Cause::kTrait:
      return ChangeCause::kTrait;
    case Cause::kMerge:
      return ChangeCause::kMerge;
    case Cause::kDelete:
      return ChangeCause::kDelete;
    case Cause::kDeploy:
      return ChangeCause::kDeploy;
  }
  return ChangeCause::kTime;
}

std::string_view name_of(ChangeCause cause) noexcept {
  switch (cause) {
    case ChangeCause::kEvent:
      return "event";
    case ChangeCause::kTime:
      return "time";
    case ChangeCause::kTrait:
      return "trait";
    case ChangeCause::kMerge:
      return "merge";
    case ChangeCause::kDelete:
      return "delete";
    case ChangeCause::kDeploy:
      return "deploy";
  }
  return {};
}

std::string change_id(std::string_view user, std::string_view segment_name, TimePoint at,
                      bool entered) noexcept {
  const ChangeId id = change_id(user, segment_name, instant_of(at), entered);
  return {id.data(), id.size()};
}

}  // namespace segue
