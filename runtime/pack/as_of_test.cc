#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "runtime/engine/engine.h"
#include "runtime/ingest/memory_source.h"
#include "runtime/ingest/reader.h"
#include "runtime/interp/test_world.h"
#include "runtime/pack/as_of_events.h"
#include "runtime/pack/as_of_pack.h"
#include "runtime/pack/inputs.h"

namespace segue::pack {
namespace {

// hot: two views within 100 ms. last: the newest view was of "x". heat: views within 100 ms.
constexpr const char* kRules = R"(
window 0 rolling 100 0
slot 0 property "p"
kind 0 streams
kind 1
kind 2 name "view" slots 0 streams 0 chunks 0
stream 0 name "view" cells 0 1
  kind-in k0
kind-set 0 2
cell 0 newest source 0 k 4 at 56 bytes 24
cell 1 latest source 0 value S at 88 bytes 12
  slot 0
  scalar-of
node 0 B place 0 timed segment 0
  nth-within c0 2 100
node 1 B place 1 segment 1
  value c1
  scalar "x"
  equal-scalars
node 2 N place 48 timed
  newest-count c0 w0
chunk 0 first 0 count 3 timed
segment 0 name "hot" node 0
segment 1 name "last" node 1
score 0 name "heat" node 2
)";

// silent: two views within 500 ms that nothing else followed within 60 ms. silences: all of those.
constexpr const char* kSilence = R"(
kind-set 0 3
kind-set 1 2
kind 0
kind 1
kind 2 name "other" streams 1 chunks 0
kind 3 name "view" streams 0 chunks 0
stream 0 name "view" sequences 0
  kind-in k0
stream 1 name "other" sequences 0
  kind-in k1
stream 2 name "silent" cells 0 1
sequence 0 step 0 0 none absence 1 0 60 derived 2
cell 0 newest source 2 k 2 at 56 bytes 12
cell 1 total source 2 at 68 bytes 5
cell 2 sequence source 0 k 1 at 80 bytes 16
node 0 B place 0 timed segment 0
  nth-within c0 2 500
node 1 N place 48
  total-count c1
chunk 0 first 0 count 2 timed
segment 0 name "silent" node 0
score 0 name "silences" node 1
)";

// A birthday that lies before 26 April 1970 in the year of the event.
constexpr const char* kBirthdays = R"(
slot 0 property "p"
kind-set 0 2
kind 0
kind 1
kind 2 name "view" slots 0 streams 0 chunks 0
stream 0 name "early" cells 0
  kind-in k0
  slot 0
  value-instant utc
  anniversary utc 0
  time 10000000000
  time-less 0
  and 2
cell 0 total source 0 at 56 bytes 5
node 0 B place 0 segment 0
  number 1
  total-count c0
  less
node 1 N place 48
  total-count c0
chunk 0 first 0 count 2
segment 0 name "twice" node 0
score 0 name "early" node 1
)";

/// More cells than a word has bits, and more counts than one has bytes: of each kind 40 times
/// within windows of 20, 40 … ms, and 40 times more events than 0, 3 ….
std::string many_cells() {
  std::string rules = R"(
kind-set 0 3
kind-set 1 2
kind 0
kind 1
kind 2 name "other" streams 1 chunks 0 1
kind 3 name "view" streams 0 chunks 0 1
)";
  std::string cells[2];
  std::string nodes;
  std::string rows;
  constexpr int kCells = 40;
  int at = 48;
  for (int i = 0; i < 2 * kCells; ++i) {
    const bool timed = i < kCells;
    const std::string number = std::to_string(i);
    cells[i % 2] += " " + number;
    rows += "cell " + number + (timed ? " newest" : " total") + " source " + std::to_string(i % 2) +
            (timed ? " k 2" : "") + " at " + std::to_string(at) + " bytes " + (timed ? "12" : "5") +
            "\n";
    at += timed ? 12 : 5;
    nodes += "node " + number + " B place " + number + (timed ? " timed" : "") + " segment " +
             number + "\n";
    nodes += timed ? "  nth-within c" + number + " 2 " + std::to_string(20 * (i + 1)) + "\n"
                   : "  number " + std::to_string(3 * (i - kCells)) + "\n  total-count c" + number +
                         "\n  less\n";
  }
  rules += "stream 0 name \"view\" cells" + cells[0] + "\n  kind-in k0\n";
  rules += "stream 1 name \"other\" cells" + cells[1] + "\n  kind-in k1\n" + rows + nodes;
  rules += "node 80 N place 40\n  total-count c40\n";
  rules += "chunk 0 first 0 count 40 timed\nchunk 1 first 40 count 41\n";
  for (int i = 0; i < 2 * kCells; ++i) {
    rules += "segment " + std::to_string(i) + " name \"s" + std::to_string(i) + "\" node " +
             std::to_string(i) + "\n";
  }
  return rules + "score 0 name \"views\" node 80\n";
}

const std::shared_ptr<const Program>& program() {
  static const std::shared_ptr<const Program> made = program_of(kRules);
  return made;
}

/// Views of a few users on a coarse grid, so that instants meet; some are copies, some no events.
std::string random_lines(std::mt19937& random, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const uint32_t id = random() % (2 * count);
    lines += R"({"userId":"u)" + std::to_string(id % 11) + R"(","messageId":"m)" +
             std::to_string(id) + R"(","timestamp":)" + std::to_string(1000 + id % 53 * 20) +
             R"(,"event":")" + (id % 5 == 0 ? "other" : "view") + R"(","properties":{"p":")" +
             (id % 3 == 0 ? "x" : "y") + "\"}}\n";
    if (random() % 20 == 0) lines += "no event\n";
  }
  return lines;
}

std::string text_of(Instant at, uint64_t users, const auto& members, const auto& scores) {
  std::string text = std::to_string(at.ms) + ": " + std::to_string(users) + " users";
  for (const auto& ids : members) {
    text += " |";
    for (const auto& id : ids) text += " " + std::string(id);
  }
  for (const auto& [user, value] : scores) {
    text += " " + std::string(user) + "=" + std::to_string(value);
  }
  return text + "\n";
}

std::string text_of(const AsOfResult& result) {
  std::string text = std::to_string(result.stats.users) + " users\n";
  for (const Answers& answers : result.answers) {
    text += text_of(answers.at, answers.users, answers.members, answers.scores[0]);
    for (size_t i = 0; i < answers.members.size(); ++i) {
      EXPECT_EQ(answers.counts[i], answers.members[i].size());
    }
    double sum = 0;
    for (const auto& [user, value] : answers.scores[0]) sum += value;
    EXPECT_EQ(answers.sums[0], sum);
  }
  return text;
}

std::unique_ptr<BatchSource> source_of(const std::string& lines,
                                       const InputSchema& schema = program()->schema()) {
  return read_events(std::make_unique<MemorySource>(lines), 0, schema, ReaderOptions{});
}

/// What an engine says, asked at its stops.
struct EngineAnswers : EngineListener {
  Engine* engine = nullptr;
  std::string text;
  void on_stop(Instant at) override {
    text += text_of(at, engine->stats().users, engine->members(), engine->scores(0));
  }
};

std::string ask_engine(const std::string& lines, const AsOfRequest& request,
                       const std::shared_ptr<const Program>& asked = program()) {
  EngineAnswers told;
  EngineOptions options;
  options.lateness = kLatenessAll;
  Engine engine(asked, options, told);
  told.engine = &engine;
  for (const Instant at : request.at) EXPECT_TRUE(engine.stop_at(at).ok());
  const auto source = source_of(lines, asked->schema());
  for (EventBatch batch; source->next(batch).ok() && !batch.empty(); batch = EventBatch()) {
    engine.push(std::move(batch));
  }
  engine.finish();
  return std::to_string(engine.stats().users) + " users\n" + told.text;
}

std::string pack_of(const std::string& lines) {
  const std::string path = testing::TempDir() + "as_of_test.segl";
  Writer writer(std::move(NewFile::create(path)).value(), path, {});
  std::vector<PackInput> inputs;
  inputs.push_back({std::make_unique<MemorySource>(lines), nullptr});
  const PackListener listener{[](const Reject&) { return Status(); }, [](uint64_t) {}};
  EXPECT_TRUE(pack_inputs(std::move(inputs), kLatenessAll, writer, listener).ok());
  EXPECT_TRUE(writer.finish().ok());
  return path;
}

AsOfRequest request_of(std::vector<Instant> at, unsigned threads) {
  AsOfRequest request;
  request.at = std::move(at);
  request.with_scores = true;
  request.threads = threads;
  return request;
}

TEST(AsOf, OfLinesAndOfAPackIsWhatAnEngineSays) {
  std::mt19937 random(20260705);
  for (int round = 0; round < 20; ++round) {
    const std::string lines = random_lines(random, 10 + 20 * round);
    const unsigned threads = 1 + round % 3;
    const AsOfRequest request =
        request_of({Instant{900}, Instant{1000}, Instant{1431}, Instant{9000}}, threads);
    const std::string wanted = ask_engine(lines, request);

    const auto pack = Pack::open(pack_of(lines)).value();
    std::vector<Reject> rejects;
    EXPECT_EQ(text_of(answer_pack(*program(), *pack, request, 0, rejects)), wanted);
    EXPECT_TRUE(rejects.empty());

    std::vector<EventsByUser> dealt(2);
    const auto source = source_of(lines);
    size_t turn = 0;
    for (EventBatch batch; source->next(batch).ok() && !batch.empty(); batch = EventBatch()) {
      dealt[turn++ % 2].add(std::move(batch));
    }
    EXPECT_EQ(text_of(EventsByUser::answer(*program(), dealt, request, {})), wanted);
  }
}

/// Many events of a user, and many of an instant: more than are fed to cells at once. Some are
/// different events of one messageId, so that blocks have to be read event by event.
std::string long_lines(std::mt19937& random, int count) {
  std::string lines;
  int64_t at = 1000;
  for (int i = 0; i < count; ++i) {
    if (random() % 3 == 0) at += 1 + random() % 40;
    if (random() % 400 == 0) at += 100;
    const uint32_t id = random() % 2000 == 0 ? 7 : 1000 + i;
    lines += R"({"userId":"u)" + std::to_string(random() % 3) + R"(","messageId":"m)" +
             std::to_string(id) + R"(","timestamp":)" + std::to_string(at) + R"(,"event":")" +
             (random() % 3 == 0 ? "other" : "view") + R"(","properties":{"p":")" +
             (random() % 3 == 0 ? "x" : "y") + "\"}}\n";
    if (random() % 300 != 0) continue;
    for (const char* name : {"other", "view"}) {
      lines += R"({"userId":"u1","messageId":"twice","timestamp":)" + std::to_string(at) +
               R"(,"event":")" + name + "\"}\n";
    }
  }
  return lines;
}

TEST(AsOf, LongHistoriesAreWhatAnEngineSays) {
  const std::shared_ptr<const Program> silence = program_of(kSilence);
  const std::shared_ptr<const Program> many = program_of(many_cells().c_str());
  std::mt19937 random(20261130);
  for (int round = 0; round < 12; ++round) {
    const std::string lines = long_lines(random, 50 << (round / 2));
    const AsOfRequest request =
        request_of({Instant{1100}, Instant{1800}, Instant{1801}, Instant{90'000}}, 1);
    const auto pack = Pack::open(pack_of(lines)).value();
    for (const auto& asked : {program(), silence, many}) {
      std::vector<Reject> rejects;
      EXPECT_EQ(text_of(answer_pack(*asked, *pack, request, 0, rejects)),
                ask_engine(lines, request, asked));
    }
  }
}

/// Events that are alike but for their instant are not alike to a filter that asks in which year
/// they are.
TEST(AsOf, FiltersMayAskWhichYearItIs) {
  std::string lines;
  for (const char* day : {"1970-02-01", "1970-07-01", "1971-02-01", "1971-07-01"}) {
    lines += R"({"userId":"a","event":"view","timestamp":")" + std::string(day) +
             R"(T00:00:00Z","properties":{"p":"1975-03-01"}})" + "\n";
  }
  const std::shared_ptr<const Program> birthdays = program_of(kBirthdays);
  const AsOfRequest request = request_of({Instant{3 * 366 * kDayMs}}, 1);
  const auto pack = Pack::open(pack_of(lines)).value();
  std::vector<Reject> rejects;
  const AsOfResult result = answer_pack(*birthdays, *pack, request, 0, rejects);
  EXPECT_EQ(text_of(result), ask_engine(lines, request, birthdays));
  EXPECT_EQ(result.answers[0].scores[0][0].second, 2);
}

TEST(AsOf, TheNewestEventIfNothingIsAsked) {
  const std::string lines = R"({"userId":"a","event":"view","timestamp":1500}
{"userId":"b","event":"view","timestamp":1400})";
  const auto pack = Pack::open(pack_of(lines)).value();
  std::vector<Reject> rejects;
  const AsOfResult result = answer_pack(*program(), *pack, request_of({}, 1), 0, rejects);
  ASSERT_EQ(result.answers.size(), 1U);
  EXPECT_EQ(result.answers[0].at, Instant{1500});
  const auto nothing = Pack::open(pack_of("")).value();
  EXPECT_TRUE(answer_pack(*program(), *nothing, request_of({}, 1), 0, rejects).answers.empty());
}

TEST(AsOf, AUserOfManyBlocksIsOne) {
  std::string lines;
  for (uint32_t i = 0; i < 2 * kBlockEvents; ++i) {
    lines += R"({"userId":"big","event":"view","timestamp":)" + std::to_string(1000 + i) + "}\n";
  }
  const auto pack = Pack::open(pack_of(lines)).value();
  ASSERT_GT(pack->blocks().size(), 1U);
  std::vector<Reject> rejects;
  const AsOfResult result = answer_pack(*program(), *pack, request_of({}, 2), 0, rejects);
  EXPECT_EQ(result.stats.users, 1U);
  EXPECT_EQ(result.answers[0].users, 1U);
  EXPECT_EQ(result.answers[0].scores[0][0].second, 4);
}

/// Events and rejects of an input that is decoded in pieces are those of the whole.
TEST(DealLines, NumbersLinesAsInTheWhole) {
  std::mt19937 random(20260706);
  std::string lines = "\xef\xbb\xbf";
  while (lines.size() < (size_t{11} << 20)) {
    lines += random_lines(random, 50);
    if (random() % 100 == 0) lines += "\n\xef\xbb\xbf{}\r\n" + std::string(300'000, 'x') + "\n";
  }
  lines += R"({"userId":"last","event":"view","timestamp":1})";
  std::vector<std::string> wanted;
  uint64_t events = 0;
  const auto source = source_of(lines);
  for (EventBatch batch; source->next(batch).ok() && !batch.empty(); batch = EventBatch()) {
    events += batch.events.size();
    for (const Reject& reject : batch.rejects) {
      wanted.push_back(std::to_string(reject.line) + reject.raw);
    }
  }
  MemorySource whole(lines, 1'000'000);
  std::vector<EventsByUser> dealt(3);
  std::vector<std::string> rejects;
  const Status status = deal_lines(
      whole, 0, program()->schema(), dealt,
      [&](std::span<const Reject> some) {
        for (const Reject& reject : some) {
          rejects.push_back(std::to_string(reject.line) + reject.raw);
        }
        return Status();
      },
      [](uint64_t) {});
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(rejects, wanted);
  const AsOfRequest request = request_of({Instant{5000}}, 2);
  EXPECT_EQ(EventsByUser::answer(*program(), dealt, request, {}).stats.events, events);
}

}  // namespace
}  // namespace segue::pack
