#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "segue/code.h"
#include "segue/compile.h"
#include "segue/engine.h"

namespace segue {
namespace {

/// Rules over five kinds of event: code of several modules.
Compilation many_rules(int count) {
  std::string rules;
  for (int i = 0; i < 5; ++i) rules += fmt::format("event e{} {{ total: number }}\n", i);
  for (int i = 0; i < count; ++i) {
    rules += fmt::format("segment a{0} = e{1} >= {2} within {0}m\n", i + 1, i % 5, 1 + i % 4);
    rules +=
        fmt::format("segment b{0} = sum(e{1}.total) >= {0} within {2}m and no e{3} within 9m\n",
                    i + 1, i % 5, 20 + i, (i + 1) % 5);
  }
  Compilation compilation;
  EXPECT_TRUE(compile_text("rules.seg", rules, {}, compilation).ok());
  EXPECT_TRUE(compilation.ok()) << compilation.findings().render(FindingsFormat::kText);
  return compilation;
}

std::vector<std::string> random_batches(size_t batches) {
  std::mt19937 random(5);
  std::vector<std::string> texts;
  int64_t now = 1'750'000'000'000;
  for (size_t batch = 0; batch < batches; ++batch) {
    std::string& text = texts.emplace_back();
    for (int i = 0; i < 100; ++i) {
      now += random() % 20'000;
      text += fmt::format(
          R"({{"userId":"u{}","event":"e{}","timestamp":{},"properties":{{"total":{}}}}})"
          "\n",
          random() % 20, random() % 5, now, random() % 9);
    }
  }
  return texts;
}

std::string changes_of(const Compilation& compilation, Evaluator evaluator,
                       const std::vector<std::string>& batches) {
  std::string changes;
  MembershipEngine engine;
  EXPECT_TRUE(start_engine(compilation, {.evaluator = evaluator}, engine).ok());
  engine.on_change([&](const MembershipChange& change) {
    changes += fmt::format("{} {} {}\n", change.user, change.segment_name, change.id);
  });
  for (const std::string& batch : batches) EXPECT_TRUE(engine.push(batch).ok());
  EXPECT_TRUE(engine.finish().ok());
  return changes;
}

TEST(NativeCode, TakesOverWhileEventsGoOn) {
  const std::vector<std::string> batches = random_batches(70);  // it starts after 41 of them
  const Compilation compilation = many_rules(52);
  const std::string expected = changes_of(compilation, Evaluator::kInterpreter, batches);
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(changes_of(compilation, Evaluator::kNative, batches), expected);
  // And once more, now that it is there from the first event on.
  CodeReport report;
  std::shared_ptr<const CompiledProgram> program;
  ASSERT_TRUE(compilation.program(program).ok());
  ASSERT_TRUE(make_code(*program, {}, report).ok());
  EXPECT_GT(report.functions, 0u);
  EXPECT_EQ(changes_of(compilation, Evaluator::kNative, batches), expected);
}

TEST(NativeCode, IsNotMadeToTheEndWithoutAProgramToRunIt) {
  const std::vector<std::string> batches = random_batches(42);
  for (int i = 0; i < 2; ++i) {
    const Compilation compilation = many_rules(60 + i);
    changes_of(compilation, Evaluator::kNative, batches);
  }
}

TEST(NativeCode, IsKept) {
  const std::string folder = testing::TempDir() + "/segue-code-kept";
  std::filesystem::remove_all(folder);
  for (const CodeCache expected : {CodeCache::kMiss, CodeCache::kHit}) {
    const Compilation compilation = many_rules(60);
    std::shared_ptr<const CompiledProgram> program;
    ASSERT_TRUE(compilation.program(program).ok());
    CodeReport report;
    ASSERT_TRUE(make_code(*program, {.cache_dir = folder}, report).ok());
    EXPECT_EQ(report.cache, expected);
    EXPECT_GT(report.modules, 0u);
    EXPECT_GT(report.bytes, 0u);
  }
  std::filesystem::remove_all(folder);
}

TEST(NativeCode, StagesSayHowLongTheyTook) {
  const Compilation compilation = many_rules(10);
  EXPECT_GT(compilation.times().parse_ms, 0);
  EXPECT_GT(compilation.times().check_ms, 0);
  EXPECT_GT(compilation.times().plan_ms, 0);
  EXPECT_EQ(compilation.times().emit_ms, 0);
  std::shared_ptr<const CompiledProgram> program;
  ASSERT_TRUE(compilation.program(program).ok());
  EXPECT_GT(compilation.times().passes_ms, 0);
  EXPECT_GT(compilation.times().emit_ms, 0);
}

}  // namespace
}  // namespace segue
