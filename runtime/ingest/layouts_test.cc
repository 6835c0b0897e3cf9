// All ways to walk down the tree find the same.
#include "runtime/ingest/layouts.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/ingest/lines.h"

namespace segue {
namespace {

const std::vector<std::string>& lines() {
  static const std::vector<std::string> all = {
      R"({"type":"track","userId":"ann","event":"Cart","timestamp":"2016-08-01T07:00:12.000Z",)"
      R"("properties":{"total":12.50,"id":"c1","x":true},"messageId":"m-1"})",
      R"({"type":"track","userId":"ann","event":"Cart","timestamp":"2016-08-01T07:00:12.000Z",)"
      R"("properties":{"total":12.50,"id":"c1","x":true,"y":null},"messageId":"m-1"})",
      R"({"userId":7,"event":"x","timestamp":5,"properties":{"a":1,"b":-2.5e3,"c":"text"}})",
      R"({"userId":7,"event":"a name of many letters","timestamp":5,"a_key_that_is_longer_than)"
      R"(_all_that_is_compared_at_once_and_goes_on_for_a_while":0,"next":"","last":false})",
      R"({"userId":"u","event":"x","timestamp":5})",
  };
  return all;
}

/// What one way finds, as text.
class Found {
 public:
  explicit Found(Layouts::Find find) : layouts_(std::make_unique<Layouts>(find)) {
    const InputSchema schema = {{}, {{"", {}}, {"", {}}}};
    const Wanted wanted(schema, kOtherKind);
    const KeyTable fields{kCallFieldNames};
    for (const std::string& line : lines()) {
      CallIdentity identity;
      identity.name = line;  // tells the layouts apart
      auto layout = layout_of(line, identity, wanted, fields);
      EXPECT_TRUE(layout) << line;
      layouts_->add(std::move(*layout));
    }
  }

  std::string in(std::string_view line) {
    std::vector<uint32_t> places(line.size() + kMarksSlack);
    std::vector<Feed> feeds(line.size() + kMarksSlack);
    MarksFound found = {.places = places.data(), .feeds = feeds.data()};
    mark_scans()[0](line.data(), line.size(), 0, found);
    const Marks marks = {line.data(), places.data(), found.count, !found.high};
    scalars_ = {};
    const Layout* const layout = layouts_->find(line, marks, scalars_);
    if (layout == nullptr) return "";
    std::string all = layout->name;
    for (const Layouts::Span& scalar : scalars_) all += std::string(scalar.begin, scalar.end) + " ";
    return all;
  }

 private:
  std::unique_ptr<Layouts> layouts_;
  Layouts::Scalars scalars_ = {};
};

TEST(Layouts, AllFindsFindTheSame) {
  std::vector<Found> ways;
  for (const Layouts::Find find : Layouts::finds()) ways.emplace_back(find);
  std::mt19937 random(5);
  size_t found = 0;
  for (int i = 0; i < 40'000; ++i) {
    std::string line = lines()[random() % lines().size()];
    if (random() % 4 != 0) {
      const size_t at = random() % line.size();
      line[at] = random() % 2 == 0 ? static_cast<char>(random()) : line[random() % line.size()];
    }
    const std::string padded = line + std::string(kLinePadding, random() % 2 == 0 ? '"' : '0');
    const std::string want = ways.back().in({padded.data(), line.size()});
    for (Found& way : ways) ASSERT_EQ(way.in({padded.data(), line.size()}), want) << line;
    found += !want.empty();
  }
  EXPECT_GT(found, 12'000u);
}

}  // namespace
}  // namespace segue
