#pragma once

#include <cstdint>

/// What an image may ask of its readers. `open` refuses more; `compiler/emit` says so with a
/// diagnostic.
namespace segue::image {

inline constexpr uint32_t kImageBytesMax = 1u << 30;
inline constexpr uint32_t kStackDepthMax =
    256;  // entries while one code runs; readers use a fixed stack
inline constexpr uint64_t kCodeRowsMax = 1u
                                         << 26;  // ops of all codes together; codes may share rows
inline constexpr uint64_t kListRowsMax = 1u
                                         << 26;  // indices of all lists together, shared likewise
inline constexpr uint64_t kTextBytesMax = 1u << 30;
inline constexpr uint32_t kChunkNodesMax = 64;
inline constexpr uint32_t kNewestMax = 64;             // times one `newest` cell keeps
inline constexpr uint32_t kDaysMax = 4096;             // of one `days` cell, of one calendar window
inline constexpr int32_t kPeriodShiftMax = 1'000'000;  // units before or after the present one
inline constexpr uint32_t kSequenceStepsMax =
    10;  // so that all runs of steps fit one word (cells/matching.h)
inline constexpr uint32_t kSequenceKeysMax =
    4096;  // values of `by` that have something under way, a sequence
inline constexpr uint32_t kSequenceWaitingMax =
    1024;  // partial matches that wait at a step until `after` has passed
/// How far back a near cell keeps times: 37 days. See runtime/cells/near.h.
inline constexpr uint32_t kNearStepBits = 30;
inline constexpr int64_t kNearReachMs = int64_t{3} << kNearStepBits;
inline constexpr uint32_t kFixedBytesMax = 1u << 24;
inline constexpr uint32_t kBlobBytesMax = 1u << 30;
inline constexpr int64_t kZoneOffsetMaxMs = 26LL * 3'600'000;

/// Times further from 1970 have no local time.
inline constexpr int64_t kLocalTimeMaxMs = 10'000'000'000'000'000;

}  // namespace segue::image
