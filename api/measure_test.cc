#include "segue/measure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "api/rule_forms.h"

namespace segue {
namespace {

constexpr const char* kRules = R"seg(
event view { path: text? }
event order { total: number }
trait plan: text
segment keen "Keen" {
  goal "buy 3 times"
  when view >= 2 within 2h  # soon
}
segment keener = view >= 12 within 1d12h
segment priced = (view where path starts with "/pricing") >= 2 within 7d
segment buyer = sum(order.total) >= 1_000 within 1d and plan = "pro"
segment both = in keen and in buyer
score heat {
  within 1d
  +1 view
  +5 order
}
)seg";

Compilation compiled(const std::string& rules = kRules) {
  Compilation compilation;
  EXPECT_TRUE(compile_text("rules.seg", rules, {}, compilation).ok());
  EXPECT_TRUE(compilation.ok()) << compilation.findings().render(FindingsFormat::kText);
  return compilation;
}

TEST(RuleForms, KeepWhatIsNoConstant) {
  EXPECT_EQ(form_of(" = view >= 3 within 48h"), "view >= N within D");
  EXPECT_EQ(form_of(R"( "A \"b\"" = x1 = "c" and 50% < n  # end)"), "x1 = \"…\" and N < n");
  EXPECT_EQ(form_of(" = day > 2025-06-01T10:00Z or day < 2025-06-01"), "day > T or day < T");
  EXPECT_EQ(form_of(" {\n  stage retention\n  when login\n}"), "when login");
}

TEST(RuleForms, AreThoseOfTheRules) {
  const Compilation compilation = compiled();
  const std::vector<std::string> forms = rule_forms(compilation.state());
  const std::vector<std::string> expected = {"when view >= N within D",
                                             "view >= N within D",
                                             "(view where path starts with \"…\") >= N within D",
                                             "sum(order.total) >= N within D and plan = \"…\"",
                                             "in keen and in buyer",
                                             "{ within D +N view +N order }"};
  EXPECT_EQ(forms, expected);
}

TEST(MadeUpEvents, FollowTheSeedAndTheRules) {
  const Compilation compilation = compiled();
  const SyntheticEvents wanted{.events = 2000, .users = 50, .seed = 3};
  const std::string text = make_events(compilation, wanted);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2000);
  EXPECT_EQ(make_events(compilation, wanted), text);
  EXPECT_NE(make_events(compilation, {.events = 2000, .users = 50, .seed = 4}), text);
  for (const char* part : {R"("event":"view")", R"("event":"order")", R"("path":"/pricing")",
                           R"("plan":"pro")", R"("total":)", R"("type":"identify")"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
  Measurement measured;
  ASSERT_TRUE(
      measure(compilation, {{text}}, {.turns = 1, .rules_max = 0, .shapes_max = 0}, measured).ok());
  EXPECT_EQ(measured.left_out, 0u);
  EXPECT_EQ(measured.events, 2000u);
  EXPECT_LE(measured.users, 50u);
  EXPECT_GT(measured.users, 25u);
  EXPECT_GT(measured.changes, 0u);
  EXPECT_TRUE(measured.by_rule.empty());
}

TEST(Measure, TellsEveryRuleAndShape) {
  const Compilation compilation = compiled();
  const std::string text = make_events(compilation, {.events = 3000, .users = 50});
  Measurement measured;
  ASSERT_TRUE(
      measure(compilation, {{text}, {text}}, {.turns = 1, .any_lateness = true}, measured).ok());
  EXPECT_EQ(measured.events, 6000u);
  EXPECT_EQ(measured.rules, 6u);
  EXPECT_EQ(measured.shapes, 6u);
  EXPECT_EQ(measured.by_shape.size(), 6u);
  std::set<std::string> names;
  for (const RuleCost& cost : measured.by_rule) names.insert(cost.name);
  EXPECT_EQ(names, (std::set<std::string>{"keen", "keener", "priced", "buyer", "both", "heat"}));
  for (size_t i = 1; i < measured.by_rule.size(); ++i) {
    EXPECT_GE(measured.by_rule[i - 1].ns, measured.by_rule[i].ns);
  }
  EXPECT_GT(measured.decode_ns, 0);
  EXPECT_GT(measured.engine_ns, 0);
  EXPECT_GT(measured.state_bytes, 0u);
  EXPECT_GT(measured.code.functions, 0u);
  EXPECT_GT(measured.compile.parse_ms, 0);
  EXPECT_GT(measured.compile.emit_ms, 0);
}

TEST(Measure, GroupsRulesThatDifferInConstants) {
  std::string rules = "event view\n";
  for (int i = 1; i <= 30; ++i) {
    rules += "segment s" + std::to_string(i) + " = view >= " + std::to_string(i) + " within 7d\n";
  }
  rules += "segment gone = no view within 3d\n";
  const Compilation compilation = compiled(rules);
  const std::string text = make_events(compilation, {.events = 500, .users = 10});
  Measurement measured;
  ASSERT_TRUE(
      measure(compilation, {{text}}, {.turns = 1, .rules_max = 3, .shapes_max = 1}, measured).ok());
  EXPECT_EQ(measured.shapes, 2u);
  ASSERT_EQ(measured.by_shape.size(), 1u);
  EXPECT_EQ(measured.by_shape[0].form, "view >= N within D");
  EXPECT_EQ(measured.by_shape[0].first, "s1");
  EXPECT_EQ(measured.by_shape[0].rules, 30u);
  EXPECT_EQ(measured.by_rule.size(), 3u);
}

TEST(Measure, AsksForEvents) {
  Measurement measured;
  const Outcome outcome = measure(compiled(), {{"no event\n"}}, {}, measured);
  EXPECT_EQ(outcome.fault(), Fault::kInvalid);
}

TEST(Measure, ReadsLogsUpToALine) {
  const std::string path = testing::TempDir() + "/segue-measure.jsonl";
  std::ofstream(path) << "a\nbb\nccc\nd";
  std::vector<EventLog> logs;
  const std::vector<std::string> paths = {path};
  ASSERT_TRUE(read_event_logs(paths, 2, logs).ok());
  ASSERT_TRUE(read_event_logs(paths, 100, logs).ok());
  ASSERT_EQ(logs.size(), 2u);
  EXPECT_EQ(logs[0].text, "a\nbb\n");
  EXPECT_EQ(logs[1].text, "a\nbb\nccc\nd");
  EXPECT_EQ(read_event_logs(std::vector<std::string>{"nowhere.jsonl"}, 1, logs).fault(),
            Fault::kUnreadable);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace segue
