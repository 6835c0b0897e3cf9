// Calls that a host must not make, and what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "api/test_programs.h"
#include "segue/blob.h"
#include "segue/build.h"
#include "segue/durable.h"
#include "segue/engine.h"

namespace segue {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<const CompiledProgram> made() {
  return program_of("event on\nsegment s = on >= 1 within 1h\nscore n { within 1h\n +1 on }\n");
}

std::string on(int64_t at_ms) {
  return R"({"userId":"ann","event":"on","timestamp":)" + std::to_string(at_ms) + "}\n";
}

TEST(MisuseTest, AnEngineThatWasNeverStarted) {
  MembershipEngine engine;
  EventInput input;
  const Outcome outcomes[] = {engine.push(on(1)),
                              engine.read(input),
                              engine.advance_to(TimePoint(Milliseconds(5))),
                              engine.finish(),
                              engine.checkpoint(),
                              engine.deploy(made()),
                              engine.on_snapshot(TimePoint(Milliseconds(5)), true, {})};
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.fault(), Fault::kInvalid);
    EXPECT_THAT(outcome.message(), HasSubstr("never started"));
  }
  engine.on_change([](const MembershipChange&) {});
  EXPECT_FALSE(engine.is_member("ann", 0));
  EXPECT_THAT(engine.segments_of("ann"), IsEmpty());
  EXPECT_EQ(engine.score_of("ann", 0), 0);
  EXPECT_THAT(engine.look_up("ann").scores, IsEmpty());
  EXPECT_EQ(engine.member_count(0), 0u);
  engine.each_member(0, [](std::string_view) { ADD_FAILURE(); });
  EXPECT_FALSE(engine.is_deploying());
  EXPECT_EQ(engine.stats().events, 0u);
  EXPECT_EQ(engine.snapshot(true).users, 0u);
}

TEST(MisuseTest, NoProgram) {
  MembershipEngine engine;
  EXPECT_EQ(start_engine(nullptr, {}, engine).fault(), Fault::kInvalid);
  Recovery found;
  EXPECT_EQ(open_engine(nullptr, {}, {}, engine, found).fault(), Fault::kInvalid);
  ASSERT_TRUE(start_engine(made(), {}, engine).ok());
  EXPECT_EQ(engine.deploy(nullptr).fault(), Fault::kInvalid);
  ASSERT_TRUE(engine.push(on(1)).ok());
  std::shared_ptr<const CompiledProgram> opened;
  EXPECT_EQ(open_program({}, opened).fault(), Fault::kCorrupt);
  segue_built_program built{};
  built.format = SEGUE_BUILT_FORMAT;
  EXPECT_EQ(open_built(built, opened).fault(), Fault::kInvalid);
}

// A call out of the engine's own sink, and one of another thread meanwhile.
TEST(MisuseTest, CallsThatOverlap) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(made(), {.lookups = true}, engine).ok());
  std::vector<Outcome> outcomes;
  engine.on_change([&](const MembershipChange&) {
    outcomes.push_back(engine.push(on(7)));
    std::thread([&] { outcomes.push_back(engine.advance_to(TimePoint(Milliseconds(9)))); }).join();
    EXPECT_TRUE(engine.is_member("ann", 0));  // that is what lookups are for
    EXPECT_EQ(engine.score_of("ann", 0), 1);
  });
  ASSERT_TRUE(engine.push(on(1)).ok());
  ASSERT_TRUE(engine.advance_to(TimePoint(Milliseconds(5))).ok());
  ASSERT_EQ(outcomes.size(), 2u);
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.fault(), Fault::kInvalid);
    EXPECT_THAT(outcome.message(), HasSubstr("another call"));
  }
  EXPECT_EQ(engine.stats().events, 1u);
  ASSERT_TRUE(engine.push(on(8)).ok());  // and then it goes on
}

TEST(MisuseTest, WhatIsOfAnotherVersion) {
  const auto program = made();
  std::vector<std::byte> image(program->image().begin(), program->image().end());
  image[4] = std::byte{99};
  std::shared_ptr<const CompiledProgram> opened;
  Outcome outcome = open_program(image, opened);
  EXPECT_EQ(outcome.fault(), Fault::kUnsupported);
  EXPECT_THAT(outcome.message(), HasSubstr("version 99"));
  EXPECT_EQ(opened, nullptr);

  StateBlob blob;
  std::vector<StateChange> changes;
  ASSERT_TRUE(apply_lines(*program, blob, on(1), changes).ok());
  std::vector<std::byte> sealed;
  blob.seal(sealed);
  sealed[4] = std::byte{99};
  StateBlob other;
  outcome = open_blob(*program, sealed, other);
  EXPECT_EQ(outcome.fault(), Fault::kUnsupported);
  EXPECT_THAT(outcome.message(), HasSubstr("version 99"));
  EXPECT_TRUE(other.empty());
}

}  // namespace
}  // namespace segue
