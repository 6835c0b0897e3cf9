// How much of a rule file the front end takes. Each limit is a diagnostic that names it.
#pragma once

#include <cstdint>

namespace segue {

/// Depth of `( [ {` together. The parser recurses about 12 frames a parenthesis; at this depth it
/// stays far inside an 8 MB stack even with AddressSanitizer's frames.
inline constexpr uint32_t kNestingMax = 256;
/// `not not not …`, `- - -`, `list of list of …`.
inline constexpr uint32_t kPrefixRunMax = 64;
/// Tokens of one file, blanks and comments not counted: a file of the largest size in the usual
/// style has about 1.5 million.
inline constexpr uint32_t kTokensMax = 2'000'000;
/// Of them, those of one declaration: while it is read, each costs up to a kilobyte of parse tree.
inline constexpr uint32_t kDeclarationTokensMax = 400'000;
/// Longest duration that can be written: 100 years of 365 days.
inline constexpr int64_t kDurationMsMax = 100LL * 365 * 24 * 60 * 60 * 1000;
/// Dates and instants that can be written.
inline constexpr int kYearMin = 1970;
inline constexpr int kYearMax = 2100;
/// Digits of one number, with its fraction.
inline constexpr uint32_t kNumberDigitsMax = 40;

}  // namespace segue
