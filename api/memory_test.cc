// Kept engines that may hold less than their users need.
#include <gmock/gmock.h>

#include <string>

#include "api/test_programs.h"
#include "runtime/durable/test_files.h"
#include "segue/durable.h"
#include "segue/event.h"

namespace segue {
namespace {

using testing::HasSubstr;

class Told final : public DurableSink {
 public:
  std::string name() const override { return {}; }
  Outcome resume(uint64_t) override { return {}; }
  void give(const MembershipChange& change) override {
    told.append(change.id).append(change.entered ? "+\n" : "-\n");
  }
  Outcome commit(uint64_t&) override { return {}; }

  std::string told;
};

class MemoryTest : public testing::Test {
 protected:
  Outcome open(uint64_t memory_bytes, const EngineSettings& engine = {}) {
    const auto program = program_of(
        "event view\nsegment busy = view >= 2 within 1h\n"
        "segment quiet = no view for 1d\n");
    DurableSettings settings;
    settings.folder = folder_ + "/" + std::to_string(opened_++);
    settings.sync = InputSync::kNone;
    settings.sink = &sink_;
    settings.memory_bytes = memory_bytes;
    Recovery recovery;
    return open_engine(program, engine, settings, engine_, recovery);
  }

  std::string& told() {
    static_cast<void>(engine_.flush_sink());
    return sink_.told;
  }

  const durable::TestFolder dir_;
  const std::string folder_ = dir_.path();
  int opened_ = 0;
  Told sink_;
  MembershipEngine engine_;
};

TEST_F(MemoryTest, HasALeastSize) {
  if (open(0).fault() == Fault::kUnsupported) GTEST_SKIP() << "no store";
  EXPECT_TRUE(open(kMemoryBytesMin).ok());
  EXPECT_TRUE(open(kMemoryBytesMin + 1).ok());
  const Outcome small = open(kMemoryBytesMin - 1);
  EXPECT_EQ(small.fault(), Fault::kInvalid);
  EXPECT_THAT(small.message(), HasSubstr("1048575 bytes of memory: at least 1048576"));
}

TEST_F(MemoryTest, ChangesNoAnswer) {
  if (open(0).fault() == Fault::kUnsupported) GTEST_SKIP() << "no store";
  std::string plain;
  for (const uint64_t memory_bytes : {uint64_t{0}, kMemoryBytesMin}) {
    ASSERT_TRUE(open(memory_bytes, {.threads = 2, .lookups = true}).ok());
    told().clear();
    for (int hour = 0; hour < 60; ++hour) {
      std::string lines;
      for (int i = 0; i < 2'000; ++i) {
        const int user = (hour * 7'919 + i * i) % 30'000;
        lines += json_line({.user = "user " + std::to_string(user),
                            .name = "view",
                            .at = TimePoint(std::chrono::minutes(hour * 20))}) +
                 "\n";
      }
      ASSERT_TRUE(engine_.push(lines).ok());
    }
    ASSERT_TRUE(engine_.finish().ok());
    const Snapshot found = engine_.snapshot(false);
    for (const auto& users : found.members) {
      for (const std::string& user : users) told().append(user).append("\n");
    }
    const RunStats stats = engine_.stats();
    if (memory_bytes == 0) {
      plain = told();
      EXPECT_FALSE(stats.memory.has_value());
      EXPECT_GT(stats.state_bytes, kMemoryBytesMin * 5 / 4) << "else nothing would leave";
      continue;
    }
    EXPECT_EQ(told(), plain);
    ASSERT_TRUE(stats.memory.has_value());
    EXPECT_GT(stats.memory->misses, 1'000U);
    EXPECT_GT(stats.memory->evicted, 1'000U);
    EXPECT_GT(stats.memory->cold_users, 1'000U);
    EXPECT_LE(stats.memory->resident_bytes, kMemoryBytesMin);
    EXPECT_EQ(stats.memory->failure, "");
  }
}

}  // namespace
}  // namespace segue
