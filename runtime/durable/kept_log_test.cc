// How much of the log is kept behind a checkpoint, and what is left of it when users are deleted.
#include "runtime/durable/kept_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>

#include "runtime/durable/test_files.h"
#include "runtime/durable/test_host.h"

namespace segue::durable {
namespace {

using testing::ElementsAre;

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
    return erase_from_log(posix_files(), folder_.path(), from, Watermark(Duration{100}), next_,
                          ids);
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
        read_log(posix_files(), folder_.path(), 1, false,
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

}  // namespace
}  // namespace segue::durable
