#include "runtime/durable/segment_users.h"

#include <algorithm>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"
#include "runtime/durable/log.h"
#include "runtime/durable/records.h"

namespace segue::durable {
namespace {

constexpr uint32_t kVersion = 1;
constexpr std::string_view kUsers = ".who";
constexpr std::string_view kSegment = ".log";

Error damaged() { return {Errc::kCorrupt, "who has lines in a segment is damaged"}; }

}  // namespace

uint32_t SegmentUsers::hash_of(std::string_view id) { return static_cast<uint32_t>(hash64(id)); }

bool SegmentUsers::may_have(const ForgottenIds& ids) const {
  return std::any_of(ids.begin(), ids.end(), [&](const auto& forgotten) {
    return std::binary_search(hashes_.begin(), hashes_.end(), hash_of(forgotten.first));
  });
}

std::string SegmentUsers::pack() {
  std::sort(hashes_.begin(), hashes_.end());
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
  std::string rest;
  put(rest, kVersion);
  put(rest, static_cast<uint32_t>(hashes_.size()));
  put(rest, next);
  put(rest, bytes);
  put(rest, passed.ms);
  put_all(rest, std::span<const uint32_t>(hashes_));
  std::string out;
  put(out, hash64(rest));
  return out + rest;
}

Result<SegmentUsers> SegmentUsers::open(std::string_view bytes) {
  ByteReader in(bytes);
  SegmentUsers users;
  uint64_t checksum = 0;
  if (!in.take(checksum) || hash64(bytes.substr(sizeof checksum)) != checksum) return damaged();
  uint32_t version = 0;
  uint32_t count = 0;
  const bool has_head = in.take(version) && version == kVersion && in.take(count) &&
                        in.take(users.next) && in.take(users.bytes) && in.take(users.passed.ms);
  if (!has_head || in.left() != uint64_t{count} * sizeof(uint32_t)) return damaged();
  // Else time would overflow, which no input can bring about.
  if (users.passed < kLongAgo || users.passed.ms > kAdvanceMsMax + 1) return damaged();
  users.hashes_.resize(count);
  for (uint32_t& hash : users.hashes_) {
    if (!in.take(hash)) return damaged();
  }
  if (!std::is_sorted(users.hashes_.begin(), users.hashes_.end())) return damaged();
  return users;
}

std::string users_name(const std::string& segment) {
  return segment.substr(0, segment.find('.')).append(kUsers);
}

Status remove_users_of_gone(Files& files, const std::string& folder) {
  SEGUE_TRY(const auto names, files.list(folder));
  bool removed = false;
  for (const std::string& name : names) {
    if (!name.ends_with(kUsers)) continue;
    const std::string segment = name.substr(0, name.size() - kUsers.size()).append(kSegment);
    if (std::binary_search(names.begin(), names.end(), segment)) continue;
    SEGUE_TRY_STATUS(files.remove(folder + "/" + name));
    removed = true;
  }
  return removed ? files.sync_folder(folder) : Status();
}

}  // namespace segue::durable
