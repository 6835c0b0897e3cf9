#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "runtime/interp/test_world.h"

/// Laws of whole programs, on the image that has every op and every kind of cell: neither the order
/// of arrival, nor how often time passes, nor a copy of the state after every event can be seen.
namespace segue {
namespace {

constexpr int64_t kStart = 1'748'700'000'000;  // 2025-05-31
constexpr int64_t kHour = 3'600'000;

Value any_value(std::mt19937& random) {
  static const std::vector<Value> kItems = {text_value("a"), text_value("b"), number_value("1"),
                                            number_value("2.5"), truth_value(false)};
  switch (random() % 10) {
    case 0:
      return {};
    case 1:
      return missing_value();
    case 2:
      return number_value("12.5");
    case 3:
      return number_value("-0.000000001");
    case 4:
      return text_value("Paris");
    case 5:
      return text_value("pro");
    case 6:
      return text_value("2025-06-01T10:00");
    case 7:
      return list_value(kItems);
    case 8:
      return truth_value(random() % 2 == 0);
    default:
      return number_value("1748772000000");
  }
}

struct Step {
  int64_t at_ms;
  std::vector<TestEvent> events;
};

std::vector<Step> any_history(std::mt19937& random, const image::View& view) {
  std::vector<Step> steps;
  int64_t now = kStart;
  uint32_t message = 0;
  for (int i = 0; i < 40; ++i) {
    now += 1 + static_cast<int64_t>(random() % (random() % 4 == 0 ? 60 * kHour : kHour));
    Step step{now, {}};
    const size_t count = 1 + random() % 3;
    for (size_t e = 0; e < count; ++e) {
      TestEvent event;
      event.kind = random() % static_cast<uint32_t>(view.kinds.size());
      for (uint32_t s = 0; s < view.kinds[event.kind].slots.count; ++s) {
        event.slots.push_back(any_value(random));
      }
      event.tie = std::to_string(random() % 2 == 0 ? random() % 1000 : message);
      event.has_message_id = true;
      step.events.push_back(event);
      if (random() % 4 == 0) step.events.push_back(event);
      ++message;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

bool same_bytes(const Blob& a, const Blob& b) {
  return std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin(), b.bytes().end());
}

class Laws : public testing::TestWithParam<const char*> {};

TEST_P(Laws, NeitherOrderNorTimersNorCopiesCanBeSeen) {
  const std::string text = file_text(GetParam());
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    World plain(text);
    World shuffled(text);
    World restless(text);
    World restored(text);
    int64_t last = kStart;
    for (const Step& step : any_history(random, plain.program().view())) {
      ASSERT_TRUE(plain.apply(step.at_ms, step.events).ok());

      std::vector<TestEvent> events = step.events;
      std::shuffle(events.begin(), events.end(), random);
      ASSERT_TRUE(shuffled.apply(step.at_ms, events).ok());

      for (int64_t t = last; t < step.at_ms; t += kHour / 2) restless.advance(t);
      ASSERT_TRUE(restless.apply(step.at_ms, step.events).ok());

      restored.blob = Blob::copy_of(restored.blob.bytes());
      ASSERT_TRUE(restored.apply(step.at_ms, step.events).ok());
      last = step.at_ms;
      ASSERT_GT(next_deadline(plain.blob).ms, step.at_ms);
      for (const World* other : {&shuffled, &restless}) {
        ASSERT_TRUE(same_bytes(plain.blob, other->blob)) << "seed " << seed;
      }
    }
    for (World* world : {&plain, &shuffled, &restless, &restored}) {
      world->advance(last + 100 * 24 * kHour);
    }
    const std::vector<std::string> expected = plain.changes();
    EXPECT_EQ(shuffled.changes(), expected) << "seed " << seed;
    EXPECT_EQ(restless.changes(), expected) << "seed " << seed;
    EXPECT_EQ(restored.changes(), expected) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Images, Laws,
                         testing::Values("tests/images/every_op.image",
                                         "tests/images/calendar.image",
                                         "tests/images/segments.image",
                                         "tests/images/sequence.image",
                                         "tests/images/tracked.image"));

}  // namespace
}  // namespace segue
