// How much a set of rules may hold. Each limit is an error that names it.
#pragma once

#include <cstdint>

namespace segue {

/// Newest occurrences in a window (other than `ever`) that count; of `distinct`, `median`,
/// `percentile` and `most_common` also ever. Part of
/// the meaning: every evaluator obeys it, so no choice of a cell can change an answer.
inline constexpr uint32_t kWindowCap = 65'536;
/// Most days that a comparison may ask of a window that ends now for it to need no cap.
inline constexpr uint32_t kNewestDaysMax = 64;
/// `of the last n days`: ten years.
inline constexpr uint32_t kDaysMax = 3'660;
/// `of the last k periods`; days, weeks, … of `in the last n days` behind a date.
inline constexpr uint32_t kPeriodsMax = 366;
/// `2 * time since …`: the whole number a duration is multiplied by, decimals multiplied out.
inline constexpr int64_t kScaleMax = 1'000'000;
inline constexpr uint32_t kScaleDecimalsMax = 3;
/// Steps of a sequence, a final `then no` included.
inline constexpr uint32_t kStepsMax = 10;
/// Signals that must not lie before one step: `without`, and of `then next` all that are named.
inline constexpr uint32_t kWithoutMax = 64;
/// Derived signals inside derived signals: sequences of sequences, sessions of unions, …
inline constexpr uint32_t kDerivedDepthMax = 32;
/// Values of a sequence's `by` that have something under way, of one user; and, where a step has a
/// shortest gap, partial matches that wait for it. Part of the meaning, as is kWindowCap: the
/// newest stay.
inline constexpr uint32_t kSequenceKeysMax = 4'096;
inline constexpr uint32_t kSequenceWaitingMax = 1'024;
/// Of each sort: events, traits, signals, parameters, lists, segments, scores, over all files.
inline constexpr uint32_t kDeclarationsMax = 65'536;
/// Files of one compilation.
inline constexpr uint32_t kFilesMax = 4'096;
/// Items of a list, inline or declared.
inline constexpr uint32_t kListItemsMax = 65'536;
/// Bytes of a text in a rule.
inline constexpr uint32_t kTextBytesMax = 16'384;
/// Bytes of an expression after `matches`, and what RE2 may spend on it.
inline constexpr uint32_t kRegexBytesMax = 1'024;
inline constexpr uint32_t kRegexMemoryMax = 1u << 20;
/// Parts of a dotted name.
inline constexpr uint32_t kPathMax = 16;
/// Signals (and computed traits) inside signals.
inline constexpr uint32_t kSignalChainMax = 64;
/// HIR: expressions, long texts and lists, each signal counted wherever it is read; and their
/// depth.
inline constexpr uint32_t kPartsMax = 2'000'000;
inline constexpr uint32_t kDepthMax = 1'000;
/// Slots of all kinds of events together: what one record of the input can make the decoder keep.
inline constexpr uint32_t kCarriedMax = 1'000'000;
/// Terms of a score; decimals of its points; points in units of their last decimal (exact in a
/// double, with room to add).
inline constexpr uint32_t kScoreTermsMax = 1'000;
inline constexpr uint32_t kPointDecimalsMax = 9;
inline constexpr int64_t kPointUnitsMax = 1'000'000'000'000;
/// To which a score with a half-life is rounded.
inline constexpr uint32_t kDecayedDecimals = 10;

}  // namespace segue
