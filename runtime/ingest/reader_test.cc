#include "runtime/ingest/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/hash.h"
#include "runtime/ingest/memory_source.h"

namespace segue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

InputSchema schema() { return {{}, {{"", {}}, {"", {}}}}; }

std::string line(const std::string& user, int64_t ms) {
  return R"({"userId":")" + user + R"(","event":"x","timestamp":)" + std::to_string(ms) + "}\n";
}

std::unique_ptr<BatchSource> input(const std::string& bytes, uint32_t file = 0,
                                   ReaderOptions options = {}) {
  return read_events(std::make_unique<MemorySource>(bytes), file, schema(), options);
}

/// All events as `user@ms`, rejects as `!line`, then what ended it.
std::vector<std::string> read_all(BatchSource& source, size_t* batches = nullptr) {
  std::vector<std::string> all;
  for (;;) {
    EventBatch batch;
    if (const Status status = source.next(batch); !status.ok()) {
      all.push_back(status.error().message);
      return all;
    }
    if (batch.empty()) return all;
    EXPECT_EQ(batch.events.size(), batch.origins.size());
    EXPECT_EQ(batch.events.size(), batch.user_hashes.size());
    if (batches != nullptr) ++*batches;
    for (size_t i = 0; i < batch.events.size(); ++i) {
      const Event& event = batch.events[i];
      EXPECT_EQ(batch.user_hashes[i], hash_user(event.user));
      all.push_back(std::string(event.user) + "@" + std::to_string(event.at.ms));
    }
    for (const Reject& reject : batch.rejects) all.push_back("!" + std::to_string(reject.line));
  }
}

TEST(Reader, GivesEventsAndRejectsWithTheirLines) {
  const auto source = input(line("a", 1) + "oops\n\n" + line("b", 2), 3);
  EventBatch batch;
  ASSERT_TRUE(source->next(batch).ok());
  ASSERT_EQ(batch.events.size(), 2u);
  EXPECT_EQ(batch.origins[1].line, 4u);
  EXPECT_EQ(batch.origins[1].file, 3u);
  ASSERT_EQ(batch.rejects.size(), 1u);
  EXPECT_EQ(batch.rejects[0].raw, "oops");
  EXPECT_EQ(batch.rejects[0].line, 2u);
  EXPECT_EQ(batch.rejects[0].file, 3u);
  EXPECT_EQ(batch.rejects[0].kind, RejectKind::kNotJson);
  ASSERT_TRUE(source->next(batch).ok());
  EXPECT_TRUE(batch.empty());
}

TEST(Reader, BatchesEndAtTheirLimits) {
  std::string bytes;
  for (int i = 0; i < 10; ++i) bytes += line("a", i);
  size_t batches = 0;
  EXPECT_EQ(read_all(*input(bytes, 0, {.batch_events = 4}), &batches).size(), 10u);
  EXPECT_EQ(batches, 3u);
  batches = 0;
  EXPECT_EQ(read_all(*input(bytes, 0, {.batch_bytes = 1}), &batches).size(), 10u);
  EXPECT_EQ(batches, 10u);
}

TEST(Reader, FullBatchesSayThatMoreFollows) {
  std::string bytes;
  for (int i = 0; i < 5; ++i) bytes += line("a", i);
  const auto source = input(bytes, 0, {.batch_events = 2});
  for (const bool more : {true, true, false}) {
    EventBatch batch;
    ASSERT_TRUE(source->next(batch).ok());
    EXPECT_EQ(batch.more, more) << batch.events.size();
  }
}

/// What is settled must not wait for an input that may be fed live.
TEST(Reader, MergedBatchesSayThatMoreFollowsWhileNoInputMayBeWaitedFor) {
  std::string five, two;
  for (int i = 0; i < 5; ++i) five += line("a", i);
  for (int i = 2; i < 4; ++i) two += line("b", i);
  std::vector<std::unique_ptr<BatchSource>> inputs;
  inputs.push_back(input(five, 0, {.batch_events = 2}));
  inputs.push_back(input(two, 1, {.batch_events = 1}));
  const auto merged = merge_events(std::move(inputs), 2);
  for (const bool more : {true, true, false, false}) {
    EventBatch batch;
    ASSERT_TRUE(merged->next(batch).ok());
    EXPECT_EQ(batch.more, more) << batch.events.size();
  }
}

TEST(Reader, RawLinesAreKeptOnlyOfWhatMayBeLate) {
  const auto source = input(line("a", 5) + line("b", 5) + line("c", 4), 0, {.keep_raw = true});
  EventBatch batch;
  ASSERT_TRUE(source->next(batch).ok());
  EXPECT_EQ(batch.origins[1].raw, "");
  EXPECT_EQ(std::string(batch.origins[2].raw) + "\n", line("c", 4));
}

TEST(Reader, TheHalfOfALastLineIsLeftWhereItIs) {
  const std::string half = line("b", 2).substr(0, 20);
  ReaderOptions options;
  options.half_line = std::make_shared<std::atomic<uint64_t>>(0);
  EXPECT_THAT(read_all(*input(line("a", 1) + "oops\n" + half, 0, options)),
              ElementsAre("a@1", "!2"));
  EXPECT_EQ(options.half_line->load(), 3u);
  EXPECT_THAT(read_all(*input(line("a", 1) + half)), ElementsAre("a@1", "!2"));
  options.half_line->store(0);
  const std::string no_end = line("b", 2).substr(0, line("b", 2).size() - 1);
  EXPECT_THAT(read_all(*input(no_end, 0, options)), ElementsAre("b@2")) << "whole all the same";
  EXPECT_EQ(options.half_line->load(), 0u);
}

TEST(Merge, IsByTimeThenByInput) {
  std::vector<std::unique_ptr<BatchSource>> inputs;
  inputs.push_back(input(line("a", 1) + line("b", 4) + line("c", 4), 0, {.batch_events = 2}));
  inputs.push_back(input(line("d", 0) + "oops\n" + line("e", 4) + line("f", 9), 1));
  inputs.push_back(input("", 2));
  inputs.push_back(input("oops\n", 3));
  const auto merged = merge_events(std::move(inputs), 3);
  const std::vector<std::string> all = read_all(*merged);
  EXPECT_THAT(all, ElementsAre("d@0", "a@1", "b@4", "!2", "!1", "c@4", "e@4", "f@9"));
}

TEST(Merge, AnInputOutOfOrderKeepsItsOrder) {
  std::vector<std::unique_ptr<BatchSource>> inputs;
  inputs.push_back(input(line("a", 5) + line("b", 1) + line("c", 6)));
  inputs.push_back(input(line("d", 2) + line("e", 5)));
  EXPECT_THAT(read_all(*merge_events(std::move(inputs), 100)),
              ElementsAre("d@2", "a@5", "b@1", "e@5", "c@6"));
}

TEST(Ahead, GivesTheSame) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += line("a" + std::to_string(i), i);
  const std::vector<std::string> want = read_all(*input(bytes));
  EXPECT_EQ(read_all(*read_ahead(input(bytes, 0, {.batch_events = 7}))), want);
}

TEST(Ahead, MayBeLeftUnread) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += line("a", i);
  const auto ahead = read_ahead(input(bytes, 0, {.batch_events = 7}));
  EventBatch batch;
  EXPECT_TRUE(ahead->next(batch).ok());
}

class Files : public ::testing::Test {
 protected:
  Files() { std::filesystem::create_directories(folder_); }
  ~Files() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ / name; }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  void run(const std::string& command) const { ASSERT_EQ(std::system(command.c_str()), 0); }
  static std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::vector<std::string> read(const std::vector<std::string>& paths) const {
    auto source = open_events(paths, schema(), {});
    if (!source) return {source.error().message};
    return read_all(**source);
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("segue_reader_test_" + std::to_string(getpid()));
};

TEST_F(Files, AreReadPlainAndCompressed) {
  const std::string plain = write("a.jsonl", line("a", 1) + line("b", 2));
  run("gzip -k " + plain + " && zstd -q " + plain);
  for (const char* ending : {"", ".gz", ".zst"}) {
    EXPECT_THAT(read({plain + ending}), ElementsAre("a@1", "b@2")) << ending;
  }
  // Several members, zeros behind them; several frames; and names that say nothing.
  const std::string twice =
      write("twice.jsonl.gz", slurp(plain + ".gz") + slurp(plain + ".gz") + std::string(100, '\0'));
  EXPECT_THAT(read({twice}), ElementsAre("a@1", "b@2", "a@1", "b@2"));
  const std::string frames = write("twice.log", slurp(plain + ".zst") + slurp(plain + ".zst"));
  EXPECT_THAT(read({frames}), ElementsAre("a@1", "b@2", "a@1", "b@2"));
  EXPECT_THAT(read({write("empty.jsonl", "")}), ElementsAre());
}

TEST_F(Files, ThatCannotBeReadAreNamed) {
  EXPECT_THAT(read({path("none.jsonl")}), ElementsAre(HasSubstr("No such file")));
  EXPECT_THAT(read({folder_.string()}), ElementsAre(HasSubstr("it is a folder")));
  EXPECT_THAT(read({write("a.jsonl.gz", "{}\n")}), ElementsAre(HasSubstr("but is not gzip")));
  EXPECT_THAT(read({write("b.jsonl.zst", "")}), ElementsAre(HasSubstr("but is not zstd")));
  EXPECT_THAT(read({write("a.csv", "a,b\n")}), ElementsAre(HasSubstr("not supported yet")));
  const std::string good = write("good.jsonl", line("a", 1));
  EXPECT_THAT(read({good, path("none.jsonl")}), ElementsAre(HasSubstr("none.jsonl")));
}

TEST_F(Files, CutOffGiveWhatIsWholeAndThenAnError) {
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += line("user" + std::to_string(i * 7919), i);
  const std::string plain = write("a.jsonl", bytes);
  run("gzip -k " + plain + " && zstd -q " + plain);
  for (const char* ending : {".gz", ".zst"}) {
    const std::string whole = slurp(plain + ending);
    const std::string cut =
        write(std::string("cut.jsonl") + ending, whole.substr(0, whole.size() * 3 / 4));
    const std::vector<std::string> all = read({cut});
    EXPECT_GT(all.size(), 5'000u);
    EXPECT_LT(all.size(), 20'000u);
    EXPECT_THAT(all.back(), HasSubstr("it is cut off")) << ending;
    EXPECT_EQ(all[0], "user0@0");
  }
  std::string broken = slurp(plain + ".gz");
  broken[broken.size() - 6] = static_cast<char>(broken[broken.size() - 6] ^ 1);  // its checksum
  const std::vector<std::string> all = read({write("broken.jsonl.gz", broken)});
  EXPECT_EQ(all.size(), 20'001u);
  EXPECT_THAT(all.back(), HasSubstr("broken gzip"));
}

TEST_F(Files, ThatShrinkAreAnError) {
  std::string bytes;
  for (int i = 0; i < 50'000; ++i) bytes += line("a", i);
  const std::string shrinking = write("a.jsonl", bytes);
  auto source = open_events(std::vector{shrinking}, schema(), {.batch_events = 10});
  ASSERT_TRUE(source);
  EventBatch batch;
  ASSERT_TRUE((*source)->next(batch).ok());
  std::filesystem::resize_file(shrinking, bytes.size() / 2);
  EXPECT_THAT(read_all(**source).back(), HasSubstr("it shrank from"));
}

TEST_F(Files, APipeIsAnsweredBeforeItEnds) {
  const std::string pipe = path("pipe");
  run("mkfifo " + pipe);
  std::atomic<bool> seen = false;
  std::thread writer([&] {
    std::ofstream out(pipe);
    out << line("a", 1) << std::flush;
    while (!seen) std::this_thread::yield();
    out << line("b", 2);
  });
  auto source = open_events(std::vector{pipe}, schema(), {});
  EventBatch batch;
  EXPECT_TRUE((*source)->next(batch).ok());
  EXPECT_EQ(batch.events.size(), 1u);
  EXPECT_FALSE(batch.more);
  seen = true;
  EXPECT_THAT(read_all(**source), ElementsAre("b@2"));
  writer.join();
}

}  // namespace
}  // namespace segue
