#include "runtime/pack/pack.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"
#include "runtime/ingest/decode.h"
#include "runtime/ingest/lines.h"
#include "runtime/ingest/memory_source.h"
#include "runtime/pack/format.h"
#include "runtime/pack/inputs.h"
#include "runtime/pack/pack_source.h"

namespace segue::pack {
namespace {

/// What the tests ask of an event: values by path, of any kind, and of named kinds.
InputSchema schema() {
  InputSchema schema;
  schema.slots = {{{"plan"}, true},  {{"a"}, false},    {{"a", "b"}, false},
                  {{"list"}, false}, {{"name"}, false}, {{"address", "city"}, true},
                  {{"n"}, false}};
  schema.kinds = {{"", {0, 5}},
                  {"", {1, 3, 4, 6}},
                  {"Page Viewed", {4}},
                  {"order", {1, 2, 3, 6}},
                  {"view", {6}}};
  return schema;
}

std::string temporary(const std::string& name) { return testing::TempDir() + "pack_test_" + name; }

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Bytes as a file that never reaches a disk.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("pack", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
  void write(const std::string& bytes) {
    ASSERT_EQ(ftruncate(fd_, 0), 0);
    ASSERT_EQ(pwrite(fd_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }

 private:
  int fd_;
};

struct Packed {
  Status status;
  WriterStats stats;
  std::vector<Reject> rejects;
};

Packed pack_all(std::vector<PackInput> inputs, const std::string& path,
                const WriterOptions& options = {}, Duration lateness = Duration{kNever.ms / 4}) {
  Packed packed;
  auto file = NewFile::create(path);
  EXPECT_TRUE(file.has_value());
  Writer writer(std::move(file).value(), path, options);
  packed.status = pack_inputs(std::move(inputs), lateness, writer,
                              {[&](const Reject& reject) {
                                 packed.rejects.push_back(reject);
                                 return Status();
                               },
                               [](uint64_t) {}});
  if (packed.status.ok()) packed.status = writer.finish();
  packed.stats = writer.stats();
  return packed;
}

PackInput lines_input(const std::string& lines) {
  return {std::make_unique<MemorySource>(lines), nullptr};
}

PackInput pack_input(const std::string& path) {
  auto pack = Pack::open(path);
  EXPECT_TRUE(pack.has_value());
  return {nullptr, std::move(pack).value()};
}

Packed pack_lines(const std::string& lines, const std::string& path,
                  const WriterOptions& options = {}) {
  std::vector<PackInput> inputs;
  inputs.push_back(lines_input(lines));
  return pack_all(std::move(inputs), path, options);
}

std::string text_of(const Value& value) {
  std::string text = std::to_string(static_cast<int>(value.tag)) + ":" + std::string(value.text) +
                     ":" + std::to_string(value.number);
  for (const Value& item : value.items) text += "[" + text_of(item) + "]";
  return text;
}

std::string text_of(const Event& event) {
  std::string text = std::to_string(event.at.ms) + " " + std::string(event.user) + " " +
                     std::to_string(event.kind.index) + " " + std::string(event.name) + " " +
                     std::string(event.tie) + (event.has_message_id ? " id" : "");
  for (const Value& value : event.slots) text += " " + text_of(value);
  return text;
}

/// All events of a source, sorted. Those of a pack, which come in order, with its rejects.
std::vector<std::string> read_all(BatchSource& source, std::vector<Reject>* rejects = nullptr) {
  std::vector<std::string> events;
  Instant newest = kLongAgo;
  for (EventBatch batch; source.next(batch).ok() && !batch.empty(); batch = EventBatch()) {
    EXPECT_EQ(batch.user_hashes.size(), batch.events.size());  // merged with those of lines
    for (const Event& event : batch.events) {
      events.push_back(text_of(event));
      if (rejects != nullptr) {
        EXPECT_GE(event.at, newest);
      }
      newest = event.at;
    }
    if (rejects == nullptr) continue;
    rejects->insert(rejects->end(), batch.rejects.begin(), batch.rejects.end());
  }
  std::sort(events.begin(), events.end());
  return events;
}

std::vector<std::string> events_of_lines(const std::string& lines) {
  const auto source =
      read_events(std::make_unique<MemorySource>(lines), 0, schema(), ReaderOptions{});
  return read_all(*source);
}

std::vector<std::string> events_of_pack(const std::string& path,
                                        std::vector<Reject>* rejects = nullptr) {
  auto pack = Pack::open(path);
  EXPECT_TRUE(pack.has_value()) << (pack ? "" : pack.error().message);
  if (!pack) return {};
  const auto source = read_pack(std::move(pack).value(), 0, schema(), ReaderOptions{});
  std::vector<Reject> unused;
  return read_all(*source, rejects != nullptr ? rejects : &unused);
}

/// Lines of all calls and of all types of values; no copies.
std::string random_lines(std::mt19937& random, int count, int users) {
  static const char* const kValues[] = {"1",          "-0.50",
                                        "1e3",        "99999999999999999999",
                                        "\"x\"",      "\"\\u00e9\\n\"",
                                        "true",       "false",
                                        "null",       "[1, \"a\", [2]]",
                                        "{\"b\": 7}", "{\"b\": [1]}",
                                        "\"\"",       "123456789012345678",
                                        "[]"};
  static const char* const kHeads[] = {
      R"("event":"order","properties":{"a":%,"list":%,"n":%})",
      R"("event":"view","properties":{"n":%,"n":%,"odd \u0061":%})",
      R"("type":"page","name":%,"properties":{"name":%,"a":%})",
      R"("type":"screen","properties":{"name":%})",
      R"("type":"identify","traits":{"plan":%,"address":{"city":%}})",
      R"("type":"identify","traits":{"address":%})",
      R"("event":"rare \"one\"","properties":{"a":%,"b":%})",
      R"("properties":{"a":%},"type":"track","event":"order")"};
  std::string lines;
  for (int i = 0; i < count; ++i) {
    std::string line = "{\"userId\":\"u" + std::to_string(random() % users) + "\",\"timestamp\":" +
                       std::to_string(1'000'000'000'000 + 250 * (random() % 4000)) + ",";
    if (random() % 2 == 0) line += "\"messageId\":\"m" + std::to_string(i) + "\",";
    for (const char* c = kHeads[random() % std::size(kHeads)]; *c != 0; ++c) {
      if (*c == '%') {
        line += kValues[random() % std::size(kValues)];
      } else {
        line += *c;
      }
    }
    lines += line + ",\"n\":" + std::to_string(i) + "}\n";
  }
  return lines;
}

TEST(Pack, HoldsAllThatRulesCouldAsk) {
  std::mt19937 random(20260701);
  for (int round = 0; round < 20; ++round) {
    const std::string lines = random_lines(random, 300, 1 + round * 3);
    const std::string path = temporary("round");
    const Packed packed = pack_lines(lines, path);
    ASSERT_TRUE(packed.status.ok()) << packed.status.error().message;
    EXPECT_EQ(packed.stats.events, 300U);
    EXPECT_EQ(events_of_pack(path), events_of_lines(lines));
  }
}

TEST(Pack, OfPacksAndLinesIsThePackOfAllLines) {
  std::mt19937 random(20260702);
  const std::string first = random_lines(random, 200, 9);
  const std::string second = random_lines(random, 200, 12);
  ASSERT_TRUE(pack_lines(first, temporary("first")).status.ok());
  std::vector<PackInput> inputs;
  inputs.push_back(pack_input(temporary("first")));
  inputs.push_back(lines_input(second));
  ASSERT_TRUE(pack_all(std::move(inputs), temporary("merged")).status.ok());
  ASSERT_TRUE(pack_lines(first + second, temporary("whole")).status.ok());
  EXPECT_EQ(events_of_pack(temporary("merged")), events_of_pack(temporary("whole")));
}

TEST(Pack, DoesNotDependOnWhatIsPutAside) {
  std::mt19937 random(20260703);
  const std::string lines = random_lines(random, 2000, 40);
  ASSERT_TRUE(pack_lines(lines, temporary("whole")).status.ok());
  WriterOptions options;
  options.memory_bytes = 10'000;
  ASSERT_TRUE(pack_lines(lines, temporary("aside"), options).status.ok());
  EXPECT_EQ(bytes_of(temporary("aside")), bytes_of(temporary("whole")));
}

TEST(Pack, DropsCopiesAndMarksConflicts) {
  const std::string copy =
      R"({"userId":"u","event":"view","messageId":"m","timestamp":1000,"properties":{"n":1}})";
  const std::string other =
      R"({"userId":"u","event":"view","messageId":"m","timestamp":1000,"properties":{"n":2}})";
  const std::string later =
      R"({"userId":"u","event":"view","messageId":"m","timestamp":1500,"properties":{"n":1}})";
  const std::string path = temporary("copies");
  EXPECT_EQ(pack_lines(copy + "\n" + copy + "\n" + later, path).stats.events, 2U);
  EXPECT_EQ(Pack::open(path).value()->blocks()[0].flags, 0U);
  // Which of them stays is the engine's to say: both are kept.
  EXPECT_EQ(pack_lines(copy + "\n" + other, path).stats.events, 2U);
  EXPECT_EQ(Pack::open(path).value()->blocks()[0].flags, uint32_t{kConflicts});
  WriterOptions options;
  options.dedupe = Duration{500};
  const Packed packed = pack_lines(copy + "\n" + later, path, options);
  EXPECT_EQ(packed.stats.events, 1U);
  EXPECT_EQ(packed.stats.duplicates, 1U);
}

TEST(Pack, LeavesOutWhatIsLateOrNoEvent) {
  std::vector<PackInput> inputs;
  inputs.push_back(lines_input(R"({"userId":"u","event":"view","timestamp":5000}
no json
{"userId":"u","event":"view","timestamp":4000}
{"userId":"u","event":"view","timestamp":3999})"));
  const Packed packed = pack_all(std::move(inputs), temporary("late"), {}, Duration{1000});
  EXPECT_EQ(packed.stats.events, 2U);
  ASSERT_EQ(packed.rejects.size(), 2U);
  EXPECT_EQ(packed.rejects[0].kind, RejectKind::kNotJson);
  EXPECT_EQ(packed.rejects[1].kind, RejectKind::kLate);
  EXPECT_EQ(packed.rejects[1].line, 4U);
}

TEST(Pack, SpreadsALargeUserOverBlocksAtInstants) {
  std::string lines;
  for (uint32_t i = 0; i < 2 * kBlockEvents + 100; ++i) {
    lines += R"({"userId":"big","event":"view","timestamp":)" + std::to_string(1000 + i / 3) +
             R"(,"properties":{"n":)" + std::to_string(i % 7) + "}}\n";
  }
  const std::string path = temporary("large");
  ASSERT_TRUE(pack_lines(lines, path).status.ok());
  const auto pack = Pack::open(path).value();
  ASSERT_EQ(pack->blocks().size(), 3U);
  EXPECT_EQ(pack->blocks()[0].flags, 0U);
  EXPECT_EQ(pack->blocks()[1].flags, uint32_t{kContinues});
  EXPECT_LT(pack->blocks()[0].max_ms, pack->blocks()[1].min_ms);
  EXPECT_EQ(events_of_pack(path), events_of_lines(lines));
}

TEST(Pack, OfNothingIsOne) {
  ASSERT_TRUE(pack_lines("", temporary("empty")).status.ok());
  EXPECT_TRUE(events_of_pack(temporary("empty")).empty());
}

/// Whatever byte is damaged: the file is refused, or a block is named and its events are missing,
/// or nothing that rules read was hit. Never another answer.
TEST(Pack, TellsDamageAndNeverGuesses) {
  std::mt19937 random(20260704);
  const std::string path = temporary("small");
  ASSERT_TRUE(pack_lines(random_lines(random, 40, 6), path).status.ok());
  const std::vector<std::string> whole = events_of_pack(path);
  const std::string bytes = bytes_of(path);
  MemoryFile file;
  int refused = 0;
  int named = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ (1 << random() % 8));
    file.write(changed);
    if (!Pack::open(file.path())) {
      ++refused;
      continue;
    }
    std::vector<Reject> rejects;
    const std::vector<std::string> events = events_of_pack(file.path(), &rejects);
    if (!rejects.empty()) {
      ++named;
      EXPECT_EQ(rejects[0].kind, RejectKind::kBlockDamaged);
      EXPECT_EQ(rejects[0].line, 1U);
      EXPECT_NE(rejects[0].raw.find("40 events of 6 users"), std::string::npos) << rejects[0].raw;
      EXPECT_TRUE(events.empty());
    } else {
      EXPECT_EQ(events, whole) << "byte " << i;
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(named, 100);
}

std::string numbers_of(auto... numbers) {
  std::string bytes;
  (put(bytes, numbers), ...);
  return bytes;
}

using Chunks = std::map<uint32_t, std::string>;

/// A pack of one block with these chunks, sealed as a writer would, of "order"s with a column `a`.
std::string pack_with(const Chunks& chunks, uint32_t events, int64_t last_ms,
                      uint32_t version = kVersion) {
  std::string table;
  std::string body;
  for (const auto& [id, raw] : chunks) {
    const auto size = static_cast<uint32_t>(raw.size());
    const uint64_t at = sizeof(FileHeader) + chunks.size() * sizeof(ChunkRow) + body.size();
    put(table, ChunkRow{id, size, size, 0, at, hash64(raw)});
    body += raw;
  }
  std::string directory;
  put(directory, DirectoryHead{events, 1, 1000, last_ms, 1, 1, 1, 0});
  directory += '\1';
  directory += numbers_of(uint32_t{5}) + "order" + numbers_of(uint32_t{0}, uint32_t{1}) + "a";
  put(directory, BlockRow{sizeof(FileHeader), hash64(table), 1000, last_ms,
                          static_cast<uint32_t>(chunks.size()), events, 1, 0});
  FileHeader header = {{}, version, 0, 0, 0, directory.size(), hash64(directory), 0};
  kMagic.copy(header.magic, kMagic.size());
  header.directory_at = sizeof(header) + table.size() + body.size();
  header.file_bytes = header.directory_at + directory.size();
  std::string head;
  put(head, header);
  header.header_hash = hash64(head.substr(0, sizeof(header) - sizeof(header.header_hash)));
  head.clear();
  put(head, header);
  return head + table + body + directory;
}

/// One event of one user.
Chunks chunks_of_one() {
  return {{kUsers, numbers_of(uint32_t{1}, '\1', uint32_t{1}, '\1')},
          {kTimes, numbers_of(int64_t{1000}, uint64_t{1}, uint32_t{0}, '\0')},
          {kKinds, numbers_of(uint32_t{1}, uint32_t{0})},
          {kTies, std::string(17, '\0')},
          {kIds, "u"}};
}

std::string pack_with_column(const std::string& column) {
  Chunks chunks = chunks_of_one();
  chunks[kFirstColumn] = column;
  return pack_with(chunks, 1, 1000);
}

/// Two events of one user, at 1000 and 1300.
Chunks chunks_of_two() {
  Chunks chunks = chunks_of_one();
  chunks[kUsers] = numbers_of(uint32_t{1}, '\2', uint32_t{1}, '\1');
  chunks[kTimes] = numbers_of(int64_t{1000}, uint64_t{1}, uint32_t{2}, '\x0c', uint16_t{300});
  chunks[kTies] = std::string(34, '\0');
  return chunks;
}

/// The bytes of a column of one event with that many values, the event's being the first.
std::string column_of(uint32_t entries, ValueTag tag, const std::string& text) {
  std::string bytes;
  put(bytes, entries);
  put(bytes, uint32_t{1});
  bytes += static_cast<char>(tag);
  bytes.append(entries - 1, '\0');
  put(bytes, static_cast<uint32_t>(text.size()));
  bytes.append((entries - 1) * sizeof(uint32_t), '\0');
  if (entries > 1) bytes += '\0';  // the event's code
  return bytes + text;
}

/// Right checksums do not make a block's sizes right: no room is made for more than it can hold.
TEST(Pack, ChecksWhatIsBehindTheChecksums) {
  MemoryFile file;
  const auto damaged = [&](const std::string& column) {
    file.write(pack_with_column(column));
    std::vector<Reject> rejects;
    const size_t events = events_of_pack(file.path(), &rejects).size();
    EXPECT_EQ(events + rejects.size(), 1U);
    return events == 0;
  };
  EXPECT_FALSE(damaged(column_of(1, ValueTag::kText, "x")));
  EXPECT_TRUE(damaged(column_of(2, ValueTag::kText, "x"))) << "two values of one event";
  EXPECT_FALSE(damaged(column_of(1, ValueTag::kList, "[1,2]")));
  const auto list_of = [](size_t bytes) { return "[" + std::string(bytes - 3, ' ') + "1]"; };
  EXPECT_FALSE(damaged(column_of(1, ValueTag::kList, list_of(kLineBytesMax))));
  EXPECT_TRUE(damaged(column_of(1, ValueTag::kList, list_of(kLineBytesMax + 1))));
}

/// The same of users and times, whose sizes follow from each other.
TEST(Pack, ChecksUsersAndTimes) {
  MemoryFile file;
  const auto damaged = [&](const Chunks& chunks) {
    file.write(pack_with(chunks, 2, 1300));
    std::vector<Reject> rejects;
    const size_t events = events_of_pack(file.path(), &rejects).size();
    EXPECT_EQ(events, rejects.empty() ? 2U : 0U);
    return events == 0;
  };
  const Chunks whole = chunks_of_two();
  EXPECT_FALSE(damaged(whole));
  const auto with = [&](uint32_t id, const std::string& bytes) {
    Chunks chunks = whole;
    chunks[id] = bytes;
    return chunks;
  };
  EXPECT_TRUE(damaged(with(kIds, ""))) << "no id";
  EXPECT_TRUE(damaged(with(kIds, "uu"))) << "a byte behind the ids";
  EXPECT_TRUE(damaged(with(kUsers, ""))) << "no counts";
  EXPECT_TRUE(damaged(with(kUsers, numbers_of(uint32_t{1}, '\1', uint32_t{1}, '\1'))))
      << "an event of nobody";
  EXPECT_TRUE(damaged(with(kUsers, numbers_of(uint32_t{1}, '\2', uint32_t{0})))) << "an empty id";
  EXPECT_TRUE(damaged(with(kUsers, numbers_of(uint32_t{8}, uint64_t{2}, uint32_t{1}, '\1'))))
      << "counts of eight bytes";
  EXPECT_TRUE(damaged(with(kUsers, whole.at(kUsers) + "x")));
  const auto times = [&](int64_t base, uint64_t unit, uint32_t width, auto... rest) {
    return with(kTimes, numbers_of(base, unit, width, rest...));
  };
  EXPECT_FALSE(damaged(times(1000, 300, 1, '\x0c', '\1')));
  EXPECT_FALSE(damaged(times(1000, 100, 4, '\x08', '\0', '\3', uint16_t{0})))
      << "longer than it has to be";
  EXPECT_TRUE(damaged(times(1000, 1, 2))) << "no lengths";
  EXPECT_TRUE(damaged(times(1000, 1, 2, '\x0c', '\1'))) << "a byte too few";
  EXPECT_TRUE(damaged(times(1000, 1, 2, '\x0c', uint16_t{300}, '\0'))) << "a byte too many";
  EXPECT_TRUE(damaged(times(1000, 1, 2, '\x1c', uint16_t{300}))) << "a length behind the last";
  EXPECT_TRUE(damaged(times(1000, 1, 9, '\x0c', uint16_t{300}))) << "nine bytes";
  EXPECT_TRUE(damaged(times(1000, 0, 2, '\x0c', uint16_t{300}))) << "no unit";
  EXPECT_TRUE(damaged(times(999, 1, 2, '\x0c', uint16_t{301}))) << "before the first";
  EXPECT_TRUE(damaged(times(1000, 1, 2, '\x0c', uint16_t{301}))) << "after the last";
  EXPECT_TRUE(damaged(times(1000, 1, 8, '\x0c', UINT64_MAX - 700))) << "behind the end of time";
  EXPECT_TRUE(damaged(times(1000, uint64_t{1} << 62, 1, '\x0c', '\4'))) << "a unit too large";
}

TEST(Pack, ReadsVersionOne) {
  MemoryFile file;
  Chunks chunks = chunks_of_two();
  chunks.erase(kIds);
  chunks[kUsers] = numbers_of(uint32_t{2}, uint32_t{1}, 'u');
  chunks[kTimes] = numbers_of(int64_t{1000}, uint64_t{1}, uint32_t{2}, '\0', '\x2c', '\0', '\1');
  file.write(pack_with(chunks, 2, 1300));
  std::vector<Reject> rejects;
  EXPECT_TRUE(events_of_pack(file.path(), &rejects).empty()) << "in the new version";
  EXPECT_EQ(rejects.size(), 1U);
  file.write(pack_with(chunks, 2, 1300, 1));
  const std::vector<std::string> old = events_of_pack(file.path());
  file.write(pack_with(chunks_of_two(), 2, 1300));
  EXPECT_EQ(old.size(), 2U);
  EXPECT_EQ(old, events_of_pack(file.path()));
  for (const uint32_t id : {kUsers, kTimes}) {
    for (const bool longer : {false, true}) {
      Chunks wrong = chunks;
      longer ? wrong[id].push_back('\0') : wrong[id].pop_back();
      file.write(pack_with(wrong, 2, 1300, 1));
      rejects.clear();
      EXPECT_TRUE(events_of_pack(file.path(), &rejects).empty());
      EXPECT_EQ(rejects.size(), 1U);
    }
  }
}

TEST(Pack, RefusesWhatIsCutOrLongerOrNewer) {
  const std::string path = temporary("cut");
  ASSERT_TRUE(pack_lines(R"({"userId":"u","event":"view","timestamp":1})", path).status.ok());
  const std::string bytes = bytes_of(path);
  MemoryFile file;
  for (size_t size = 0; size < bytes.size(); ++size) {
    file.write(bytes.substr(0, size));
    EXPECT_FALSE(Pack::open(file.path()).has_value()) << size;
  }
  file.write(bytes + "x");
  EXPECT_EQ(Pack::open(file.path()).error().code, Errc::kCorrupt);
  for (const uint32_t version : {kVersionOldest - 1, kVersion + 1}) {
    std::string other = bytes;
    other[kMagic.size()] = static_cast<char>(version);
    file.write(other);
    EXPECT_EQ(Pack::open(file.path()).error().code, Errc::kUnsupported);
  }
}

}  // namespace
}  // namespace segue::pack
