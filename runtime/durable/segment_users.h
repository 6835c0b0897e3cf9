// Who has lines in which part of the kept log, so that a delete reads no others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/base/result.h"
#include "runtime/durable/files.h"
#include "runtime/durable/kept_log.h"

namespace segue::durable {

/// Of a segment that nothing is written to any more: whose lines it has, 4 bytes of a hash each and
/// no id, and how far input was in time behind it. In a file beside it, which nothing needs: one
/// that is missing, damaged or of other bytes than the segment has is made when that is read.
class SegmentUsers {
 public:
  uint64_t next = 0;          // the record behind its last one
  uint64_t bytes = 0;         // of the segment
  Instant passed = kLongAgo;  // what comes behind it and is dated before is late

  void add(std::string_view id) { hashes_.push_back(hash_of(id)); }

  /// False: it has no line of any of them. Cost: a search each.
  bool may_have(const ForgottenIds& ids) const;

  /// Sorts what was added. `docs/formats/log.md`.
  std::string pack();
  /// `kCorrupt`.
  static Result<SegmentUsers> open(std::string_view bytes);

 private:
  static uint32_t hash_of(std::string_view id);

  std::vector<uint32_t> hashes_;  // ascending, each once, but for those added since
};

/// The file of that segment.
std::string users_name(const std::string& segment);

/// Removes those of segments that are gone.
Status remove_users_of_gone(Files& files, const std::string& folder);

}  // namespace segue::durable
