#include "runtime/pack/pack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"
#include "runtime/base/instant.h"
#include "runtime/pack/files.h"

namespace segue::pack {
namespace {

bool in_bounds(int64_t ms) { return ms >= kInstantMin.ms && ms < kInstantEnd.ms; }

}  // namespace

bool is_pack(const std::string& path) {
  if (path == "-") return false;
  if (path.ends_with(".segl")) return true;
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char head[kMagic.size()] = {};
  const bool whole = read_at(fd, 0, head);
  close(fd);
  return whole && std::string_view(head, sizeof(head)) == kMagic;
}

Result<std::shared_ptr<const Pack>> Pack::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Error{Errc::kUnreadable, "cannot read `" + path + "`: " + std::strerror(errno)};
  }
  std::shared_ptr<Pack> pack(new Pack(fd, path));
  SEGUE_TRY_STATUS(pack->check_header());
  SEGUE_TRY_STATUS(pack->read_directory());
  return std::shared_ptr<const Pack>(std::move(pack));
}

Pack::~Pack() { close(fd_); }

Error Pack::corrupt(std::string_view why) const {
  return {Errc::kCorrupt, "`" + path_ + "` is damaged: " + std::string(why)};
}

bool Pack::lies_inside(uint64_t offset, uint64_t bytes) const {
  return offset >= sizeof(FileHeader) && offset <= header_.file_bytes &&
         bytes <= header_.file_bytes - offset;
}

Status Pack::check_header() {
  struct stat info;
  if (fstat(fd_, &info) != 0) {
    return Error{Errc::kUnreadable, "cannot read `" + path_ + "`: " + std::strerror(errno)};
  }
  if (S_ISDIR(info.st_mode)) {
    return Error{Errc::kUnreadable, "cannot read `" + path_ + "`: it is a folder"};
  }
  char bytes[sizeof(FileHeader)];
  const bool whole = read_at(fd_, 0, bytes);
  if (!whole || std::string_view(bytes, kMagic.size()) != kMagic) {
    return Error{Errc::kUnreadable, "cannot read `" + path_ + "`: it is no packed event log"};
  }
  std::memcpy(&header_, bytes, sizeof(header_));
  if (header_.version < kVersionOldest || header_.version > kVersion) {
    return Error{Errc::kUnsupported, "cannot read `" + path_ + "`: packed as version " +
                                         std::to_string(header_.version) +
                                         ", this program knows versions " +
                                         std::to_string(kVersionOldest) + " to " +
                                         std::to_string(kVersion) + "; pack its events again"};
  }
  const std::string_view hashed(bytes, sizeof(bytes) - sizeof(header_.header_hash));
  if (hash64(hashed) != header_.header_hash) return corrupt("its header fails its checksum");
  if (header_.file_bytes != static_cast<uint64_t>(info.st_size)) {
    return corrupt("it has " + std::to_string(info.st_size) + " bytes and was written with " +
                   std::to_string(header_.file_bytes));
  }
  return {};
}

Status Pack::read_directory() {
  const Error wrong = corrupt("its directory fails its checks");
  if (header_.directory_bytes > kDirectoryBytesMax ||
      !lies_inside(header_.directory_at, header_.directory_bytes)) {
    return wrong;
  }
  std::string bytes(header_.directory_bytes, '\0');
  if (!read_at(fd_, header_.directory_at, bytes)) return wrong;
  if (hash64(bytes) != header_.directory_hash) return wrong;
  ByteReader reader(bytes);
  if (!reader.take(head_) || head_.kinds > bytes.size() || head_.columns > bytes.size() ||
      !catalog_.read(reader, head_.kinds, head_.columns)) {
    return wrong;
  }
  std::string_view rows;
  if (!reader.take_bytes(uint64_t{head_.blocks} * sizeof(BlockRow), rows) || !reader.done()) {
    return wrong;
  }
  for (uint32_t i = 0; i < head_.blocks; ++i) {
    const auto row = element<BlockRow>(rows, i);
    const bool good = row.events > 0 && row.events <= kBlockEventsMax && row.users > 0 &&
                      row.users <= row.events && row.chunks <= kColumnsMax + kFirstColumn &&
                      in_bounds(row.min_ms) && in_bounds(row.max_ms) && row.min_ms <= row.max_ms &&
                      lies_inside(row.offset, uint64_t{row.chunks} * sizeof(ChunkRow)) &&
                      (i > 0 || (row.flags & kContinues) == 0);
    if (!good) return wrong;
    blocks_.push_back(row);
  }
  return {};
}

bool Pack::read_table(uint32_t block, std::vector<ChunkRow>& table) const {
  const BlockRow& row = blocks_[block];
  table.resize(row.chunks);
  // SAFETY: rows are trivially copyable; whatever they say is checked where it is used.
  const std::span<char> bytes(reinterpret_cast<char*>(table.data()),
                              table.size() * sizeof(ChunkRow));
  if (!read_at(fd_, row.offset, bytes)) return false;
  if (hash64({bytes.data(), bytes.size()}) != row.table_hash) return false;
  for (size_t i = 1; i < table.size(); ++i) {
    if (table[i - 1].id >= table[i].id) return false;
  }
  return true;
}

bool Pack::read_chunk(const ChunkRow& chunk, Buffer& scratch, Buffer& into,
                      std::string_view& bytes) const {
  if (chunk.raw_bytes > kChunkBytesMax || chunk.stored_bytes > chunk.raw_bytes ||
      !lies_inside(chunk.offset, chunk.stored_bytes)) {
    return false;
  }
  const bool packed = chunk.stored_bytes != chunk.raw_bytes;
  char* const stored = packed ? scratch.make(chunk.stored_bytes) : into.make(chunk.raw_bytes);
  if (!read_at(fd_, chunk.offset, {stored, chunk.stored_bytes})) return false;
  if (hash64({stored, chunk.stored_bytes}) != chunk.hash) return false;
  if (packed) {
    char* const plain = into.make(chunk.raw_bytes);
    if (!decompress({stored, chunk.stored_bytes}, {plain, chunk.raw_bytes})) return false;
  }
  bytes = {into.data(), chunk.raw_bytes};
  return true;
}

}  // namespace segue::pack
