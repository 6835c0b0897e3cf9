#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "runtime/base/instant.h"
#include "runtime/interp/program.h"

namespace segue {

/// A user's entry into a segment or exit from it. What the texts point to lives as long as the call
/// that gives it; `user` as long as the engine.
struct Change {
  Instant at;
  std::string_view user;
  uint32_t segment = 0;  // row of the image's segments
  bool entered = false;
  Cause cause = Cause::kTime;
  std::string_view event;  // of kEvent: a wire name
};

inline constexpr size_t kChangeIdDigits = 24;
using ChangeId = std::array<char, kChangeIdDigits>;

/// The identity of a change: the same whenever the same change is found again, so that a sink can
/// drop what it has seen. Stable over versions, threads and programs: the first 12 bytes, in hex,
/// of the XXH3-128 (canonical, most significant byte first) of
///   u32 bytes of the user · the user · u32 bytes of the segment's name · the name ·
///   i64 instant in ms · one byte, 1 entered, 0 left
/// where integers are little-endian. Of all causes but `kDeploy`.
ChangeId change_id(std::string_view user, std::string_view segment_name, Instant at, bool entered);

/// Of any cause: of `kDeploy` it follows `u64 deploy_mark`, see `Engine::deploy_mark`. Deploys may
/// lead to and fro at one instant, and what they change is not the same change then.
ChangeId change_id(const Change& change, std::string_view segment_name, uint64_t deploy_mark);

/// Of the next deploy: which deploys were before it, in their order, and to which program it is.
/// The XXH3-64 of u64 `before` (0: none) · u64 `program`, an image's identity; little-endian.
uint64_t next_deploy_mark(uint64_t before, uint64_t program);

}  // namespace segue
