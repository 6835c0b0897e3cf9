#include "runtime/durable/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/durable/test_files.h"

namespace segue::durable {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LogTest : public testing::Test {
 protected:
  std::unique_ptr<LogWriter> writer(uint64_t next = 1) {
    auto log = LogWriter::open(files_, folder_.path(), next, options_);
    EXPECT_TRUE(log.has_value());
    return std::move(log).value();
  }

  /// The payloads, or the error's message.
  std::vector<std::string> read(uint64_t from = 1) {
    std::vector<std::string> payloads;
    auto reading =
        read_log(files_, folder_.path(), {.from = from}, true, [&](const Record& record) {
          payloads.emplace_back(record.payload);
          return Status();
        });
    if (!reading) return {reading.error().message};
    reading_ = *reading;
    return payloads;
  }

  std::string segment(uint64_t first = 1) { return folder_.path() + "/" + segment_name(first); }
  std::string newest() { return folder_.path() + "/newest"; }
  uint64_t size_of(const std::string& path) { return std::filesystem::file_size(path); }

  TestFolder folder_;
  FaultyFiles files_;
  LogOptions options_{.sync = {SyncPolicy::When::kAlways, {}}};
  LogReading reading_;
};

TEST_F(LogTest, GivesBackWhatWasAppended) {
  auto log = writer();
  ASSERT_TRUE(log->append(RecordKind::kEvents, "one").ok());
  ASSERT_TRUE(log->append(RecordKind::kAdvance, "").ok());
  ASSERT_TRUE(log->append(RecordKind::kEvents, "three").ok());
  EXPECT_THAT(read(), ElementsAre("one", "", "three"));
  EXPECT_EQ(reading_.next, 4u);
  EXPECT_THAT(read(3), ElementsAre("three"));
  EXPECT_EQ(reading_.cut_bytes, 0u);
}

TEST_F(LogTest, SegmentsFollowEachOtherAndOldOnesGo) {
  options_.segment_bytes = 100;
  auto log = writer();
  const std::string payload(80, 'x');
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
  EXPECT_EQ(read().size(), 5u);
  ASSERT_TRUE(log->drop_before(4).ok());
  EXPECT_EQ(read(4).size(), 2u);
  EXPECT_THAT(read(1), ElementsAre(HasSubstr("record 1 is missing before it")));
  EXPECT_FALSE(std::filesystem::exists(segment(3)));
}

TEST_F(LogTest, ATornTailIsCutAtEveryLength) {
  auto log = writer();
  ASSERT_TRUE(log->append(RecordKind::kEvents, "first").ok());
  const uint64_t whole = size_of(segment());
  ASSERT_TRUE(log->append(RecordKind::kEvents, "second").ok());
  const auto bytes = read_file(posix_files(), segment());
  ASSERT_TRUE(bytes.has_value());
  for (uint64_t end = bytes->size() - 1; end > whole; --end) {
    std::ofstream(segment(), std::ios::binary) << bytes->substr(0, end);
    EXPECT_THAT(read(), ElementsAre("first"));
    EXPECT_EQ(reading_.cut_bytes, end - whole);
    EXPECT_EQ(size_of(segment()), whole);
  }
}

TEST_F(LogTest, AHeadCutShortIsNoSegment) {
  writer();
  std::filesystem::remove(newest());
  std::filesystem::resize_file(segment(), 20);
  EXPECT_TRUE(read().empty());
  EXPECT_TRUE(read().empty());
  auto log = writer();
  ASSERT_TRUE(log->append(RecordKind::kEvents, "first").ok());
  EXPECT_THAT(read(), ElementsAre("first"));
}

/// Its head was on the disk before its first record: no stop takes it away.
TEST_F(LogTest, ASegmentWithRecordsAndWithoutAHeadIsRefused) {
  options_.segment_bytes = 2000;
  auto log = writer();
  const std::string payload(1200, 'x');
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
  for (const uint64_t first : {uint64_t{3}, uint64_t{1}}) {
    const auto bytes = read_file(posix_files(), segment(first)).value();
    for (const size_t zeros : {bytes.size(), size_t{1024}, sizeof(SegmentHead)}) {
      zero_bytes(segment(first), 0, zeros);
      EXPECT_THAT(read(), ElementsAre(HasSubstr(segment(first) + "` is damaged at byte 0")));
      EXPECT_EQ(size_of(segment(first)), bytes.size()) << "nothing is cut";
    }
    std::ofstream(segment(first), std::ios::binary) << bytes;
  }
  EXPECT_EQ(read().size(), 3u);
}

TEST_F(LogTest, ASegmentThatWasBeingBegunIsBegunAgain) {
  writer();
  std::filesystem::remove(newest());
  const auto bytes = read_file(posix_files(), segment()).value();
  ASSERT_EQ(bytes.size(), sizeof(SegmentHead));
  for (size_t size = 0; size <= bytes.size(); ++size) {
    for (size_t there = 0; there <= size; there += 4) {
      if (size == bytes.size() && there >= 8) continue;  // a whole head, or a damaged one
      const std::string begun = bytes.substr(0, there) + std::string(size - there, '\0');
      std::ofstream(segment(), std::ios::binary) << begun;
      EXPECT_TRUE(read().empty()) << size << " bytes, of which " << there;
      EXPECT_EQ(size_of(segment()), size_t{0});
    }
  }
  std::ofstream(segment(), std::ios::binary) << "something else";
  EXPECT_THAT(read(), ElementsAre(HasSubstr("is damaged at byte 0: it ends within its head")));
}

/// It is named, or there is a checkpoint of records that only that segment can have held.
TEST_F(LogTest, ASegmentThatHadAHeadAndIsCutShortIsRefused) {
  auto log = writer();
  ASSERT_TRUE(log->append(RecordKind::kEvents, "first").ok());
  for (const bool is_named : {true, false}) {
    if (!is_named) std::filesystem::remove(newest());
    for (const uint64_t size : {20, 0}) {
      std::filesystem::resize_file(segment(), size);
      EXPECT_THAT(read(is_named ? 1 : 2), ElementsAre(HasSubstr("it ends within its head")));
      EXPECT_EQ(size_of(segment()), size);
    }
  }
}

/// So a process that ends while it begins does not leave a named segment without its head.
TEST_F(LogTest, ASegmentWithoutARecordIsNotWrittenAgain) {
  writer();
  for (const auto kind : {Fault::Kind::kTruncate, Fault::Kind::kFullDisk}) {
    files_.set({kind, 0, true});
    EXPECT_FALSE(LogWriter::open(files_, folder_.path(), 1, options_).has_value());
    files_.set({});
    EXPECT_EQ(size_of(segment()), sizeof(SegmentHead));
    EXPECT_TRUE(read().empty());
    EXPECT_EQ(reading_.cut_file, "");
  }
}

TEST_F(LogTest, EveryFlippedBitIsRefusedByName) {
  auto log = writer();
  ASSERT_TRUE(log->append(RecordKind::kEvents, "first").ok());
  ASSERT_TRUE(log->append(RecordKind::kEvents, "second").ok());
  for (size_t byte = 0; byte < size_of(segment()); ++byte) {
    flip_bit(segment(), byte);
    const std::vector<std::string> found = read();
    ASSERT_EQ(found.size(), 1u) << "byte " << byte;
    EXPECT_THAT(found[0], HasSubstr(segment())) << "byte " << byte;
    flip_bit(segment(), byte);
  }
  EXPECT_THAT(read(), ElementsAre("first", "second"));
}

TEST_F(LogTest, APieceThatNeverArrivedIsATornTailUnlessItWasSynced) {
  const std::string payload(2000, 'x');
  for (const auto when : {SyncPolicy::When::kAlways, SyncPolicy::When::kNone}) {
    options_.sync.when = when;
    auto log = writer();
    ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
    ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
    zero_bytes(segment(), 512, 512);
    if (when == SyncPolicy::When::kNone) {
      EXPECT_TRUE(read().empty());
      EXPECT_GT(reading_.cut_bytes, 4000u);
    } else {
      EXPECT_THAT(read(), ElementsAre(HasSubstr("record 1 was on the disk and is not whole")));
    }
  }
}

TEST_F(LogTest, AMissingSegmentIsRefused) {
  options_.segment_bytes = 100;
  auto log = writer();
  const std::string payload(80, 'x');
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
  std::filesystem::remove(segment(2));
  EXPECT_THAT(read(), ElementsAre(HasSubstr("record 2 is missing before it")));
}

TEST_F(LogTest, TheNewestSegmentIsMissedToo) {
  options_.segment_bytes = 100;
  auto log = writer();
  const std::string payload(80, 'x');
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
  EXPECT_EQ(read().size(), 3u);
  std::filesystem::remove(segment(3));
  EXPECT_THAT(read(), ElementsAre(HasSubstr("the newest segment of the log, is gone")));
  std::filesystem::remove(folder_.path() + "/newest");
  EXPECT_EQ(read().size(), 2u) << "as in a log of a version that named none";
  std::ofstream(folder_.path() + "/newest") << "none";
  EXPECT_THAT(read(), ElementsAre(HasSubstr("it names no segment")));
}

TEST_F(LogTest, AFailedWriteLeavesTheLogAsItWas) {
  for (const auto kind :
       {Fault::Kind::kShortWrite, Fault::Kind::kWriteError, Fault::Kind::kFullDisk}) {
    auto log = writer();
    ASSERT_TRUE(log->append(RecordKind::kEvents, "first").ok());
    files_.set({kind, 0, true});
    EXPECT_FALSE(log->append(RecordKind::kEvents, "second").ok());
    EXPECT_FALSE(log->append(RecordKind::kEvents, "second").ok());
    files_.set({});
    ASSERT_TRUE(log->append(RecordKind::kEvents, "third").ok());
    EXPECT_THAT(read(), ElementsAre("first", "third"));
  }
}

TEST_F(LogTest, AFullDiskAtASegmentsBeginCanBeTriedAgain) {
  options_.segment_bytes = 50;
  auto log = writer();
  ASSERT_TRUE(log->append(RecordKind::kEvents, "a first one").ok());
  files_.set({Fault::Kind::kFullDisk, 0, false});
  EXPECT_FALSE(log->append(RecordKind::kEvents, "second").ok());
  ASSERT_TRUE(log->append(RecordKind::kEvents, "second").ok());
  EXPECT_THAT(read(), ElementsAre("a first one", "second"));
}

TEST_F(LogTest, BehindASegmentThatWasBegunTheOneBeforeTakesNothing) {
  for (const auto kind : {Fault::Kind::kOpen, Fault::Kind::kTruncate, Fault::Kind::kFullDisk,
                          Fault::Kind::kFolder, Fault::Kind::kRename}) {
    for (uint64_t after = 0; after < 2; ++after) {
      std::filesystem::remove_all(folder_.path());
      std::filesystem::create_directory(folder_.path());
      auto log = writer();
      ASSERT_TRUE(log->append(RecordKind::kEvents, "first").ok());
      files_.set({kind, after, false});
      const bool is_cut = log->cut().ok();
      files_.set({});
      EXPECT_EQ(is_cut, kind == Fault::Kind::kRename && after == 1);
      ASSERT_TRUE(log->append(RecordKind::kEvents, "second").ok());
      EXPECT_THAT(read(), ElementsAre("first", "second"));
    }
  }
}

/// Else a deleted user would be back after the machine's death.
TEST_F(LogTest, WhatIsDroppedIsGoneForGood) {
  options_.segment_bytes = 100;
  auto log = writer();
  const std::string payload(80, 'x');
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
  files_.set({Fault::Kind::kFolder, 0, false});
  EXPECT_FALSE(log->drop_before(3).ok());
  EXPECT_FALSE(std::filesystem::exists(segment(1)));
  EXPECT_TRUE(log->drop_before(3).ok());
  EXPECT_EQ(files_.calls(), 2u) << "though nothing was left to remove";
}

TEST_F(LogTest, AfterAFailedSyncNothingIsTaken) {
  auto log = writer();
  files_.set({Fault::Kind::kSync, 0, false});
  EXPECT_FALSE(log->append(RecordKind::kEvents, "first").ok());
  EXPECT_FALSE(log->append(RecordKind::kEvents, "second").ok());
}

TEST_F(LogTest, SyncsOnAThreadOfItsOwn) {
  options_.sync = {SyncPolicy::When::kEvery, Duration{1}};
  auto log = writer();
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(log->append(RecordKind::kEvents, "x").ok());
  log.reset();
  EXPECT_EQ(read().size(), 2000u);
}

// A machine that stops after the next process began must not find a segment short that is no longer
// the last one.
TEST_F(LogTest, WhatAProcessLeftUnsyncedIsSyncedByItAndByTheNext) {
  const Fault none_but_counted{Fault::Kind::kSync, UINT64_MAX, false};
  options_.sync = {SyncPolicy::When::kEvery, Duration{3'600'000}};
  {
    auto log = writer();
    ASSERT_TRUE(log->append(RecordKind::kEvents, "one").ok());
    files_.set(none_but_counted);
  }
  EXPECT_EQ(files_.calls(), 1u) << "at its end";
  files_.set(none_but_counted);
  auto log = writer(2);
  EXPECT_EQ(files_.calls(), 3u) << "the segment before, the head of its own, and its name";
  files_.set({Fault::Kind::kSync, 0, false});
  EXPECT_FALSE(LogWriter::open(files_, folder_.path(), 3, options_).has_value());
}

TEST_F(LogTest, ASegmentThatIsNotTheLastIsSyncedWhateverThePolicy) {
  options_.sync.when = SyncPolicy::When::kNone;
  options_.segment_bytes = 100;
  auto log = writer();
  const std::string payload(80, 'x');
  files_.set({Fault::Kind::kSync, UINT64_MAX, false});
  ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
  EXPECT_EQ(files_.calls(), 0u);
  ASSERT_TRUE(log->append(RecordKind::kEvents, payload).ok());
  EXPECT_EQ(files_.calls(), 3u) << "the full one, the head of the next, and its name";
}

TEST_F(LogTest, OneProcessHoldsALock) {
  const std::string path = folder_.path() + "/LOCK";
  auto held = Lock::take(path);
  ASSERT_TRUE(held.has_value());
  const auto second = Lock::take(path);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(getpid())));
  std::move(held).value().reset();
  EXPECT_TRUE(Lock::take(path).has_value());
}

}  // namespace
}  // namespace segue::durable
