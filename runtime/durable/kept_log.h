// What of the log is kept beyond what recovery needs, for deploys to fill new cells from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/base/result.h"
#include "runtime/durable/files.h"
#include "runtime/engine/identity.h"
#include "runtime/engine/watermark.h"

namespace segue::durable {

inline constexpr std::string_view kKeptLogKey = "h";

/// All of the log, for ever.
inline constexpr Duration kKeepAll{kNever.ms};

/// A place in the log, and how far the input was in time before it.
struct LogPlace {
  uint64_t record = 1;  // the next one
  Instant newest = kLongAgo;
  Instant floor = kLongAgo;

  /// Of what is dated after it nothing came before the place, or counted there.
  Instant since() const { return std::max(newest, floor - Duration{1}); }
  /// `watermark` as it stood there.
  Watermark watermark(Watermark watermark) const {
    watermark.restore(newest, floor);
    return watermark;
  }
};

/// Where checkpoints were made, the oldest first: the log is kept from the first of them on. Of
/// very many some are forgotten, those that are close to others.
class KeptLog {
 public:
  /// The log is kept so far behind the newest event; nothing: not at all.
  explicit KeptLog(std::optional<Duration> keep) : keep_(keep) {}

  bool keeps() const { return keep_.has_value(); }

  /// A checkpoint is made there; what lies too far behind it is not kept any more.
  void pass(const LogPlace& place);

  /// Where the log begins that is kept, also by a process that kept it; nothing: nowhere.
  std::optional<LogPlace> begin() const;
  /// The place of that record, if it is one of them.
  std::optional<LogPlace> find(uint64_t record) const;

  std::string pack() const;
  Status open(std::string_view bytes);

 private:
  void forget_one();

  std::optional<Duration> keep_;
  std::vector<LogPlace> places_;
};

/// Ids of users who were deleted: what they did up to and at the instant is to be gone.
using ForgottenIds = std::map<std::string, Instant, std::less<>>;

void note_forgotten(ForgottenIds& ids, std::vector<ForgottenId> more);
std::string pack_forgotten(const ForgottenIds& ids);
Result<ForgottenIds> open_forgotten(std::string_view bytes);

/// Rewrites the segments of the log that have records before number `until` and lines of these ids,
/// without them: events dated up to and at the instant of each, and calls that took effect by then,
/// the deletes among them. A rewritten segment takes the place of the old one once it is on the
/// disk, so at whatever step it fails, or the process ends, it may be done once more. No segment
/// has records on both sides of `until`.
/// `from`: where the log is kept; of what stands before it in the first segment no line stays.
/// `watermark`: of the lateness.
/// Cost: reads and decodes what was not read by a call before this one, and the segments of these
/// ids (SegmentUsers).
Status erase_from_log(Files& files, const std::string& folder, const LogPlace& from,
                      const Watermark& watermark, uint64_t until, const ForgottenIds& ids);

/// Removes what a process that ended had begun to rewrite: it has lines of users who may be deleted
/// later, whether or not the log is kept then.
Status remove_parts(Files& files, const std::string& folder);

}  // namespace segue::durable
