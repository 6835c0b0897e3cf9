// How much of the log is kept behind a checkpoint, and what is left of it when users are deleted.
#include "runtime/durable/kept_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <random>

#include "runtime/durable/segment_users.h"
#include "runtime/durable/test_files.h"
#include "runtime/durable/test_host.h"

namespace segue::durable {
namespace {

using testing::ElementsAre;

constexpr Duration kLateness{100};
constexpr auto kOverwrite = std::filesystem::copy_options::overwrite_existing;

std::string view(const std::string& user, int64_t at_ms) {
  return fmt::format(R"({{"userId":"{}","event":"view","timestamp":{}}})", user, at_ms);
}

class KeptLogTest : public KeptTest {
 protected:
  KeptLogTest() {
    options_.folder = folder_.path() + "/state";
    options_.segment_bytes = 300;
  }

  /// A checkpoint behind each hundred milliseconds of input.
  void run(int from, int to) {
    TestHost host(sink_, options_);
    ASSERT_TRUE(host.status.ok()) << host.status.error().message;
    for (int i = from; i < to; ++i) {
      const Step step{{view("ann", 10'000 + 100 * i), view("bob", 10'040 + 100 * i)}, 0, nullptr};
      ASSERT_TRUE(host.push(step, host.taken()).ok());
      ASSERT_TRUE(host.durable->checkpoint().ok());
    }
  }

  FolderReport found() {
    auto report = describe(options_.folder, true);
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return report ? *report : FolderReport();
  }

  DurableOptions options_;
  KeptSink sink_;
};

TEST_F(KeptLogTest, NothingIsKeptUnlessAskedFor) {
  run(0, 10);
  EXPECT_FALSE(found().kept.has_value());
  EXPECT_EQ(found().log_segments, 1u);
}

TEST_F(KeptLogTest, AllIsKeptFromTheFirstRecordOn) {
  options_.keep_log = kKeepAll;
  run(0, 10);
  run(10, 20);
  ASSERT_TRUE(found().kept.has_value());
  EXPECT_EQ(found().kept->record, 1u);
  EXPECT_EQ(found().kept->since(), kLongAgo);
  EXPECT_EQ(found().kept_records, found().manifest.next_record - 1);
}

TEST_F(KeptLogTest, WhatLiesFurtherBackIsDroppedAndNoMore) {
  options_.keep_log = Duration{500};
  run(0, 20);
  const FolderReport report = found();
  ASSERT_TRUE(report.kept.has_value());
  const int64_t newest_ms = 10'040 + 100 * 19;
  EXPECT_LE(report.kept->since().ms, newest_ms - 500);
  EXPECT_GT(report.kept->since().ms, newest_ms - 500 - 200);
  EXPECT_LT(report.log_segments, 20u);
}

TEST_F(KeptLogTest, ItIsDroppedByAProcessThatDoesNotKeepIt) {
  options_.keep_log = kKeepAll;
  run(0, 10);
  options_.keep_log.reset();
  run(10, 11);
  EXPECT_FALSE(found().kept.has_value());
  EXPECT_EQ(found().log_segments, 1u);
}

TEST_F(KeptLogTest, AFolderThatDidNotKeepItBeginsWithItsNextCheckpoint) {
  run(0, 10);
  options_.keep_log = kKeepAll;
  run(10, 20);
  ASSERT_TRUE(found().kept.has_value());
  EXPECT_EQ(found().kept->since().ms, 10'040 + 100 * 9);
}

TEST_F(KeptLogTest, ItDoesNotGrowWithEachCheckpoint) {
  constexpr int64_t kPlaces = 6000;
  KeptLog all(kKeepAll);
  for (int64_t i = 0; i < kPlaces; ++i) {
    all.pass({static_cast<uint64_t>(i + 1), i == 0 ? kLongAgo : Instant{1000 * i}, kLongAgo});
  }
  EXPECT_EQ(all.begin()->record, 1u);
  const std::string packed = all.pack();
  EXPECT_LT(packed.size(), 30'000u);
  KeptLog some(Duration{1000 * kPlaces / 2});
  ASSERT_TRUE(some.open(packed).ok());
  const Instant newest{1000 * kPlaces};
  some.pass({kPlaces + 1, newest, kLongAgo});
  EXPECT_LE(some.begin()->since(), newest - Duration{1000 * kPlaces / 2});
  EXPECT_GT(some.begin()->since(), newest - Duration{1000 * kPlaces * 51 / 100});
}

TEST_F(KeptLogTest, VerifyFindsDamageInIt) {
  options_.keep_log = kKeepAll;
  run(0, 10);
  const std::string first = options_.folder + "/log/" + segment_name(1);
  flip_bit(first, 200);
  EXPECT_TRUE(describe(options_.folder, false).has_value());
  const auto report = describe(options_.folder, true);
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error().message, testing::HasSubstr(first));
}

/// A disk that has of a file what was synced alone once the machine stops.
class ForgetfulFiles final : public Files {
 public:
  class Noted final : public File {
   public:
    Noted(std::unique_ptr<File> file, std::atomic<uint64_t>& synced)
        : file_(std::move(file)), synced_(synced) {}
    Status append(std::string_view bytes) override { return file_->append(bytes); }
    Status sync() override {
      SEGUE_TRY(const uint64_t size, file_->size());
      SEGUE_TRY_STATUS(file_->sync());
      synced_ = std::max<uint64_t>(synced_, size);
      return {};
    }
    Status truncate(uint64_t size) override { return file_->truncate(size); }
    Result<uint64_t> size() override { return file_->size(); }
    Result<size_t> read(uint64_t offset, std::span<char> out) override {
      return file_->read(offset, out);
    }

   private:
    std::unique_ptr<File> file_;
    std::atomic<uint64_t>& synced_;
  };

  void stop_machine() {
    for (const auto& [path, synced] : synced_) {
      if (path.ends_with(".log")) std::filesystem::resize_file(path, synced);
    }
  }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    SEGUE_TRY(auto file, under_.open(path, mode));
    if (mode == OpenMode::kRead) return file;
    return std::unique_ptr<File>(std::make_unique<Noted>(std::move(file), synced_[path]));
  }
  Status rename(const std::string& from, const std::string& to) override {
    return under_.rename(from, to);
  }
  Status remove(const std::string& path) override { return under_.remove(path); }
  Status make_folder(const std::string& path) override { return under_.make_folder(path); }
  Result<std::vector<std::string>> list(const std::string& path) override {
    return under_.list(path);
  }
  Status sync_folder(const std::string& path) override { return under_.sync_folder(path); }

 private:
  Files& under_ = posix_files();
  std::map<std::string, std::atomic<uint64_t>> synced_;  // bytes, by path
};

/// Else the log would have a hole, and no deploy could read it, nor a delete rewrite it.
TEST_F(KeptLogTest, WhatACheckpointIsOfOutlivesTheMachineInTheLogToo) {
  ForgetfulFiles files;
  options_.files = &files;
  options_.segment_bytes = 1 << 20;
  options_.sync.when = SyncPolicy::When::kNone;
  options_.keep_log = kKeepAll;
  run(0, 10);
  files.stop_machine();
  run(10, 11);
  EXPECT_EQ(found().kept_records, found().manifest.next_record - 1);
}

// ---- lines of deleted users ---------------------------------------------------------------------

class EraseLogTest : public testing::Test {
 protected:
  void write(const std::vector<std::vector<std::string>>& records) {
    LogOptions options;
    options.segment_bytes = 150;
    auto log = LogWriter::open(posix_files(), folder_.path(), 1, options);
    ASSERT_TRUE(log.has_value());
    constexpr uint32_t kInput[] = {0};
    for (const auto& lines : records) {
      EventBatch batch;
      for (size_t i = 0; i < lines.size(); ++i) batch.origins.push_back({0, 10 + i, lines[i]});
      std::string payload;
      put_events(payload, batch, kInput);
      ASSERT_TRUE((*log)->append(RecordKind::kEvents, payload).ok());
    }
    ASSERT_TRUE((*log)->cut().ok());
    next_ = (*log)->next();
  }

  Status erase(const ForgottenIds& ids, const LogPlace& from = {}) {
    return erase_from_log(posix_files(), folder_.path(), from, Watermark(kLateness), next_, ids);
  }

  /// Lines, and what is late before them.
  std::vector<std::string> left() {
    std::vector<std::string> found;
    const auto pass = [&](Instant at) { found.push_back(fmt::format("late before {}", at.ms)); };
    const auto line = [&](std::string_view text) {
      found.emplace_back(text);
      return Status();
    };
    const auto reading =
        read_log(posix_files(), folder_.path(), {}, false,
                 [&](const Record& record) { return each_line(record, pass, line); });
    EXPECT_TRUE(reading.has_value()) << reading.error().message;
    EXPECT_EQ(reading->next, next_) << "a record is gone";
    return found;
  }

  TestFolder folder_;
  uint64_t next_ = 1;
};

TEST_F(EraseLogTest, LinesGoAndWhatTheySaidOfTimeStays) {
  write({{view("ann", 1000), view("bob", 1010)},
         {view("ann", 2000)},
         {view("bob", 1950), view("ann", 2100), view("bob", 1995), view("ann", 3000)}});
  ASSERT_TRUE(erase({{"ann", Instant{2500}}}).ok());
  EXPECT_THAT(left(), ElementsAre("late before 900", view("bob", 1010), "late before 1900",
                                  view("bob", 1950), "late before 2000", view("bob", 1995),
                                  view("ann", 3000)));
  ASSERT_TRUE(erase({{"bob", Instant{1999}}}).ok());
  EXPECT_THAT(left(), ElementsAre("late before 910", "late before 1900", "late before 2000",
                                  view("ann", 3000)))
      << "it can be done again";
}

TEST_F(EraseLogTest, CallsGoThatTookEffectByThen) {
  const std::string alias =
      R"({"type":"alias","previousId":"anon","userId":"ann","timestamp":1500})";
  const std::string gone = R"({"type":"delete","userId":"anon","timestamp":1600})";
  const std::string later = R"({"type":"delete","userId":"ann","timestamp":9000})";
  // Dated before the delete, and taken after it.
  const std::string again = R"({"type":"alias","previousId":"anon","userId":"bob","timestamp":10})";
  write({{alias, gone, later, again}});
  ASSERT_TRUE(erase({{"anon", Instant{1600}}, {"ann", Instant{1600}}}).ok());
  EXPECT_THAT(left(), ElementsAre("late before 1500", later, again));
}

TEST_F(EraseLogTest, AnIdIsKnownHoweverItIsWritten) {
  write({{R"({"userId":"\u0061nn","event":"view","timestamp":1000})",
          R"({"anonymousId":"ann","event":"view","timestamp":1000})",
          R"({"userId":"bob","anonymousId":"x","event":"ann","timestamp":1000})"}});
  ASSERT_TRUE(erase({{"ann", Instant{1000}}}).ok());
  EXPECT_EQ(left().size(), 2u) << "bob's, and the time before it";
}

TEST_F(EraseLogTest, OfRecordsThatAreNotKeptNothingIsLeft) {
  write({{view("ann", 1000)}, {view("bob", 1000)}, {view("ann", 2000)}, {view("bob", 2000)}});
  ASSERT_TRUE(erase({{"cid", Instant{9000}}}, {3, Instant{1000}, kLongAgo}).ok());
  EXPECT_THAT(left(), ElementsAre(view("ann", 2000), view("bob", 2000)));
}

TEST_F(EraseLogTest, AForgedTimeIsDamage) {
  for (const int64_t passed_ms : {INT64_MIN, INT64_MAX, kAdvanceMsMax + 2}) {
    std::string payload;
    put(payload, passed_ms);
    put(payload, uint32_t{0});
    const Status read = each_line(
        {1, RecordKind::kKept, payload}, [](Instant) {}, [](std::string_view) { return Status(); });
    EXPECT_FALSE(read.ok()) << passed_ms;
  }
}

TEST_F(EraseLogTest, SegmentsWithoutSuchLinesStayAsTheyAre) {
  write({{view("ann", 1000)}, {view("bob", 1000)}, {view("bob", 2000)}, {view("bob", 3000)}});
  const auto before = list_segments(posix_files(), folder_.path());
  ASSERT_TRUE(before.has_value());
  const std::string last = folder_.path() + "/" + (*before)[before->size() - 2];
  const auto written = std::filesystem::last_write_time(last);
  const std::string first = folder_.path() + "/" + (*before)[0];
  std::filesystem::last_write_time(first, written - std::chrono::hours(1));
  ASSERT_TRUE(erase({{"ann", Instant{9000}}}).ok());
  EXPECT_EQ(std::filesystem::last_write_time(last), written);
  EXPECT_NE(std::filesystem::last_write_time(first), written - std::chrono::hours(1));
  EXPECT_EQ(list_segments(posix_files(), folder_.path()).value(), *before);
}

// ---- who has lines where ------------------------------------------------------------------------

class SegmentUsersTest : public EraseLogTest {
 protected:
  /// Lines of five users, each of whom has most of them in one place. Fills `places_`.
  void write_at_random(std::mt19937& random) {
    std::vector<std::vector<std::string>> records;
    Watermark watermark(kLateness);
    places_.clear();
    int64_t at_ms = 1000;
    for (uint64_t i = 0; i < 40; ++i) {
      places_.push_back({i + 1, watermark.newest(), watermark.floor()});
      std::vector<std::string>& lines = records.emplace_back();
      for (uint32_t count = 1 + random() % 3; count > 0; --count) {
        at_ms += static_cast<int64_t>(random() % 90);
        const std::string user = user_of(random() % 4 == 0 ? random() % 5 : i / 8);
        const int64_t dated_ms = at_ms - static_cast<int64_t>(random() % 150);
        lines.push_back(view(user, dated_ms));
        watermark.admit({dated_ms});
        if (random() % 12 != 0) continue;
        lines.push_back(
            fmt::format(R"({{"type":"alias","previousId":"{}","userId":"{}","timestamp":{}}})",
                        user_of(random() % 5), user, at_ms));
        watermark.admit_call({at_ms});
      }
    }
    write(records);
  }
  static std::string user_of(size_t number) { return fmt::format("user {}", number); }

  std::vector<std::string> files(std::string_view ending) {
    std::vector<std::string> names = posix_files().list(folder_.path()).value();
    std::erase_if(names, [&](const std::string& name) { return !name.ends_with(ending); });
    for (std::string& name : names) name = folder_.path() + "/" + name;
    return names;
  }
  std::string bytes_of_segments() {
    std::string all;
    for (const std::string& path : files(".log")) all += read_file(posix_files(), path).value();
    return all;
  }

  std::vector<LogPlace> places_;  // by record, from 0
};

TEST_F(SegmentUsersTest, ADeleteReadsWhatMayHaveItsLinesAlone) {
  write({{view("ann", 1000)},
         {view("bob", 1010)},
         {view("bob", 1020)},
         {view("ann", 1030)},
         {view("cid", 1040)},
         {view("ann", 1050)}});
  ASSERT_TRUE(erase({{"cid", Instant{1040}}}).ok());
  const std::vector<std::string> segments = files(".log");
  ASSERT_EQ(files(".who").size(), segments.size() - 1) << "one is written to";
  // What is read is found damaged.
  for (const std::string& path : segments) {
    if (read_file(posix_files(), path).value().find("bob") == std::string::npos) continue;
    flip_bit(path, 150);
  }
  EXPECT_TRUE(erase({{"ann", Instant{1030}}}).ok());
  EXPECT_TRUE(erase({{"nobody", Instant{9000}}}).ok());
  EXPECT_TRUE(erase({{"cid", Instant{9000}}, {"ann", Instant{1030}}}).ok()) << "they are gone";
  EXPECT_FALSE(erase({{"bob", Instant{1030}}}).ok());
}

TEST_F(SegmentUsersTest, TheLogIsWhatItIsWhenAllIsRead) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::string plain;
    for (const bool knows : {false, true}) {
      for (const std::string& path : files("")) std::filesystem::remove(path);
      std::mt19937 random(seed);
      write_at_random(random);
      for (size_t turn = 0; turn < 8; ++turn) {
        const ForgottenIds ids = {
            {user_of(random() % 5), Instant{1000 + static_cast<int64_t>(random() % 3000)}}};
        const LogPlace& from = places_[turn * 3 / 2];
        if (!knows) {
          for (const std::string& path : files(".who")) std::filesystem::remove(path);
        }
        // Nor does one that is damaged or of another segment say anything.
        const std::vector<std::string> known = files(".who");
        if (knows && turn == 4) flip_bit(known[20], seed);
        if (knows && turn == 6) std::filesystem::copy_file(known[21], known[22], kOverwrite);
        ASSERT_TRUE(erase(ids, from).ok());
      }
      if (!knows) plain = bytes_of_segments();
    }
    EXPECT_TRUE(bytes_of_segments() == plain) << seed;
  }
}

TEST_F(SegmentUsersTest, NothingOfWhoIsErasedIsLeftInThemEither) {
  write({{view("ann", 1000)}, {view("bob", 1010), view("ann", 1020)}, {view("cid", 1040)}});
  ASSERT_TRUE(erase({{"nobody", Instant{9000}}}).ok());
  const auto have = [&](const std::string& id) {
    size_t count = 0;
    for (const std::string& path : files(".who")) {
      const auto users = SegmentUsers::open(read_file(posix_files(), path).value());
      count += users.has_value() && users->may_have({{id, Instant{}}}) ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(have("ann"), 2u);
  ASSERT_TRUE(erase({{"ann", Instant{9000}}}).ok());
  EXPECT_EQ(have("ann"), 0u);
  EXPECT_EQ(have("bob"), 1u);
}

TEST_F(SegmentUsersTest, OneThatIsDamagedIsNone) {
  SegmentUsers users;
  users.add("ann");
  users.add("bob");
  users.add("ann");
  users.passed = {900};
  const std::string packed = users.pack();
  EXPECT_EQ(packed.size(), 8u + 8 + 24 + 2 * 4);
  ASSERT_TRUE(SegmentUsers::open(packed).has_value());
  for (size_t byte = 0; byte < packed.size(); ++byte) {
    std::string damaged = packed;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 1);
    EXPECT_FALSE(SegmentUsers::open(damaged).has_value()) << byte;
    EXPECT_FALSE(SegmentUsers::open(packed.substr(0, byte)).has_value()) << byte;
  }
}

TEST_F(KeptLogTest, WhoHadLinesGoesWithTheLinesThatAreDropped) {
  options_.keep_log = Duration{500};
  const auto known = [&] {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder + "/log")) {
      count += entry.path().extension() == ".who" ? 1 : 0;
    }
    return count;
  };
  {
    TestHost host(sink_, options_);
    for (int i = 0; i < 20; ++i) {
      const std::string gone =
          fmt::format(R"({{"type":"delete","userId":"nobody","timestamp":{}}})", 10'001 + 100 * i);
      const Step step{
          {view("ann", 10'000 + 100 * i), gone, view("bob", 10'040 + 100 * i)}, 0, nullptr};
      ASSERT_TRUE(host.push(step, host.taken()).ok());
      ASSERT_TRUE(host.durable->checkpoint().ok());
    }
    EXPECT_GT(known(), 3u);
    EXPECT_LT(known(), found().log_segments);
  }
  options_.keep_log.reset();
  run(20, 21);
  EXPECT_EQ(known(), 0u);
}

}  // namespace
}  // namespace segue::durable
