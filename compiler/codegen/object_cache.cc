#include "compiler/codegen/object_cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "runtime/base/hash.h"

extern const unsigned char segue_bodies_bitcode[];
extern const size_t segue_bodies_bitcode_size;
extern const char segue_generator_identity[];

namespace segue::codegen {
namespace {

constexpr char kMagic[8] = {'S', 'E', 'G', 'O', 'B', 'J', 'S', '1'};
constexpr uint64_t kObjectsMax = 1u << 20;

std::string_view chars(const void* bytes, size_t size) {
  return {static_cast<const char*>(bytes), size};
}

std::string key_of(const image::Image& image, const std::string& machine) {
  const Hash128 content = hash128(chars(image.bytes().data(), image.bytes().size()));
  const Hash128 bodies = hash128(chars(segue_bodies_bitcode, segue_bodies_bitcode_size));
  const std::string all = fmt::format("{:016x}{:016x} {:016x}{:016x} {} {}", content.hi, content.lo,
                                      bodies.hi, bodies.lo, segue_generator_identity, machine);
  const Hash128 key = hash128(all);
  return fmt::format("{:016x}{:016x}.segobj", key.hi, key.lo);
}

void put(std::string& out, uint64_t word) { out.append(chars(&word, sizeof word)); }

/// Takes a word off the front; false if there is none.
bool take(std::string_view& rest, uint64_t& word) {
  if (rest.size() < sizeof word) return false;
  std::memcpy(&word, rest.data(), sizeof word);
  rest.remove_prefix(sizeof word);
  return true;
}

}  // namespace

ObjectCache::ObjectCache(std::string folder, const image::Image& image,
                         const std::string& machine) {
  if (!folder.empty()) path_ = std::move(folder) + "/" + key_of(image, machine);
}

std::vector<std::string> ObjectCache::load() const {
  if (path_.empty()) return {};
  std::ifstream file(path_, std::ios::binary);
  if (!file) return {};
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::string_view rest(bytes);
  uint64_t checksum = 0;
  uint64_t count = 0;
  if (!rest.starts_with(chars(kMagic, sizeof kMagic))) return {};
  rest.remove_prefix(sizeof kMagic);
  if (!take(rest, checksum) || checksum != hash64(rest)) return {};
  if (!take(rest, count) || count > kObjectsMax) return {};
  std::vector<std::string> objects;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t size = 0;
    if (!take(rest, size) || size > rest.size()) return {};
    objects.emplace_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return objects;
}

void ObjectCache::store(const std::vector<std::string>& objects) const {
  if (path_.empty()) return;
  std::string body;
  put(body, objects.size());
  for (const std::string& object : objects) {
    put(body, object.size());
    body += object;
  }
  std::string head(chars(kMagic, sizeof kMagic));
  put(head, hash64(body));
  std::error_code ignored;  // a cache that cannot be written is a cache that is empty
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const std::string temporary = fmt::format("{}.{}", path_, getpid());
  {
    std::ofstream file(temporary, std::ios::binary);
    file << head << body;
    if (!file.flush()) {
      std::filesystem::remove(temporary, ignored);
      return;
    }
  }
  std::filesystem::rename(temporary, path_, ignored);
}

}  // namespace segue::codegen
