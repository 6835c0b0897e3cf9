#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "runtime/image/op_info.h"
#include "runtime/interp/eval.h"
#include "runtime/interp/test_world.h"

/// What single ops do: code as text, run on one event or one blob.
namespace segue {
namespace {

using interp::Entry;
using interp::kMissingNumber;

constexpr const char* kTables = R"(
zone 0 "CET" 0 3600000
set 0 "paris" "rome" 3 true
set 1 "u1" "ann"
set 2 "a" "b"
set 3 "a" "b" "c" "d" "e" "f" "g" "h" "i" 7 true
set 4
kind-set 0 2
kind-set 1 0 3
slot 0 property "a"
slot 1 property "b"
slot 2 property "c"
slot 3 trait "t"
kind 0 slots 3 chunks 0
kind 1
kind 2 name "view" slots 0 2 streams 0 chunks 0
kind 3 name "zoom" slots 1
stream 0 cells 0
)";

constexpr const char* kRest = R"(
cell 0 seen source 0 at 48 bytes 1
node 0 B place 0 segment 0
  seen c0
chunk 0 first 0 count 1
segment 0 name "s" node 0
)";

/// Runs event code on a view with properties `a` and `c`; true if the predicate holds.
bool holds(const std::string& code, const Value& a = {}, const Value& c = {},
           std::string_view user = "ann") {
  World world(std::string(kTables) + code + kRest);
  world.user = user;
  EXPECT_TRUE(world.apply(1000, {{2, {a, c}, "m", false}}).ok());
  return world.is_member(0);
}

std::string code_of(std::initializer_list<const char*> lines) {
  std::string code;
  for (const char* line : lines) code += std::string("  ") + line + "\n";
  return code;
}

TEST(Ops, SlotsAndKinds) {
  EXPECT_TRUE(holds(code_of({"slot 0", "value-exists"}), truth_value(false)));
  EXPECT_FALSE(holds(code_of({"slot 0", "value-exists"}), missing_value()));
  EXPECT_TRUE(holds(code_of({"slot-named 0"}), missing_value()));
  EXPECT_FALSE(holds(code_of({"slot-named 0"})));
  EXPECT_FALSE(holds(code_of({"slot-named 1"}), truth_value(true), truth_value(true)))
      << "a property of another kind";
  EXPECT_TRUE(holds(code_of({"slot 2", "value-true"}), {}, truth_value(true)));
  EXPECT_TRUE(holds(code_of({"kind-in k0"})));
  EXPECT_FALSE(holds(code_of({"kind-in k1"})));
  EXPECT_TRUE(holds(code_of({"any-kind"})));
  EXPECT_TRUE(holds(code_of({"event-name", "equal-text \"view\" 0"})));
  EXPECT_TRUE(holds(code_of({"user-in v1"})));
  EXPECT_FALSE(holds(code_of({"user-in v1"}), {}, {}, "bob"));
  EXPECT_TRUE(holds(code_of({"now", "time 1000", "time-equal 0"})));
}

TEST(Ops, TextsAreComparedWithAndWithoutCase) {
  const Value paris = text_value("Paris");
  EXPECT_TRUE(holds(code_of({"slot 0", "equal-text \"Paris\" 0"}), paris));
  EXPECT_FALSE(holds(code_of({"slot 0", "equal-text \"paris\" 0"}), paris));
  EXPECT_TRUE(holds(code_of({"slot 0", "equal-text \"paris\" 1"}), paris));
  EXPECT_FALSE(holds(code_of({"slot 0", "equal-text \"paris\" 1"}), number_value("1")));
  for (const char* op : {"contains", "starts-with", "ends-with"}) {
    const auto test = [&](const char* part, bool fold) {
      const std::string line = fmt::format("{} {}", op, fold ? 1 : 0);
      const std::string text = fmt::format("text \"{}\"", part);
      return holds(code_of({"slot 0", text.c_str(), line.c_str()}), paris);
    };
    const bool contains = std::string_view(op) == "contains";
    EXPECT_EQ(test("Par", false), std::string_view(op) != "ends-with");
    EXPECT_EQ(test("ris", false), std::string_view(op) != "starts-with");
    EXPECT_EQ(test("ar", false), contains);
    EXPECT_EQ(test("AR", false), false);
    EXPECT_EQ(test("AR", true), contains);
    EXPECT_EQ(test("", false), true);
    EXPECT_EQ(test("PARIS", true), true);
  }
  EXPECT_FALSE(holds(code_of({"slot 0", "slot 2", "contains 0"}), paris));
  EXPECT_TRUE(holds(code_of({"slot 0", "slot 2", "contains 0"}), paris, text_value("ar")));
  EXPECT_TRUE(holds(code_of({"slot 0", "matches \"P.*s\" 0"}), paris));
  EXPECT_FALSE(holds(code_of({"slot 0", "matches \"P.*i\" 0"}), paris)) << "the whole value";
  EXPECT_FALSE(holds(code_of({"slot 0", "matches \"p.*S\" 0"}), paris));
  EXPECT_TRUE(holds(code_of({"slot 0", "matches \"p.*S\" 1"}), paris));
  EXPECT_FALSE(holds(code_of({"slot 0", "matches \".*\" 1"}), number_value("1")));
}

TEST(Ops, SetsLargeAndSmall) {
  EXPECT_TRUE(holds(code_of({"slot 0", "in-texts v0 0"}), text_value("rome")));
  EXPECT_FALSE(holds(code_of({"slot 0", "in-texts v0 0"}), text_value("Rome")));
  EXPECT_TRUE(holds(code_of({"slot 0", "in-texts v0 1"}), text_value("Rome")));
  EXPECT_TRUE(holds(code_of({"slot 0", "in-texts v0 0"}), number_value("3.0")));
  EXPECT_FALSE(holds(code_of({"slot 0", "in-texts v0 0"}), text_value("3")));
  EXPECT_TRUE(holds(code_of({"slot 0", "in-texts v0 0"}), truth_value(true)));
  EXPECT_FALSE(holds(code_of({"slot 0", "in-texts v0 0"}), truth_value(false)));
  EXPECT_FALSE(holds(code_of({"slot 0", "in-texts v0 0"})));
  EXPECT_FALSE(holds(code_of({"slot 0", "in-texts v4 0"}), text_value("rome")));
  EXPECT_TRUE(holds(code_of({"slot 0", "in-texts v3 0"}), text_value("h")));
  EXPECT_FALSE(holds(code_of({"slot 0", "in-texts v3 0"}), text_value("H")));
  EXPECT_TRUE(holds(code_of({"slot 0", "in-texts v3 1"}), text_value("H")));
  EXPECT_TRUE(holds(code_of({"slot 0", "in-texts v3 1"}), number_value("7")));
  EXPECT_TRUE(holds(code_of({"slot 0", "in-texts v3 0"}), truth_value(true)));
  EXPECT_FALSE(holds(code_of({"slot 0", "in-texts v3 0"}), missing_value()));
  const std::vector<Value> items = {text_value("a"), number_value("1"), text_value("B")};
  const Value list = list_value(items);
  EXPECT_TRUE(holds(code_of({"slot 0", "has-any v2 0"}), list));
  EXPECT_FALSE(holds(code_of({"slot 0", "has-any v1 0"}), list));
  EXPECT_FALSE(holds(code_of({"slot 0", "has-all v2 0"}), list));
  EXPECT_TRUE(holds(code_of({"slot 0", "has-all v2 1"}), list));
  EXPECT_TRUE(holds(code_of({"slot 0", "has-any v3 1"}), list));
  EXPECT_FALSE(holds(code_of({"slot 0", "has-any v2 0"}), text_value("a")));
  EXPECT_FALSE(holds(code_of({"slot 0", "in-texts v2 0"}), list));
}

TEST(Ops, ValuesEqualBySameTypeAndContent) {
  const std::string same = code_of({"slot 0", "slot 2", "equal-values 0"});
  const std::string folded = code_of({"slot 0", "slot 2", "equal-values 1"});
  EXPECT_TRUE(holds(same, number_value("1"), number_value("1.0")));
  EXPECT_FALSE(holds(same, number_value("1"), text_value("1")));
  EXPECT_FALSE(holds(same, missing_value(), missing_value()));
  EXPECT_FALSE(holds(same, text_value("a"), text_value("A")));
  EXPECT_TRUE(holds(folded, text_value("a"), text_value("A")));
  EXPECT_TRUE(holds(folded, truth_value(true), truth_value(true)));
  const std::string scalars =
      code_of({"slot 0", "scalar-of", "slot 2", "scalar-of", "equal-scalars"});
  EXPECT_TRUE(holds(scalars, text_value("a"), text_value("a")));
  EXPECT_FALSE(holds(scalars, {}, {})) << "missing equals nothing";
  EXPECT_FALSE(holds(scalars, list_value({}), list_value({}))) << "nor do lists";
  EXPECT_TRUE(holds(code_of({"slot 0", "scalar-of", "scalar-exists"}), list_value({})));
  EXPECT_FALSE(holds(code_of({"slot 0", "scalar-of", "in-scalars v0"}), list_value({})));
  EXPECT_TRUE(holds(code_of({"slot 0", "scalar-of", "in-scalars v0"}), text_value("rome")));
  EXPECT_TRUE(holds(code_of({"slot 0", "scalar-of", "scalar-true"}), truth_value(true)));
}

TEST(Ops, InstantsOffTheWire) {
  const auto at = [](const Value& value, const char* zone) {
    const std::string read = fmt::format("value-instant {}", zone);
    return holds(code_of({"slot 0", read.c_str(), "time 1748736000000", "time-equal 0"}), value);
  };
  EXPECT_TRUE(at(text_value("2025-06-01"), "utc"));
  EXPECT_FALSE(at(text_value("2025-06-01"), "z0"));
  EXPECT_TRUE(at(text_value("2025-06-01T01:00"), "z0"));
  EXPECT_TRUE(at(text_value("2025-06-01T00:00Z"), "z0"));
  EXPECT_TRUE(at(number_value("1748736000000"), "z0"));
  EXPECT_FALSE(at(text_value("soon"), "utc"));
  EXPECT_FALSE(at(truth_value(true), "utc"));
  EXPECT_FALSE(holds(code_of({"slot 0", "value-instant utc", "time-exists"}), text_value("x")));
}

/// Runs one op on operands, as native code does.
class OneOp : public testing::Test {
 protected:
  OneOp() : program_(program_of(std::string(kTables) + "  any-kind\n" + kRest)) {
    frame_.view = &program_->view();
    frame_.prepared = &program_->prepared();
    frame_.now_ms = 1000;
  }

  Entry run(image::Op op, std::vector<Entry> operands, uint32_t b = 0, uint32_t a = 0) {
    return interp::run_op(frame_, {.op = op, .a = a, .b = b}, operands);
  }

  double number(image::Op op, double left, double right) {
    return run(op, {Entry::of(left), Entry::of(right)}).number();
  }
  bool truth(image::Op op, double left, double right) {
    return run(op, {Entry::of(left), Entry::of(right)}).truth();
  }

  std::unique_ptr<Program> program_;
  Frame frame_;
};

TEST_F(OneOp, NumbersAreIeeeAndMissingIsHandedOn) {
  using image::Op;
  EXPECT_EQ(number(Op::kAdd, 0.1, 0.2), 0.1 + 0.2);
  EXPECT_EQ(number(Op::kSubtract, 1, 3), -2);
  EXPECT_EQ(number(Op::kMultiply, 4, 2.5), 10);
  EXPECT_EQ(number(Op::kDivide, 1, 8), 0.125);
  EXPECT_FALSE(interp::exists(number(Op::kDivide, 1, 0)));
  EXPECT_FALSE(interp::exists(number(Op::kDivide, 0, 0)));
  EXPECT_EQ(number(Op::kMin, 1, 2), 1);
  EXPECT_EQ(number(Op::kMax, 1, 2), 2);
  for (const Op op : {Op::kAdd, Op::kSubtract, Op::kMultiply, Op::kDivide, Op::kMin, Op::kMax}) {
    EXPECT_FALSE(interp::exists(number(op, kMissingNumber, 1)));
    EXPECT_FALSE(interp::exists(number(op, 1, kMissingNumber)));
  }
  EXPECT_TRUE(truth(Op::kEqual, 0.0, -0.0));
  EXPECT_TRUE(truth(Op::kLess, 1, 2));
  EXPECT_FALSE(truth(Op::kLess, 2, 2));
  EXPECT_TRUE(truth(Op::kLessEqual, 2, 2));
  for (const Op op : {Op::kEqual, Op::kLess, Op::kLessEqual}) {
    EXPECT_FALSE(truth(op, kMissingNumber, kMissingNumber));
  }
  const Entry one = Entry::of(1.0);
  const Entry two = Entry::of(2.0);
  EXPECT_EQ(run(Op::kSelect, {Entry::of(true), one, two}).number(), 1);
  EXPECT_EQ(run(Op::kSelect, {Entry::of(false), one, two}).number(), 2);
  EXPECT_FALSE(run(Op::kNumberExists, {Entry::of(kMissingNumber)}).truth());
  EXPECT_EQ(run(Op::kScalarOfNumber, {Entry::of(kMissingNumber)}).scalar(), Scalar{});
  EXPECT_EQ(run(Op::kScalarOfNumber, {Entry::of(-0.0)}).scalar(), scalar_of_number(0));
  EXPECT_EQ(run(Op::kScalarNumber, {Entry::of(scalar_of_number(2.5))}).number(), 2.5);
  EXPECT_FALSE(interp::exists(run(Op::kScalarNumber, {Entry::of(scalar_of_truth(true))}).number()));
}

TEST_F(OneOp, TruthsOfTruths) {
  using image::Op;
  const Entry yes = Entry::of(true);
  const Entry no = Entry::of(false);
  EXPECT_TRUE(run(Op::kAnd, {yes, yes}, 0, 2).truth());
  EXPECT_FALSE(run(Op::kAnd, {yes, no}, 0, 2).truth());
  EXPECT_TRUE(run(Op::kOr, {no, yes}, 0, 2).truth());
  EXPECT_FALSE(run(Op::kOr, {no, no}, 0, 2).truth());
  EXPECT_TRUE(run(Op::kAtLeast, {no, yes, yes}, 2, 3).truth());
  EXPECT_FALSE(run(Op::kAtLeast, {no, yes, no}, 2, 3).truth());
  EXPECT_FALSE(run(Op::kNot, {yes}).truth());
}

TEST_F(OneOp, TimesAddAndMissingIsHandedOn) {
  using image::Op;
  const Entry missing = Entry::of(kMissingTime.ms);
  const Entry five = Entry::of(int64_t{5});
  EXPECT_EQ(run(Op::kTimeAdd, {five, five}).time_ms(), 10);
  EXPECT_EQ(run(Op::kTimeSubtract, {five, Entry::of(int64_t{7})}).time_ms(), -2);
  EXPECT_EQ(run(Op::kTimeAdd, {five, missing}).time_ms(), kMissingTime.ms);
  EXPECT_EQ(run(Op::kTimeSubtract, {missing, five}).time_ms(), kMissingTime.ms);
  EXPECT_FALSE(run(Op::kTimeExists, {missing}).truth());
  EXPECT_EQ(run(Op::kScalarOfTime, {missing}).scalar(), Scalar{});
  EXPECT_EQ(run(Op::kScalarTime, {Entry::of(Scalar{})}).time_ms(), kMissingTime.ms);
  EXPECT_EQ(run(Op::kScalarTime, {Entry::of(scalar_of_instant(Instant{9}))}).time_ms(), 9);
  for (const Op op : {Op::kTimeEqual, Op::kTimeLess, Op::kTimeLessEqual}) {
    frame_.next_ms = kNever.ms;
    EXPECT_FALSE(run(op, {missing, five}, image::kSlopeBias + 1).truth());
    EXPECT_EQ(frame_.next_ms, kNever.ms);
  }
}

/// Solved instants against a walk over every millisecond.
TEST_F(OneOp, TimeComparisonsTurnWhenTheySay) {
  using image::Op;
  for (const Op op : {Op::kTimeEqual, Op::kTimeLess, Op::kTimeLessEqual}) {
    for (int64_t slope = -3; slope <= 3; ++slope) {
      for (int64_t difference = -10; difference <= 10; ++difference) {
        const auto at = [&](int64_t ms) {
          const Entry left = Entry::of(difference + slope * ms);
          frame_.now_ms = 1000 + ms;
          frame_.next_ms = kNever.ms;
          return run(op, {left, Entry::of(int64_t{0})},
                     static_cast<uint32_t>(slope + image::kSlopeBias))
              .truth();
        };
        const bool now = at(0);
        const int64_t deadline = frame_.next_ms;
        ASSERT_GT(deadline, 1000);
        int64_t turn = kNever.ms;
        for (int64_t ms = 30; ms >= 1; --ms) turn = at(ms) != now ? 1000 + ms : turn;
        ASSERT_LE(deadline, turn) << difference << " " << slope;
        if (turn != kNever.ms) {
          ASSERT_EQ(deadline, turn) << difference << " " << slope;
        }
      }
    }
  }
}

TEST_F(OneOp, SumsAreComparedExactly) {
  using image::Op;
  const Entry none = Entry::of(Decimal{0, INT64_MIN});
  EXPECT_FALSE(interp::exists(run(Op::kSumNumber, {none}).number()));
  EXPECT_EQ(run(Op::kSumNumber, {Entry::of(*decimal_from_text("0.3"))}).number(), 0.3);
  const Value third = number_value("0.3");
  EXPECT_EQ(run(Op::kSumOf, {Entry::of(&third)}).sum(), *decimal_from_text("0.3"));
  const Value text = text_value("0.3");
  EXPECT_EQ(run(Op::kSumOf, {Entry::of(&text)}).sum().hi, INT64_MIN);
  EXPECT_TRUE(holds(code_of({"slot 0", "sum-of", "sum-equal 0.3"}), third));
  EXPECT_FALSE(holds(code_of({"slot 0", "sum-of", "sum-less 0.3"}), third));
  EXPECT_TRUE(holds(code_of({"slot 0", "sum-of", "sum-less-equal 0.3"}), third));
  EXPECT_FALSE(holds(code_of({"slot 0", "sum-of", "sum-less 5"}), text)) << "no number";
}

}  // namespace
}  // namespace segue
