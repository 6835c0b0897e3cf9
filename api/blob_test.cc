// The pure level over rules: one user's state in the host's hands.
#include "segue/blob.h"

#include <gmock/gmock.h>

#include <random>

#include "api/test_programs.h"
#include "segue/engine.h"

namespace segue {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kRules = R"(
event view { path: text? }
event order { revenue: number }
segment keen = view >= 2 within 48h
segment idle = no view for 7d
segment spender = sum(order.revenue) >= 100 within 30d
segment chain = view then order within 1d
score heat {
  half_life 7d
  +3 view
  +10 order
}
)";

TimePoint at(int64_t hour) { return TimePoint(hours(24 * 20'000 + hour)); }

UserEvent view_at(int64_t hour) { return {.user = "ann", .name = "view", .at = at(hour)}; }

UserEvent order_at(int64_t hour, double revenue) {
  return {.user = "ann", .name = "order", .at = at(hour), .properties = {{"revenue", revenue}}};
}

std::string text_of(const CompiledProgram& program, const std::vector<StateChange>& changes) {
  std::string text;
  for (const StateChange& change : changes) {
    text += (change.entered ? "+" : "-") + program.segments()[change.segment].name + "@" +
            std::to_string((change.at - at(0)) / hours(1)) + " ";
  }
  return text;
}

class BlobTest : public testing::Test {
 protected:
  void apply_one(const UserEvent& event) {
    const Outcome outcome = apply(*program_, blob_, {&event, 1}, changes_);
    ASSERT_TRUE(outcome.ok()) << outcome.message();
  }

  std::shared_ptr<const CompiledProgram> program_ = program_of(kRules);
  StateBlob blob_;
  std::vector<StateChange> changes_;
};

TEST_F(BlobTest, SettlesEventsAndTime) {
  apply_one(view_at(0));
  apply_one(view_at(2));
  apply_one(order_at(3, 120.5));
  EXPECT_EQ(text_of(*program_, changes_), "+keen@2 +spender@3 +chain@3 ");
  changes_.clear();
  ASSERT_TRUE(next_deadline(blob_).has_value());
  ASSERT_TRUE(advance(*program_, blob_, "ann", at(24 * 40), changes_).ok());
  EXPECT_EQ(text_of(*program_, changes_), "-keen@48 +idle@170 -spender@723 ");
  EXPECT_EQ(membership(*program_, blob_, *program_->segment("idle")), true);
  EXPECT_EQ(membership(*program_, blob_, *program_->segment("keen")), false);
  EXPECT_EQ(membership(*program_, blob_, 99), std::nullopt);
}

TEST_F(BlobTest, SaysWhatItKnows) {
  StateSummary summary;
  ASSERT_TRUE(explain(*program_, blob_, summary).ok());
  EXPECT_FALSE(summary.known);
  apply_one(view_at(0));
  apply_one(view_at(1));
  ASSERT_TRUE(explain(*program_, blob_, summary).ok());
  EXPECT_TRUE(summary.known);
  EXPECT_EQ(summary.knows_since, at(0));
  EXPECT_EQ(summary.settled, at(1));
  EXPECT_THAT(summary.segments, ElementsAre(*program_->segment("keen")));
  ASSERT_EQ(summary.scores.size(), 1U);
  EXPECT_NEAR(summary.scores[0], 6, 0.1);
  EXPECT_NEAR(*score(*program_, blob_, 0, at(1 + 24)), 6 * std::exp2(-1.0 / 7), 0.1);
}

TEST_F(BlobTest, RefusesWhatIsNoInstantOfOneUser) {
  const UserEvent two[] = {view_at(0), view_at(1)};
  EXPECT_EQ(apply(*program_, blob_, two, changes_).fault(), Fault::kInvalid);
  UserEvent other = view_at(0);
  other.user = "bob";
  const UserEvent users[] = {view_at(0), other};
  EXPECT_THAT(apply(*program_, blob_, users, changes_).message(), HasSubstr("`bob`"));
  EXPECT_EQ(apply(*program_, blob_, {}, changes_).fault(), Fault::kInvalid);
  EXPECT_THAT(apply_lines(*program_, blob_, "\n{}\n", changes_).message(), HasSubstr("line 2"));
  apply_one(view_at(5));
  const UserEvent late = view_at(4);
  EXPECT_EQ(apply(*program_, blob_, {&late, 1}, changes_).fault(), Fault::kTooLate);
  EXPECT_TRUE(changes_.empty());
}

TEST_F(BlobTest, ComesBackFromItsBytesAndFromAnImage) {
  std::shared_ptr<const CompiledProgram> opened;
  ASSERT_TRUE(open_program(program_->image(), opened).ok());
  EXPECT_EQ(opened->identity(), program_->identity());
  EXPECT_EQ(opened->segments()[0].state.fixed_bytes, program_->segments()[0].state.fixed_bytes);
  for (int hour = 0; hour < 60; ++hour) {
    apply_one(hour % 7 == 3 ? order_at(hour, hour) : view_at(hour));
    std::vector<std::byte> bytes;
    blob_.seal(bytes);
    StateBlob again;
    const Outcome outcome = open_blob(*opened, bytes, again);
    ASSERT_TRUE(outcome.ok()) << outcome.message();
    std::vector<std::byte> same;
    again.seal(same);
    ASSERT_EQ(bytes, same);
    std::swap(blob_, again);
    std::swap(program_, opened);
  }
}

TEST_F(BlobTest, RefusesBytesThatAreNotItsOwn) {
  apply_one(view_at(0));
  apply_one(order_at(1, 3));
  std::vector<std::byte> bytes;
  blob_.seal(bytes);
  StateBlob into;
  for (size_t size = 1; size < bytes.size(); ++size) {
    ASSERT_FALSE(open_blob(*program_, std::span(bytes).first(size), into).ok()) << size;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::vector<std::byte> flipped = bytes;
    flipped[i] ^= std::byte{0x10};
    ASSERT_FALSE(open_blob(*program_, flipped, into).ok()) << i;
  }
  EXPECT_TRUE(into.empty());
  const auto other = program_of("event view\nsegment seen = view >= 1\n");
  EXPECT_EQ(open_blob(*other, bytes, into).fault(), Fault::kInvalid);
  EXPECT_EQ(membership(*other, blob_, 0), std::nullopt);
  EXPECT_EQ(advance(*other, blob_, "ann", at(9), changes_).fault(), Fault::kInvalid);
  StateSummary summary;
  EXPECT_EQ(explain(*other, blob_, summary).fault(), Fault::kInvalid);
}

TEST_F(BlobTest, AnImageIsCheckedBeforeItIsBelieved) {
  const std::span<const std::byte> image = program_->image();
  std::shared_ptr<const CompiledProgram> opened;
  EXPECT_EQ(open_program(image.first(image.size() - 1), opened).fault(), Fault::kCorrupt);
  EXPECT_EQ(open_program({}, opened).fault(), Fault::kCorrupt);
  EXPECT_EQ(opened, nullptr);
}

TEST(UserEventTest, IsItsJsonLine) {
  const UserEvent event = {.call = UserEvent::Call::kIdentify,
                           .user = "a\"b",
                           .at = at(0),
                           .message_id = "m1",
                           .properties = {{"plan", std::string("pro")},
                                          {"age", int64_t{7}},
                                          {"gone", {}},
                                          {"share", 0.25},
                                          {"tags", JsonText{"[1]"}},
                                          {"on", true}}};
  EXPECT_EQ(json_line(event),
            R"({"type":"identify","userId":"a\"b","timestamp":1728000000000,"messageId":"m1",)"
            R"("traits":{"plan":"pro","age":7,"gone":null,"share":0.25,"tags":[1],"on":true}})");
}

/// The host's loop over states says what an engine says.
TEST(BlobEngineTest, AgreesWithAnEngine) {
  const auto program = program_of(kRules);
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(program, {}, engine).ok());
  std::vector<std::string> wanted;
  engine.on_change([&](const MembershipChange& change) { wanted.emplace_back(change.id); });

  std::mt19937 random(7);
  StateBlob blob;
  std::vector<StateChange> changes;
  for (int64_t hour = 0; hour < 2000; hour += 1 + random() % 40) {
    const UserEvent event = random() % 3 == 0 ? order_at(hour, random() % 90) : view_at(hour);
    ASSERT_TRUE(engine.push(json_line(event)).ok());
    ASSERT_TRUE(apply(*program, blob, {&event, 1}, changes).ok());
  }
  ASSERT_TRUE(engine.finish(at(3000)).ok());
  ASSERT_TRUE(advance(*program, blob, "ann", at(3000), changes).ok());
  std::vector<std::string> found;
  for (const StateChange& change : changes) {
    found.push_back(
        change_id("ann", program->segments()[change.segment].name, change.at, change.entered));
  }
  EXPECT_GT(found.size(), 10U);
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace segue
