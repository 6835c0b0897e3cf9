// Kept engines with less memory than their users need: whatever ends the process, and whatever
// fails where cold users lie, the answers are those of an engine that has enough.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/durable/test_files.h"
#include "runtime/durable/test_host.h"

namespace segue::durable {
namespace {

using testing::HasSubstr;

/// Calls with a number from `after` on fail.
struct ColdFault {
  bool of_puts = false;
  uint64_t after = UINT64_MAX;
  uint64_t calls = 0;

  bool fails(bool is_put) { return is_put == of_puts && calls++ >= after; }
};
ColdFault cold_fault;

class FaultyCold final : public ColdStates {
 public:
  explicit FaultyCold(std::unique_ptr<ColdStates> under) : under_(std::move(under)) {}

  uint32_t add_table() override { return under_->add_table(); }
  Status put(uint32_t table, std::span<const State> states) override {
    if (cold_fault.fails(true)) return Error{Errc::kUnreadable, "No space left on device"};
    return under_->put(table, states);
  }
  Status get(uint32_t table, uint32_t number, std::string& into) override {
    if (cold_fault.fails(false)) return Error{Errc::kCorrupt, "block checksum mismatch"};
    return under_->get(table, number, into);
  }
  Status remove(uint32_t table, uint32_t number) override { return under_->remove(table, number); }
  Status remove_table(uint32_t table) override { return under_->remove_table(table); }

 private:
  std::unique_ptr<ColdStates> under_;
};

Result<std::unique_ptr<ColdStates>> open_faulty(const std::string& folder, size_t memory_bytes) {
  SEGUE_TRY(auto under, open_cold(folder, memory_bytes));
  return std::unique_ptr<ColdStates>(std::make_unique<FaultyCold>(std::move(under)));
}

class ColdTest : public KeptTest {
 protected:
  ColdTest() {
    options_.folder = folder_.path() + "/state";
    options_.segment_bytes = 2000;
    options_.checkpoint_bytes = 1500;
    options_.batch_bytes = 150;
    options_.cold_opener = open_faulty;
    cold_fault = {};
  }

  std::unique_ptr<TestHost> open(uint32_t threads = 1) {
    return std::make_unique<TestHost>(sink_, options_, threads);
  }

  /// Gives all steps; where a call fails, and after every `life` of them, the process ends, and the
  /// next one goes on from what the state says.
  std::string run(const std::vector<Step>& steps, size_t memory_bytes, size_t life) {
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    failures_ = 0;
    misses_ = 0;
    options_.memory_bytes = memory_bytes;
    auto host = open();
    uint64_t lines = 0;  // acknowledged
    for (size_t i = 0; i < steps.size();) {
      const bool ends = (i + 1) % life == 0;
      Status status = host->push(steps[i], lines);
      if (status.ok()) status = host->finish_step(steps[i]);
      if (status.ok()) {
        lines += steps[i].lines.size();
        ++i;
        if (!ends) continue;
      } else {
        EXPECT_THAT(status.error().message, HasSubstr("checksum"));
        EXPECT_FALSE(host->push({{"no event"}, 0}, lines).ok()) << "it takes nothing any more";
        ++failures_;
        cold_fault = {};
      }
      misses_ += host->engine().stats().residence.misses;
      host = nullptr;
      host = open(1 + i % 3);
      EXPECT_TRUE(host->status.ok()) << host->status.error().message;
      if (status.ok()) continue;
      // The lines of the step may be in the log, or the step done but for the clock.
      if (host->taken() < lines + steps[i].lines.size()) continue;
      lines += steps[i].lines.size();
      EXPECT_TRUE(host->finish_step(steps[i]).ok());
      ++i;
    }
    EXPECT_TRUE(host->durable->finish(kLongAgo).ok());
    failed_puts_ = host->engine().stats().residence.failed_puts;
    misses_ += host->engine().stats().residence.misses;
    return host->told();
  }

  DurableOptions options_;
  KeptSink sink_;
  int failures_ = 0;
  uint64_t misses_ = 0;
  uint64_t failed_puts_ = 0;
};

TEST_F(ColdTest, LessMemoryAndProcessesThatEndChangeNoAnswer) {
  for (uint32_t seed = 0; seed < 2; ++seed) {
    const std::vector<Step> steps = some_steps(seed, 40);
    const std::string plain = run(steps, 0, 1000);
    EXPECT_THAT(plain, HasSubstr(" in zz_hot\n"));
    EXPECT_EQ(misses_, 0u);
    for (const size_t memory_bytes : {size_t{1}, size_t{400}}) {
      for (const size_t life : {size_t{1000}, size_t{3}}) {
        EXPECT_EQ(run(steps, memory_bytes, life), plain) << seed << " " << memory_bytes;
        EXPECT_GT(misses_, 5u);
      }
    }
  }
}

TEST_F(ColdTest, ColdUsersAreCarriedOverToAnotherProgram) {
  for (uint32_t seed = 0; seed < 2; ++seed) {
    const std::vector<Step> steps = with_deploys(some_steps(seed, 40), 5);
    const std::string plain = run(steps, 0, 1000);
    EXPECT_THAT(plain, HasSubstr(" deploy\n"));
    for (const size_t memory_bytes : {size_t{1}, size_t{400}}) {
      for (const size_t life : {size_t{1000}, size_t{3}}) {
        EXPECT_EQ(run(steps, memory_bytes, life), plain) << seed << " " << memory_bytes;
        EXPECT_GT(misses_, 5u);
      }
    }
  }
}

/// A read that fails ends the engine by name; the next process is where this one was.
TEST_F(ColdTest, WhoCannotBeReadBackIsNeverAnsweredWrong) {
  const std::vector<Step> steps = with_deploys(some_steps(3, 30), 7);
  const std::string plain = run(steps, 0, 1000);
  for (uint64_t after = 0; after < 60; after += 3) {
    cold_fault = {.of_puts = false, .after = after, .calls = 0};
    EXPECT_EQ(run(steps, 200, 1000), plain) << after;
    EXPECT_EQ(failures_, 1) << after;
  }
}

TEST_F(ColdTest, WhatCannotBePutOutStaysInMemory) {
  const std::vector<Step> steps = some_steps(4, 30);
  const std::string plain = run(steps, 0, 1000);
  for (const uint64_t after : {uint64_t{0}, uint64_t{10}}) {
    cold_fault = {.of_puts = true, .after = after, .calls = 0};
    EXPECT_EQ(run(steps, 200, 1000), plain);
    EXPECT_EQ(failures_, 0);
    EXPECT_GT(failed_puts_, 0u);
  }
}

/// The folder of cold users is nobody's once its process has ended, and is not taken for state.
TEST_F(ColdTest, WhatAProcessLeftIsRemoved) {
  const std::string cold = options_.folder + "/cold";
  for (const size_t memory_bytes : {size_t{0}, size_t{400}}) {
    options_.memory_bytes = memory_bytes;
    open();
    std::filesystem::create_directories(cold);
    std::ofstream(cold + "/CURRENT") << "nonsense";
    {
      const auto host = open();
      ASSERT_TRUE(host->status.ok()) << host->status.error().message;
      EXPECT_EQ(std::filesystem::exists(cold), memory_bytes != 0);
    }
    EXPECT_FALSE(std::filesystem::exists(cold));
  }
}

}  // namespace
}  // namespace segue::durable
