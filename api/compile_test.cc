#include "segue/compile.h"

#include <gtest/gtest.h>

#include "segue/time.h"

namespace segue {
namespace {

Compilation compiled(const std::string& text, const CompileOptions& options = {}) {
  Compilation compilation;
  const Outcome outcome = compile_text("rules.seg", text, options, compilation);
  EXPECT_TRUE(outcome.ok()) << outcome.message();
  return compilation;
}

std::shared_ptr<const CompiledProgram> program_of(const Compilation& compilation) {
  std::shared_ptr<const CompiledProgram> program;
  EXPECT_TRUE(compilation.program(program).ok());
  return program;
}

TEST(Compile, FindingsAreData) {
  const Compilation compilation = compiled("event login\nsegment a = logn within 7d\n");
  EXPECT_FALSE(compilation.ok());
  const std::vector<Finding> findings = compilation.findings().list();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].level, FindingLevel::kError);
  EXPECT_EQ(findings[0].code, "E0207");
  EXPECT_EQ(findings[0].at.path, "rules.seg");
  EXPECT_EQ(findings[0].at.line, 2U);
  EXPECT_EQ(findings[0].at.column, 13U);
  EXPECT_EQ(findings[0].at.begin_byte, 24U);
  EXPECT_EQ(findings[0].at.end_byte, 28U);
  ASSERT_EQ(findings[0].fixes.size(), 1U);
  EXPECT_EQ(findings[0].fixes[0].replacement, "login");
  EXPECT_FALSE(explain_code("E0207").empty());
  EXPECT_TRUE(explain_code("E9999").empty());
}

TEST(Compile, OptionsThatMakeNoSenseAreOutcomes) {
  Compilation compilation;
  CompileOptions zone;
  zone.zone = "Mars/Olympus";
  EXPECT_EQ(compile_text("r", "", zone, compilation).fault(), Fault::kInvalid);
  CompileOptions passes;
  passes.passes = {"no-such-pass"};
  EXPECT_EQ(compile_text("r", "", passes, compilation).fault(), Fault::kInvalid);
  const std::string missing = "no/such/file.seg";
  EXPECT_EQ(compile_files({&missing, 1}, {}, compilation).fault(), Fault::kUnreadable);
}

TEST(Compile, ParametersAreReplaced) {
  const std::string text = "event view\nparam n = 3 in 1..10\nsegment a = view >= $n within 1d\n";
  CompileOptions options;
  options.params = {{"n", "7"}};
  const auto program = program_of(compiled(text, options));
  ASSERT_EQ(program->segments()[0].cells.size(), 1U);
  EXPECT_EQ(program->segments()[0].cells[0].keeps, "newest(7) of view");
  options.params = {{"n", "11"}};
  EXPECT_FALSE(compiled(text, options).ok());
}

TEST(Compile, AProgramSaysWhatItKeeps) {
  const auto program =
      program_of(compiled("event view\nevent order { total: number }\n"
                          "## Reads much.\n"
                          "segment a \"A\" { stage first  owner \"growth\"\n"
                          "  when view >= 3 within 48h }\n"
                          "segment b = sum(order.total) >= 10 within 30d\n"));
  const RuleInfo& a = program->segments()[0];
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(a.label, "A");
  EXPECT_EQ(a.documentation, "Reads much.");
  EXPECT_EQ(a.line, 4U);
  EXPECT_EQ(a.metadata, (std::vector<std::pair<std::string, std::string>>{{"stage", "first"},
                                                                          {"owner", "growth"}}));
  EXPECT_EQ(a.events, std::vector<std::string>{"\"view\""});
  EXPECT_TRUE(a.timed);
  EXPECT_FALSE(a.every_event);
  EXPECT_EQ(a.state.fixed_bytes, 13U);  // three times, a bit
  EXPECT_EQ(a.state.worst_bytes, a.state.fixed_bytes);
  EXPECT_TRUE(a.state.growth.empty());

  const RuleInfo& b = program->segments()[1];
  EXPECT_EQ(b.state.growth.size(), 1U);
  EXPECT_GT(b.state.typical_bytes, b.state.fixed_bytes);
  EXPECT_GT(b.state.worst_bytes, b.state.typical_bytes);
  EXPECT_GT(program->user_state().fixed_bytes, a.state.fixed_bytes + b.state.fixed_bytes);
}

TEST(Compile, ConditionsThatDifferInConstantsAreOneShape) {
  std::string text = "event view\n";
  for (int i = 2; i < 52; ++i) {
    text += "segment s" + std::to_string(i) + " = view >= " + std::to_string(i) + " within 7d\n";
  }
  const auto program = program_of(compiled(text));
  EXPECT_EQ(program->counts().conditions, 50U);
  EXPECT_EQ(program->counts().shapes, 1U);
  EXPECT_EQ(program->counts().streams, 1U);
}

TEST(Compile, StagesThatNeedSoundRulesSaySo) {
  const Compilation wrong = compiled("event a\nsegment s = b\n");
  std::string text;
  EXPECT_TRUE(wrong.dump(Stage::kAst, "", text).ok());
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(wrong.dump(Stage::kPlan, "", text).fault(), Fault::kInvalid);

  const Compilation sound = compiled("event a\nsegment s = a >= 2 within 1d\n");
  for (const char* name : {"ast", "hir", "plan", "image", "llvm", "asm"}) {
    EXPECT_TRUE(sound.dump(*parse_stage(name), "", text).ok()) << name;
    EXPECT_FALSE(text.empty()) << name;
  }
  EXPECT_FALSE(parse_stage("ir").has_value());
}

TEST(Compile, FormattingIsIdempotentAndLeavesWrongTextAlone) {
  std::string once;
  EXPECT_TRUE(format_rules("r", "segment  a=view>=3 within 48h # why\nevent view", once).empty());
  std::string twice;
  EXPECT_TRUE(format_rules("r", once, twice).empty());
  EXPECT_EQ(once, twice);
  EXPECT_NE(once.find("# why"), std::string::npos);

  std::string untouched = "as it was";
  EXPECT_EQ(format_rules("r", "segment a = (", untouched).error_count(), 1U);
  EXPECT_EQ(untouched, "as it was");
}

TEST(Time, ReadsWhatRulesAndLogsWrite) {
  EXPECT_EQ(format_time(*parse_time("2025-06-01T14:05+02:00")), "2025-06-01T12:05:00.000Z");
  EXPECT_EQ(format_time(*parse_time("2025-06-01", "Europe/Paris")), "2025-05-31T22:00:00.000Z");
  EXPECT_FALSE(parse_time("2025-02-30"));
  EXPECT_FALSE(parse_time("2025-06-01", "Mars/Olympus"));
  EXPECT_EQ(parse_length("1d12h"), std::chrono::hours(36));
  EXPECT_EQ(parse_length("500ms"), Milliseconds(500));
  EXPECT_EQ(parse_length("2w"), std::chrono::hours(336));
  for (const char* wrong : {"", "5", "d", "-5s", "5 s", "1h-1m", "999999999999w"}) {
    EXPECT_FALSE(parse_length(wrong)) << wrong;
  }
  EXPECT_EQ(format_length(std::chrono::hours(36)), "1d12h");
}

}  // namespace
}  // namespace segue
