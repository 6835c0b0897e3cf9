#include "runtime/durable/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/durable/manifest.h"
#include "runtime/durable/test_host.h"

namespace segue::durable {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// A sink that can be closed, and can fail; a record is a byte.
class Sink final : public ChangeReceiver {
 public:
  Status resume_sink(uint64_t position) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back("resume " + std::to_string(position));
    taken_.resize(position);
    return {};
  }
  void give_to_sink(std::string_view records) override {
    std::unique_lock lock(mutex_);
    ++at_the_gate_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return is_open_; });
    taken_ += records;
    if (owner != nullptr) saw_own_thread = owner->is_own_thread();
  }
  Result<uint64_t> commit_sink() override {
    const std::lock_guard lock(mutex_);
    calls_.push_back(fails_ ? "fail" : "commit");
    if (fails_) return Error{Errc::kUnreadable, "the sink has no room"};
    return uint64_t{taken_.size()};
  }
  Status check_records(std::string_view records) const override {
    return records.find('?') == std::string_view::npos ? Status()
                                                       : Status(Error{Errc::kCorrupt, "what?"});
  }

  void open(bool is_open) {
    const std::lock_guard lock(mutex_);
    is_open_ = is_open;
    changed_.notify_all();
  }
  void fail(bool fails) {
    const std::lock_guard lock(mutex_);
    fails_ = fails;
  }
  /// Until something is given to it so often.
  void await(uint64_t pieces) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return at_the_gate_ >= pieces; });
  }
  std::string taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  std::vector<std::string> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  const Outbox* owner = nullptr;  // to be asked out of `give_to_sink`
  bool saw_own_thread = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = true;
  bool fails_ = false;
  uint64_t at_the_gate_ = 0;
  std::string taken_;
  std::vector<std::string> calls_;
};

class OutboxTest : public KeptTest {
 protected:
  Outbox& outbox(const OutboxOptions& options = {}) { return outbox_.emplace(sink_, options); }

  void add(std::string_view text) {
    for (const char record : text) outbox_->add({&record, 1});
    outbox_->hand_over();
  }

  /// `ab` is committed, and the commit of `cd` has failed.
  void commit_and_fail() {
    add("ab");
    EXPECT_TRUE(outbox_->flush(OutboxOptions::kForEver).ok());
    sink_.fail(true);
    add("cd");
    await_failure();
  }

  void await_failure() {
    EXPECT_FALSE(outbox_->flush(OutboxOptions::kForEver).ok());
    EXPECT_FALSE(outbox_->waiting().failure.ok());
  }

  std::unique_ptr<Store> store() {
    auto opened = open_store(folder_.path() + "/store", StoreMode::kWrite);
    EXPECT_TRUE(opened.has_value());
    return std::move(opened).value();
  }

  Outbox::Saved save(Store& store) {
    const auto batch = store.batch(SIZE_MAX, seal_of);
    const Outbox::Saved saved = outbox_->save(*batch);
    EXPECT_TRUE(store.write(*batch).ok());
    return saved;
  }

  Sink sink_;
  std::optional<Outbox> outbox_;
};

TEST_F(OutboxTest, GivesAllInOrderAndCommits) {
  outbox();
  add("ab");
  add("c");
  EXPECT_TRUE(outbox_->flush(OutboxOptions::kForEver).ok());
  EXPECT_EQ(sink_.taken(), "abc");
  EXPECT_EQ(outbox_->waiting().changes, 0u);
  EXPECT_TRUE(outbox_->flush(milliseconds(0)).ok()) << "nothing waits";
}

TEST_F(OutboxTest, CommitsWithoutBeingAsked) {
  outbox();
  add("a");
  while (outbox_->waiting().changes > 0) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_THAT(sink_.calls(), ElementsAre("commit"));
}

TEST_F(OutboxTest, ASinkThatStallsHoldsNobodyWhileThereIsRoom) {
  outbox({.bytes_max = 4, .patience = milliseconds(20)});
  sink_.open(false);
  for (const char* text : {"a", "b", "c"}) {
    EXPECT_TRUE(outbox_->await_room().ok());
    add(text);
  }
  sink_.await(1);
  EXPECT_TRUE(outbox_->await_room().ok()) << "one byte below";
  add("d");
  const Status status = outbox_->await_room();
  ASSERT_FALSE(status.ok()) << "at the bound";
  EXPECT_THAT(status.error().message, HasSubstr("4 changes wait for the sink"));
  add("e");
  EXPECT_FALSE(outbox_->await_room().ok()) << "above it: what one call makes comes on top";
  const Status flushed = outbox_->flush(milliseconds(1));
  ASSERT_FALSE(flushed.ok());
  EXPECT_THAT(flushed.error().message, HasSubstr("5 changes still wait"));
  sink_.open(true);
  EXPECT_TRUE(outbox_->flush(OutboxOptions::kForEver).ok());
  EXPECT_TRUE(outbox_->await_room().ok());
  EXPECT_EQ(sink_.taken(), "abcde");
}

TEST_F(OutboxTest, WaitsForASlowSinkWhenThereIsNoRoom) {
  outbox({.bytes_max = 2, .patience = OutboxOptions::kForEver});
  sink_.open(false);
  add("ab");
  sink_.await(1);
  std::thread opener([&] { sink_.open(true); });
  EXPECT_TRUE(outbox_->await_room().ok());
  opener.join();
  EXPECT_EQ(outbox_->waiting().bytes, 0u);
}

/// One call may make more than there is room for: it goes on beside a sink that takes nothing.
TEST_F(OutboxTest, ACallIsNotHeldInItsMidstForLong) {
  outbox({.bytes_max = 100'000, .patience = milliseconds(5)});
  sink_.open(false);
  const std::string much(1'000'000, 'x');
  add(much);
  EXPECT_EQ(outbox_->waiting().bytes, much.size());
  sink_.open(true);
  EXPECT_TRUE(outbox_->flush(OutboxOptions::kForEver).ok());
  EXPECT_EQ(sink_.taken(), much);
}

TEST_F(OutboxTest, AfterAFailureAllSinceTheLastCommitIsGivenAgain) {
  outbox();
  commit_and_fail();
  add("e");
  EXPECT_EQ(outbox_->waiting().changes, 3u);
  sink_.fail(false);
  EXPECT_TRUE(outbox_->flush(OutboxOptions::kForEver).ok());
  EXPECT_EQ(sink_.taken(), "abcde");
  EXPECT_TRUE(outbox_->waiting().failure.ok());
  // How often it was tried meanwhile hangs on the machine.
  const std::vector<std::string> calls = sink_.calls();
  EXPECT_EQ(calls.front(), "commit");
  EXPECT_EQ(calls.back(), "commit");
  EXPECT_GE(std::ranges::count(calls, "fail"), 1);
  EXPECT_EQ(std::ranges::count(calls, "resume 2"), std::ranges::count(calls, "fail"));
}

TEST_F(OutboxTest, TriesAgainByItself) {
  outbox();
  sink_.fail(true);
  add("a");
  await_failure();
  sink_.fail(false);
  while (outbox_->waiting().changes > 0) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(sink_.taken(), "a");
}

TEST_F(OutboxTest, ASinkThatFailsWithoutRoomIsTold) {
  outbox({.bytes_max = 2, .patience = OutboxOptions::kForEver});
  sink_.fail(true);
  add("ab");
  await_failure();
  const Status status = outbox_->await_room();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "the sink has no room");
}

TEST_F(OutboxTest, ItsEndGivesWhatIsThereOnce) {
  outbox();
  add("ab");
  outbox_->add("c");
  outbox_.reset();
  EXPECT_EQ(sink_.taken(), "abc");
  sink_.fail(true);
  outbox();
  add("d");
  outbox_.reset();
  EXPECT_EQ(sink_.calls().back(), "fail");
}

TEST_F(OutboxTest, KnowsItsThread) {
  sink_.owner = &outbox();
  EXPECT_FALSE(outbox_->is_own_thread()) << "there is none yet";
  add("a");
  EXPECT_TRUE(outbox_->flush(OutboxOptions::kForEver).ok());
  EXPECT_TRUE(sink_.saw_own_thread);
  EXPECT_FALSE(outbox_->is_own_thread());
}

// ---- as part of a checkpoint --------------------------------------------------------------------

TEST_F(OutboxTest, ACheckpointHoldsWhatWaits) {
  const auto kept = store();
  outbox();
  commit_and_fail();
  const Outbox::Saved first = save(*kept);
  EXPECT_EQ(first.position, 2u);
  EXPECT_EQ(first.next - first.first, 1u);
  add("ef");
  const Outbox::Saved second = save(*kept);
  EXPECT_EQ(second.next - second.first, 2u) << "what is stored stays as it is";
  EXPECT_EQ(waiting_in(*kept)->changes, 4u);
  outbox_.reset();

  sink_.fail(false);
  EXPECT_TRUE(sink_.resume_sink(second.position).ok());
  outbox();
  ASSERT_TRUE(outbox_->load(*kept, second.position, second.mark).ok());
  add("g");
  EXPECT_TRUE(outbox_->flush(OutboxOptions::kForEver).ok());
  EXPECT_EQ(sink_.taken(), "abcdefg");
  const Outbox::Saved last = save(*kept);
  EXPECT_EQ(last.position, 7u);
  EXPECT_EQ(last.first, last.next);
  EXPECT_GE(last.first, second.next);
  EXPECT_EQ(waiting_in(*kept)->changes, 0u);
}

TEST_F(OutboxTest, DamagedPiecesAreRefused) {
  const auto kept = store();
  outbox();
  sink_.open(false);
  for (const char* text : {"a", "b", "c"}) {
    add(text);
    save(*kept);
  }
  sink_.open(true);
  outbox_.reset();
  const std::string key = std::string("c") + std::string(7, '\0') + '\2';
  const auto good = kept->get(key);
  ASSERT_TRUE(good.has_value() && good->has_value());
  const auto error_with = [&](std::optional<std::string> value) {
    const auto batch = kept->batch(SIZE_MAX);
    if (value) {
      batch->put(key, *value);
    } else {
      batch->remove(key);
    }
    EXPECT_TRUE(kept->write(*batch).ok());
    const Status status = outbox().load(*kept, 0, "");
    EXPECT_TRUE(!status.ok() || waiting_in(*kept).has_value());
    return status.ok() ? "" : status.error().message;
  };
  EXPECT_EQ(error_with(**good), "");
  for (size_t size = 0; size < (*good)->size(); ++size) {
    EXPECT_THAT(error_with((*good)->substr(0, size)), HasSubstr("damaged"));
  }
  std::string flipped = **good;
  flipped.back() ^= 1;
  EXPECT_THAT(error_with(flipped), HasSubstr("changes that wait in it"));
  std::string body = (*good)->substr(sizeof(uint64_t));
  body.back() = '?';
  std::string forged;
  put(forged, seal_of(key, body));
  EXPECT_EQ(error_with(forged + body), "what?");
  EXPECT_THAT(error_with(std::nullopt), HasSubstr("missing before piece 3"));
}

}  // namespace
}  // namespace segue::durable
