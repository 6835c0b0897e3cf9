#include "compiler/codegen/object_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>

#include "runtime/base/hash.h"
#include "runtime/native/built.h"

extern const unsigned char segue_bodies_bitcode[];
extern const size_t segue_bodies_bitcode_size;

namespace segue::codegen {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'S', 'E', 'G', 'O', 'B', 'J', 'S', '2'};
constexpr uint64_t kObjectsMax = 1u << 20;
constexpr std::string_view kSuffix = ".segobj";
/// A file begun that long ago was left by a process that ended too soon.
constexpr auto kUnfinishedAfter = std::chrono::hours(1);

std::string_view chars(const void* bytes, size_t size) {
  return {static_cast<const char*>(bytes), size};
}

std::string key_of(const image::Image& image, const std::string& machine) {
  const Hash128 content = hash128(chars(image.bytes().data(), image.bytes().size()));
  const Hash128 bodies = hash128(chars(segue_bodies_bitcode, segue_bodies_bitcode_size));
  const std::string all = fmt::format("{:016x}{:016x} {:016x}{:016x} {} {}", content.hi, content.lo,
                                      bodies.hi, bodies.lo, native::runtime_identity(), machine);
  const Hash128 key = hash128(all);
  return fmt::format("{:016x}{:016x}{}", key.hi, key.lo, kSuffix);
}

/// Of a file under another name than its own, too, the checksum is wrong.
uint64_t checksum_of(std::string_view body, std::string_view key) {
  return hash64(body, hash64(key));
}

// ---- files --------------------------------------------------------------------------------------

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

/// Whether nobody else can have put it there or changed it.
bool is_ours(const struct stat& info) {
  return info.st_uid == ::geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool is_our_folder(const std::string& folder) {
  struct stat info{};
  return ::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && is_ours(info);
}

bool make_our_folder(const std::string& folder) {
  std::error_code ignored;  // a cache that cannot be written is a cache that is empty
  fs::create_directories(fs::path(folder).parent_path(), ignored);
  ::mkdir(folder.c_str(), S_IRWXU);
  return is_our_folder(folder);
}

/// The bytes of a file of ours of at most `bytes_max`, from now on the one used last.
std::optional<std::string> read_ours(const std::string& path, uint64_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info{};
  if (!file.is_open() || ::fstat(file.number(), &info) != 0) return std::nullopt;
  if (!S_ISREG(info.st_mode) || !is_ours(info)) return std::nullopt;
  if (static_cast<uint64_t>(info.st_size) > bytes_max) return std::nullopt;
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.number(), bytes.data() + done, bytes.size() - done);
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  ::futimens(file.number(), nullptr);
  return bytes;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

/// Removes files that were begun and never finished, and of the others those longest unused until
/// a quarter of `bytes_max` is free, if they are more than that. A file that another process
/// removes meanwhile is gone either way.
void trim(const std::string& folder, uint64_t bytes_max) {
  struct Kept {
    fs::path path;
    fs::file_time_type used;
    uint64_t bytes;
  };
  std::vector<Kept> kept;
  uint64_t total = 0;
  std::error_code ignored;
  for (auto at = fs::directory_iterator(folder, ignored); at != fs::directory_iterator();
       at.increment(ignored)) {
    if (ignored) return;
    std::error_code gone;
    const std::string name = at->path().filename().string();
    if (name.find(kSuffix) == std::string::npos || !at->is_regular_file(gone)) continue;
    Kept file{at->path(), at->last_write_time(gone), at->file_size(gone)};
    if (gone) continue;
    const auto age = fs::file_time_type::clock::now() - file.used;
    if (!name.ends_with(kSuffix)) {
      if (age > kUnfinishedAfter) fs::remove(file.path, gone);
      continue;
    }
    total += file.bytes;
    kept.push_back(std::move(file));
  }
  if (total <= bytes_max) return;
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
  for (const Kept& file : kept) {
    if (total <= bytes_max - bytes_max / 4) return;
    std::error_code gone;
    fs::remove(file.path, gone);
    total -= file.bytes;
  }
}

// ---- what is in them ----------------------------------------------------------------------------

void put(std::string& out, uint64_t word) { out.append(chars(&word, sizeof word)); }

/// Takes a word off the front; false if there is none.
bool take(std::string_view& rest, uint64_t& word) {
  if (rest.size() < sizeof word) return false;
  std::memcpy(&word, rest.data(), sizeof word);
  rest.remove_prefix(sizeof word);
  return true;
}

/// The objects in a file's bytes; none if they are not what was written under `key`.
std::vector<std::string> objects_of(std::string_view rest, std::string_view key) {
  uint64_t checksum = 0;
  uint64_t count = 0;
  if (!rest.starts_with(chars(kMagic, sizeof kMagic))) return {};
  rest.remove_prefix(sizeof kMagic);
  if (!take(rest, checksum) || checksum != checksum_of(rest, key)) return {};
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

}  // namespace

ObjectCache::ObjectCache(std::string folder, const image::Image& image, const std::string& machine,
                         uint64_t bytes_max)
    : folder_(std::move(folder)), bytes_max_(bytes_max) {
  if (!folder_.empty()) key_ = key_of(image, machine);
}

std::vector<std::string> ObjectCache::load() const {
  if (folder_.empty() || !is_our_folder(folder_)) return {};
  const std::string path = folder_ + "/" + key_;
  const std::optional<std::string> bytes = read_ours(path, bytes_max_);
  if (!bytes) return {};
  std::vector<std::string> objects = objects_of(*bytes, key_);
  if (objects.empty()) ::unlink(path.c_str());
  return objects;
}

void ObjectCache::store(const std::vector<std::string>& objects) const {
  if (folder_.empty() || objects.empty()) return;
  std::string body;
  put(body, objects.size());
  for (const std::string& object : objects) {
    put(body, object.size());
    body += object;
  }
  std::string head(chars(kMagic, sizeof kMagic));
  put(head, checksum_of(body, key_));
  if (head.size() + body.size() > bytes_max_ || !make_our_folder(folder_)) return;
  const std::string path = folder_ + "/" + key_;
  std::string temporary = path + ".XXXXXX";
  {
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // of mode 0600
    if (!file.is_open()) return;
    if (!write_all(file.number(), head) || !write_all(file.number(), body)) {
      ::unlink(temporary.c_str());
      return;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) ::unlink(temporary.c_str());
  trim(folder_, bytes_max_);
}

}  // namespace segue::codegen
