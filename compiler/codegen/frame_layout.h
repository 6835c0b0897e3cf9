#pragma once

#include <cstddef>

#include "runtime/base/value.h"
#include "runtime/cells/blob.h"
#include "runtime/interp/frame.h"

/// Where generated code finds what it reads and writes itself. All else it asks the host for, with
/// the frame as argument.
namespace segue::codegen {

inline constexpr size_t kFrameBlobAt = offsetof(Frame, blob);
inline constexpr size_t kFrameNowAt = offsetof(Frame, now_ms);
inline constexpr size_t kFrameNextAt = offsetof(Frame, next_ms);
inline constexpr size_t kFrameEventAt = offsetof(Frame, event);
inline constexpr size_t kFrameSlotsAt = offsetof(Frame, slots);
inline constexpr size_t kFrameDirtyAt = offsetof(Frame, dirty);
static_assert(kFrameBlobAt == 0 && kFrameNowAt == 8 && kFrameNextAt == 16 && kFrameSlotsAt == 32);

inline constexpr size_t kHeaderFirstAt = offsetof(BlobHeader, first_ms);
inline constexpr size_t kTruthWordsAt = sizeof(BlobHeader);
// The first instant is in the lower six bytes of a word.
static_assert(kHeaderFirstAt == 6 && kTruthWordsAt == 24);

inline constexpr size_t kValueBytes = sizeof(Value);
// A view is its size and where its bytes are, in the order of this library.
inline constexpr size_t kValueTextAt = offsetof(Value, text);
#ifdef _LIBCPP_VERSION
inline constexpr size_t kValueTextBytesAt = kValueTextAt, kValueTextSizeAt = kValueTextAt + 8;
#else
inline constexpr size_t kValueTextSizeAt = kValueTextAt, kValueTextBytesAt = kValueTextAt + 8;
#endif
static_assert(kValueBytes == 48 && offsetof(Value, tag) == 0 && offsetof(Value, number) == 8);

}  // namespace segue::codegen
