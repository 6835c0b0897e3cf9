#include "api/runtime/change_records.h"

#include "api/runtime/time_points.h"
#include "runtime/engine/change.h"

namespace segue {
namespace {

/// No instant is further from 1970, and no text of one overflows.
constexpr int64_t kInstantMsMax = int64_t{1} << 53;

}  // namespace

void put_change(std::string& out, const MembershipChange& change) {
  put(out, instant_of(change.at).ms);
  put(out, change.segment);
  put(out, static_cast<uint8_t>(change.entered));
  put(out, static_cast<uint8_t>(change.cause));
  put_text(out, change.user);
  put_text(out, change.segment_name);
  put_text(out, change.event);
  out.append(change.id);
}

bool take_change(ByteReader& in, MembershipChange& change) {
  int64_t at_ms = 0;
  uint8_t entered = 0;
  uint8_t cause = 0;
  const bool whole = in.take(at_ms) && in.take(change.segment) && in.take(entered) &&
                     in.take(cause) && in.take_text(change.user) &&
                     in.take_text(change.segment_name) && in.take_text(change.event) &&
                     in.take_bytes(kChangeIdDigits, change.id);
  if (!whole || entered > 1 || cause > static_cast<uint8_t>(ChangeCause::kDeploy)) return false;
  if (at_ms < -kInstantMsMax || at_ms > kInstantMsMax) return false;
  change.at = time_point_of({at_ms});
  change.entered = entered != 0;
  change.cause = static_cast<ChangeCause>(cause);
  return true;
}

}  // namespace segue
