#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/base/result.h"
#include "runtime/image/view.h"

namespace segue::cells {

/// Whether bytes from outside can be a blob of this image: its head and size, where its growing
/// parts lie and how much they hold, the deadlines that it keeps (`deadline_slots` of them, as
/// `image::deadline_slots` says), and what each cell keeps (`check_kept.h`). After that no call
/// reads or writes outside of it, overflows, or waits for what is past, whatever else the bytes
/// say; that they are what `Blob::bytes` gave once, only a checksum beside them can tell. `bytes`
/// begin at an address divisible by 8.
///
/// Errors: `kInvalid` of another program, `kCorrupt`. Cost: a walk over the state.
Status check_state(const image::View& view, uint64_t identity, uint32_t deadline_slots,
                   std::span<const std::byte> bytes);

}  // namespace segue::cells
