#include "compiler/sema/zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "compiler/sema/zone_rule.h"

namespace segue {
namespace {

/// A TZif file larger than this is none.
constexpr size_t kFileBytesMax = 1 << 20;

/// Names lead to files, so what could leave the folder is no name.
bool well_formed(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.back() == '/') return false;
  if (name.find("..") != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '/' || c == '_' || c == '-' || c == '+';
  });
}

std::vector<std::string> zone_folders() {
  std::vector<std::string> folders{"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                   "/usr/share/lib/zoneinfo"};
  const char* given = std::getenv("TZDIR");
  if (given != nullptr && *given != '\0') folders.insert(folders.begin(), given);
  return folders;
}

std::optional<std::string> read_zone_file(const std::string& name) {
  for (const std::string& folder : zone_folders()) {
    std::ifstream file(folder + "/" + name, std::ios::binary);
    if (!file) continue;
    std::string bytes(kFileBytesMax, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<size_t>(file.gcount()));
    if (bytes.starts_with("TZif")) return bytes;
  }
  return std::nullopt;
}

/// Big-endian integers of a TZif file (RFC 8536); past the end they are 0 and `ok` is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  int64_t integer(size_t size) {
    if (bytes_.size() - at_ < size) {
      ok_ = false;
      at_ = bytes_.size();
      return 0;
    }
    uint64_t value = (static_cast<unsigned char>(bytes_[at_]) & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t i = 0; i < size; ++i)
      value = value << 8 | static_cast<unsigned char>(bytes_[at_++]);
    return static_cast<int64_t>(value);
  }
  void skip(uint64_t size) {
    if (bytes_.size() - at_ < size) ok_ = false;
    at_ += std::min<uint64_t>(size, bytes_.size() - at_);
  }
  std::string_view rest() const { return bytes_.substr(at_); }
  bool ok() const { return ok_; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

struct Counts {
  uint32_t is_utc, is_standard, leaps, times, types, letters;
};

Counts read_header(Reader& reader) {
  reader.skip(20);  // magic, version, reserved
  Counts counts{};
  for (uint32_t* count : {&counts.is_utc, &counts.is_standard, &counts.leaps, &counts.times,
                          &counts.types, &counts.letters}) {
    *count = static_cast<uint32_t>(reader.integer(4));
  }
  return counts;
}

uint64_t body_bytes(const Counts& c, uint64_t time_bytes) {
  return c.times * (time_bytes + 1) + c.types * uint64_t{6} + c.letters +
         c.leaps * (time_bytes + 4) + c.is_standard + c.is_utc;
}

/// What precedes 1970 becomes one row at the beginning; equal neighbours become one.
void append(std::vector<ZoneTransition>& rows, ZoneTransition row) {
  if (row.at_ms >= kInstantEnd.ms) return;
  if (row.at_ms <= 0) rows.clear();
  if (rows.empty() || rows.back().offset_ms != row.offset_ms) rows.push_back(row);
}

std::optional<std::vector<ZoneTransition>> parse(std::string_view bytes) {
  Reader reader(bytes);
  if (bytes.size() < 5 || bytes[4] < '2') return std::nullopt;  // version 1 has 32-bit times only
  reader.skip(body_bytes(read_header(reader), 4));
  const Counts counts = read_header(reader);
  if (!reader.ok() || counts.types == 0 || counts.types > 256) return std::nullopt;
  if (body_bytes(counts, 8) > reader.rest().size()) return std::nullopt;

  std::vector<int64_t> times(counts.times);
  std::vector<size_t> types(counts.times);
  std::vector<int64_t> offsets(counts.types);
  for (int64_t& time : times) time = reader.integer(8);
  for (size_t& type : types) type = static_cast<size_t>(reader.integer(1) & 0xFF);
  for (int64_t& offset : offsets) {
    offset = reader.integer(4);
    reader.skip(2);
  }
  reader.skip(counts.letters + counts.leaps * uint64_t{12} + counts.is_standard + counts.is_utc);

  std::vector<ZoneTransition> rows{{0, offsets[0] * 1'000}};
  constexpr int64_t kFar = int64_t{1} << 40;  // seconds: beyond every date, small enough for ms
  for (size_t i = 0; i < times.size(); ++i) {
    if (types[i] >= offsets.size()) return std::nullopt;
    append(rows, {std::clamp(times[i], -kFar, kFar) * 1'000, offsets[types[i]] * 1'000});
  }
  const std::string_view footer = reader.rest();
  if (footer.size() > 2 && footer.front() == '\n' && reader.ok()) {
    const auto rule = ZoneRule::parse(footer.substr(1, footer.find('\n', 1) - 1));
    if (!rule) return std::nullopt;
    const int64_t from_ms = times.empty() ? 0 : std::clamp(times.back(), -kFar, kFar) * 1'000;
    for (const ZoneTransition& row : rule->transitions(from_ms)) append(rows, row);
  }
  if (!reader.ok()) return std::nullopt;
  return rows;
}

}  // namespace

Result<std::vector<ZoneTransition>> load_zone(const std::string& name) {
  if (name == "UTC") return std::vector<ZoneTransition>{{0, 0}};
  if (!well_formed(name)) return Error{Errc::kInvalid, fmt::format("`{}` is no time zone", name)};
  const std::optional<std::string> bytes = read_zone_file(name);
  if (!bytes) return Error{Errc::kInvalid, fmt::format("`{}` is no time zone", name)};
  auto rows = parse(*bytes);
  if (!rows) return Error{Errc::kCorrupt, fmt::format("the data of zone `{}` are damaged", name)};
  return std::move(*rows);
}

bool zone_exists(const std::string& name) { return load_zone(name).has_value(); }

std::vector<std::string> zone_names() {
  namespace fs = std::filesystem;
  std::set<std::string> names{"UTC"};
  for (const std::string& folder : zone_folders()) {
    std::error_code none;
    for (auto at = fs::recursive_directory_iterator(folder, none);
         at != fs::recursive_directory_iterator(); at.increment(none)) {
      if (none) break;
      const std::string name = fs::relative(at->path(), folder, none).generic_string();
      // The same zones again, and the same with leap seconds counted, which event time has not.
      if (name == "posix" || name == "right") {
        at.disable_recursion_pending();
        continue;
      }
      if (at->is_regular_file(none) && well_formed(name) && zone_exists(name)) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

namespace sema {

const Zone* Zones::get(const std::string& name) {
  const auto [found, added] = zones_.try_emplace(name);
  if (added) {
    if (auto rows = load_zone(name); rows.has_value()) {
      found->second = std::make_unique<Zone>(Zone{name, std::move(*rows)});
    }
  }
  return found->second.get();
}

}  // namespace sema
}  // namespace segue
