#include "runtime/engine/change.h"

#include <bit>
#include <string>
#include <type_traits>

#include "runtime/base/hash.h"

namespace segue {
namespace {

template <class T>
void put(std::string& bytes, T value) {
  static_assert(std::is_integral_v<T> && std::endian::native == std::endian::little);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& bytes, std::string_view text) {
  put(bytes, static_cast<uint32_t>(text.size()));
  bytes.append(text);
}

std::string bytes_of(std::string_view user, std::string_view segment_name, Instant at,
                     bool entered) {
  std::string bytes;
  bytes.reserve(user.size() + segment_name.size() + 2 * sizeof(uint32_t) + 2 * sizeof(int64_t) + 1);
  put_text(bytes, user);
  put_text(bytes, segment_name);
  put(bytes, at.ms);
  put(bytes, static_cast<uint8_t>(entered ? 1 : 0));
  return bytes;
}

ChangeId id_of(std::string_view bytes) {
  const Hash128 hash = hash128(bytes);
  constexpr std::string_view kDigits = "0123456789abcdef";
  ChangeId id;
  for (size_t i = 0; i < id.size(); ++i) {
    const uint64_t half = i < 16 ? hash.hi : hash.lo;
    id[i] = kDigits[(half >> (60 - 4 * (i % 16))) & 15];
  }
  return id;
}

}  // namespace

ChangeId change_id(std::string_view user, std::string_view segment_name, Instant at, bool entered) {
  return id_of(bytes_of(user, segment_name, at, entered));
}

ChangeId change_id(const Change& change, std::string_view segment_name, uint64_t deploy_mark) {
  std::string bytes = bytes_of(change.user, segment_name, change.at, change.entered);
  if (change.cause == Cause::kDeploy) put(bytes, deploy_mark);
  return id_of(bytes);
}

uint64_t next_deploy_mark(uint64_t before, uint64_t program) {
  std::string bytes;
  put(bytes, before);
  put(bytes, program);
  return hash64(bytes);
}

}  // namespace segue
