// Door: a packed event log. Sizes and checksums are put right as far as the offsets lead, so that
// what lies behind them is reached.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "runtime/base/check.h"
#include "runtime/base/hash.h"
#include "runtime/image/assemble.h"
#include "runtime/pack/as_of_pack.h"
#include "runtime/pack/pack_source.h"

namespace segue::pack {
namespace {

/// Row `T` at `offset`, if it lies inside.
template <class T>
bool read_row(const std::string& bytes, uint64_t offset, T& row) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return false;
  std::memcpy(&row, bytes.data() + offset, sizeof(T));
  return true;
}

uint64_t hash_of(const std::string& bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || bytes.size() - offset < size) return 0;
  return hash64(std::string_view(bytes).substr(offset, size));
}

void seal_block(std::string& bytes, uint64_t row_at) {
  BlockRow block;
  if (!read_row(bytes, row_at, block)) return;
  for (uint32_t i = 0; i < block.chunks; ++i) {
    const uint64_t at = block.offset + i * sizeof(ChunkRow);
    ChunkRow chunk;
    if (!read_row(bytes, at, chunk)) return;
    chunk.hash = hash_of(bytes, chunk.offset, chunk.stored_bytes);
    std::memcpy(bytes.data() + at, &chunk, sizeof(chunk));
  }
  block.table_hash = hash_of(bytes, block.offset, block.chunks * sizeof(ChunkRow));
  std::memcpy(bytes.data() + row_at, &block, sizeof(block));
}

void seal(std::string& bytes) {
  FileHeader header;
  DirectoryHead head;
  if (!read_row(bytes, 0, header) || !read_row(bytes, header.directory_at, head)) return;
  const uint64_t end = header.directory_at + header.directory_bytes;
  if (end > bytes.size() || end < header.directory_at) return;
  const uint64_t rows = uint64_t{head.blocks} * sizeof(BlockRow);
  for (uint64_t at = end - std::min(rows, header.directory_bytes); at + sizeof(BlockRow) <= end;
       at += sizeof(BlockRow)) {
    seal_block(bytes, at);
  }
  header.file_bytes = bytes.size();
  header.directory_hash = hash_of(bytes, header.directory_at, header.directory_bytes);
  std::memcpy(bytes.data(), &header, sizeof(header));
  header.header_hash = hash_of(bytes, 0, sizeof(header) - sizeof(header.header_hash));
  std::memcpy(bytes.data(), &header, sizeof(header));
}

InputSchema schema() {
  InputSchema schema;
  schema.slots = {{{"plan"}, true}, {{"path"}, false}, {{"path", "a"}, false}, {{"n"}, false}};
  schema.kinds = {{"", {0}}, {"", {1, 3}}, {"Page Viewed", {1, 2}}, {"order", {3}}};
  return schema;
}

/// Orders by user: another way through the same blocks.
const Program& program() {
  static const Program made = [] {
    Result<image::Tables> tables = image::assemble(R"(
slot 0 property "path"
kind 0 streams
kind 1
kind 2 name "Page Viewed" slots 0 streams 0 chunks 0
stream 0 name "view" cells 0
  kind-in k0
kind-set 0 2
cell 0 latest source 0 value S at 48 bytes 12
  slot 0
  scalar-of
node 0 B place 0 segment 0
  value c0
  scalar "x"
  equal-scalars
chunk 0 first 0 count 1
segment 0 name "on" node 0
)");
    SEGUE_CHECK(tables.has_value(), "the rules are an image");
    Result<image::Image> image = image::Image::open(tables->finish());
    SEGUE_CHECK(image.has_value(), "the rules are an image");
    return Program(std::move(*image));
  }();
  return made;
}

void check_members(const std::string& path) {
  const auto pack = Pack::open(path);
  if (!pack) return;
  std::vector<Reject> rejects;
  const AsOfResult result = answer_pack(program(), **pack, AsOfRequest{}, 0, rejects);
  SEGUE_CHECK(rejects.size() <= (*pack)->blocks().size(), "a block is damaged once");
}

/// What is given is in order, and each event or block is counted once.
void check(const std::string& path) {
  auto pack = Pack::open(path);
  if (!pack) return;
  uint64_t most = 0;
  for (const BlockRow& row : (*pack)->blocks()) most += row.events;
  const auto source = read_pack(std::move(pack).value(), 0, schema(), ReaderOptions{});
  uint64_t events = 0;
  Instant newest = kLongAgo;
  for (EventBatch batch; source->next(batch).ok() && !batch.empty(); batch = EventBatch()) {
    for (const Event& event : batch.events) {
      SEGUE_CHECK(event.at >= newest, "events of a pack come in order of time");
      newest = event.at;
      ++events;
    }
  }
  SEGUE_CHECK(events <= most, "a pack has no more events than its blocks");
  check_members(path);
}

}  // namespace
}  // namespace segue::pack

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  segue::pack::seal(bytes);
  const int file = memfd_create("pack", MFD_CLOEXEC);
  if (file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) {
    segue::pack::check("/proc/self/fd/" + std::to_string(file));
  }
  close(file);
  return 0;
}
