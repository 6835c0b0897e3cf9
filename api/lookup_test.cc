// Lookups from other threads while an engine works.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "segue/compile.h"
#include "segue/engine.h"
#include "segue/event.h"

namespace segue {
namespace {

using testing::IsEmpty;

// 70 segments that hold together or not at all, in two words.
std::shared_ptr<const CompiledProgram> twins() {
  std::string rules = "event on\n";
  for (int i = 0; i < 70; ++i) rules += "segment s" + std::to_string(i) + " = on within 1h\n";
  Compilation compilation;
  EXPECT_TRUE(compile_text("r.seg", rules, {}, compilation).ok());
  EXPECT_TRUE(compilation.ok()) << compilation.findings().render(FindingsFormat::kText);
  std::shared_ptr<const CompiledProgram> program;
  EXPECT_TRUE(compilation.program(program).ok());
  return program;
}

std::string line(const std::string& user, int64_t hour) {
  return json_line({.user = user, .name = "on", .at = TimePoint(std::chrono::hours(hour))}) + "\n";
}

TEST(LookupTest, SaysWhatTheChangesSay) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(twins(), {.lookups = true}, engine).ok());
  ASSERT_TRUE(engine.push(line("ann", 1) + line("bob", 2) + line("cat", 5)).ok());
  EXPECT_FALSE(engine.is_member("ann", 0));
  EXPECT_EQ(engine.member_count(69), 0U);
  ASSERT_TRUE(engine.finish().ok());
  EXPECT_TRUE(engine.is_member("cat", 69));
  EXPECT_FALSE(engine.is_member("cat", 70));
  EXPECT_FALSE(engine.is_member("nobody", 0));
  EXPECT_EQ(engine.segments_of("cat").size(), 70U);
  EXPECT_THAT(engine.segments_of("ann"), IsEmpty());
  EXPECT_EQ(engine.member_count(3), 1U);
  EXPECT_EQ(engine.member_count(99), 0U);
}

TEST(LookupTest, NothingIsKeptUnasked) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(twins(), {}, engine).ok());
  ASSERT_TRUE(engine.push(line("ann", 1)).ok());
  ASSERT_TRUE(engine.finish().ok());
  EXPECT_FALSE(engine.is_member("ann", 0));
}

TEST(LookupTest, IsNeverTorn) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(twins(), {.threads = 2, .lookups = true}, engine).ok());
  std::atomic<bool> done{false};
  std::atomic<uint64_t> torn{0};
  std::atomic<uint64_t> looked{0};
  const auto read = [&] {
    for (uint32_t i = 0; !done.load(); ++i) {
      const size_t held = engine.segments_of("u" + std::to_string(i % 300)).size();
      if (held != 0 && held != 70) ++torn;
      ++looked;
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (int64_t hour = 0; hour < 200 || looked.load() < 1000; hour += 2) {
    std::string lines;
    for (int user = 0; user < 300; user += 3) {
      lines += line("u" + std::to_string((user + hour) % 300), hour);
    }
    ASSERT_TRUE(engine.push(lines).ok());
  }
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(torn.load(), 0U);
}

}  // namespace
}  // namespace segue
