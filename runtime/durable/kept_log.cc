#include "runtime/durable/kept_log.h"

#include <algorithm>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"

namespace segue::durable {
namespace {

/// Each checkpoint writes all of them.
constexpr size_t kPlacesMax = 1024;

Error damaged(const char* what) {
  return {Errc::kCorrupt, std::string("the checkpoint is damaged: ") + what};
}

std::string with_checksum(const std::string& bytes) {
  std::string out;
  put(out, hash64(bytes));
  return out + bytes;
}

bool take_checked(ByteReader& in, std::string_view bytes) {
  uint64_t checksum = 0;
  return in.take(checksum) && hash64(bytes.substr(sizeof checksum)) == checksum;
}

}  // namespace

void KeptLog::pass(const LogPlace& place) {
  if (!keep_) return places_.clear();
  if (places_.empty() || places_.back().record != place.record) places_.push_back(place);
  if (places_.size() > kPlacesMax) forget_one();
  if (*keep_ == kKeepAll) return;
  // The first one may go if the second reaches far enough.
  while (places_.size() > 1 && places_[1].since() <= place.newest - *keep_) {
    places_.erase(places_.begin());
  }
}

/// The one without which the longest stretch of time from a place to the next grows least; where
/// the log begins stays.
void KeptLog::forget_one() {
  const auto stretch_without = [&](size_t i) {
    return places_[i + 1].since() - places_[i - 1].since();
  };
  size_t least = 1;
  for (size_t i = 2; i + 1 < places_.size(); ++i) {
    if (stretch_without(i) < stretch_without(least)) least = i;
  }
  places_.erase(places_.begin() + static_cast<ptrdiff_t>(least));
}

std::optional<LogPlace> KeptLog::begin() const {
  return places_.empty() ? std::nullopt : std::optional(places_[0]);
}

std::optional<LogPlace> KeptLog::find(uint64_t record) const {
  for (const LogPlace& place : places_) {
    if (place.record == record) return place;
  }
  return std::nullopt;
}

std::string KeptLog::pack() const {
  std::string out;
  put(out, static_cast<uint32_t>(places_.size()));
  for (const LogPlace& place : places_) {
    put(out, place.record);
    put(out, place.newest.ms);
    put(out, place.floor.ms);
  }
  return with_checksum(out);
}

Status KeptLog::open(std::string_view bytes) {
  ByteReader in(bytes);
  uint32_t count = 0;
  if (!take_checked(in, bytes) || !in.take(count)) return damaged("which log is kept");
  for (; count > 0; --count) {
    LogPlace place;
    const bool whole = in.take(place.record) && in.take(place.newest.ms) && in.take(place.floor.ms);
    const bool ascends = places_.empty() || place.record > places_.back().record;
    if (!whole || !ascends) return damaged("which log is kept");
    places_.push_back(place);
  }
  return in.done() ? Status() : Status(damaged("which log is kept"));
}

void note_forgotten(ForgottenIds& ids, std::vector<ForgottenId> more) {
  for (ForgottenId& one : more) {
    Instant& through = ids.try_emplace(std::move(one.id), one.through).first->second;
    through = std::max(through, one.through);
  }
}

std::string pack_forgotten(const ForgottenIds& ids) {
  if (ids.empty()) return {};
  std::string out;
  for (const auto& [id, through] : ids) {
    put_text(out, id);
    put(out, through.ms);
  }
  return with_checksum(out);
}

Result<ForgottenIds> open_forgotten(std::string_view bytes) {
  ForgottenIds ids;
  if (bytes.empty()) return ids;
  ByteReader in(bytes);
  if (!take_checked(in, bytes)) return damaged("whom it forgets");
  while (!in.done()) {
    std::string_view id;
    Instant through;
    if (!in.take_text(id) || !in.take(through.ms)) return damaged("whom it forgets");
    ids.emplace(id, through);
  }
  return ids;
}

}  // namespace segue::durable
