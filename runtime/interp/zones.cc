#include "runtime/interp/zones.h"

#include "runtime/cells/calendar.h"

namespace segue::interp {

ZoneView zone_at(const Frame& frame, uint32_t zone) {
  return cells::zone_of(*frame.view, frame.blob, zone);
}

}  // namespace segue::interp
