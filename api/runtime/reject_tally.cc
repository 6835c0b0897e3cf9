#include "api/runtime/reject_tally.h"

#include <algorithm>

namespace segue {

void RejectTally::add(RejectKind kind, std::string path, uint64_t line, std::string what) {
  Row& row = rows_[static_cast<size_t>(kind)];
  ++row.count;
  if (row.first.size() < kPlacesKept) {
    row.first.push_back({std::move(path), line, std::move(what)});
  }
}

void RejectTally::add(const Reject& reject, std::string path) {
  const bool is_block = reject.kind == RejectKind::kBlockDamaged;
  add(reject.kind, std::move(path), reject.line, is_block ? reject.raw : std::string());
}

std::vector<RejectCount> RejectTally::counts() const {
  std::vector<RejectCount> counts;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].count == 0) continue;
    const auto kind = static_cast<RejectKind>(i);
    counts.push_back(
        {std::string(name_of(kind)), std::string(text_of(kind)), rows_[i].count, rows_[i].first});
  }
  std::sort(counts.begin(), counts.end(), [](const RejectCount& a, const RejectCount& b) {
    return a.count != b.count ? a.count > b.count : a.name < b.name;
  });
  return counts;
}

void RejectTally::save(std::string& out) const {
  for (const Row& row : rows_) {
    put(out, row.count);
    put(out, static_cast<uint32_t>(row.first.size()));
    for (const InputLine& place : row.first) {
      put_text(out, place.path);
      put(out, place.line);
      put_text(out, place.block);
    }
  }
}

bool RejectTally::restore(ByteReader& in) {
  for (Row& row : rows_) {
    uint32_t places = 0;
    if (!in.take(row.count) || !in.take(places) || places > kPlacesKept) return false;
    row.first.resize(places);
    for (InputLine& place : row.first) {
      std::string_view path, block;
      if (!in.take_text(path) || !in.take(place.line) || !in.take_text(block)) return false;
      place.path = path;
      place.block = block;
    }
  }
  return true;
}

bool is_bad_line(RejectKind kind) {
  switch (kind) {
    case RejectKind::kGroupNotSupported:
    case RejectKind::kLate:
    case RejectKind::kFuture:
      return false;
    case RejectKind::kNotJson:
    case RejectKind::kNotUtf8:
    case RejectKind::kTooDeep:
    case RejectKind::kLineTooLong:
    case RejectKind::kNoUser:
    case RejectKind::kNoTime:
    case RejectKind::kTimeOutOfRange:
    case RejectKind::kNoEventName:
    case RejectKind::kUnknownType:
    case RejectKind::kNoPreviousId:
    case RejectKind::kBlockDamaged:
      return true;
  }
  return true;
}

}  // namespace segue
