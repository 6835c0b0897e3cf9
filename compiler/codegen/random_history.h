#pragma once

#include <cstdint>
#include <deque>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

#include "runtime/interp/test_world.h"

namespace segue::codegen {

/// Events of random kinds and values, instants some milliseconds to some days apart.
class RandomHistory {
 public:
  RandomHistory(const image::View& view, uint32_t seed) : view_(view), random_(seed) {}

  int64_t next_instant() {
    constexpr int64_t kGaps[] = {0,          1,          1'000,       3'600'000,
                                 40'000'000, 86'400'000, 300'000'000, 2'000'000'000};
    now_ += kGaps[below(std::size(kGaps))] + below(3);
    return now_;
  }

  std::vector<Event> events() {
    std::vector<Event> batch;
    values_.clear();
    for (uint32_t i = 0; i < 1 + below(3); ++i) {
      const uint32_t kind = below(static_cast<uint32_t>(view_.kinds.size()));
      std::vector<Value>& slots = values_.emplace_back();
      for (uint32_t s = 0; s < view_.kinds[kind].slots.count; ++s) slots.push_back(value());
      Event event{.at = segue::Instant{now_}, .kind = KindId{kind}, .user = "u1", .slots = slots};
      if (kind == kOtherKind.index) event.name = "other";
      if (kind >= kFirstNamedKind) event.name = view_.text(view_.kinds[kind].name);
      event.tie = kTies[i];
      batch.push_back(event);
    }
    return batch;
  }

 private:
  static constexpr std::string_view kTies[] = {"b", "a", "c"};
  static constexpr std::string_view kTexts[] = {
      "paris",      "PARIS", "rome", "page", "", "spring", "2025-06-01T10:00:00Z",
      "/pricing/a", "a",     "h"};
  static constexpr std::string_view kNumbers[] = {"3", "0", "-2.5", "1e9", "1748772000000", "2.5"};

  uint32_t below(size_t end) {
    return static_cast<uint32_t>(std::uniform_int_distribution<size_t>(0, end - 1)(random_));
  }

  Value value() {
    switch (below(9)) {
      case 0:
        return {};
      case 1:
        return missing_value();
      case 2:
        return truth_value(below(2) == 0);
      case 3:
      case 4:
        return number_value(kNumbers[below(std::size(kNumbers))]);
      case 5: {
        items_.emplace_back();
        for (uint32_t i = 0; i < below(4); ++i) {
          items_.back().push_back(text_value(kTexts[below(std::size(kTexts))]));
        }
        return list_value(items_.back());
      }
      default:
        return text_value(kTexts[below(std::size(kTexts))]);
    }
  }

  const image::View& view_;
  std::mt19937 random_;
  int64_t now_ = 1'748'700'000'000;
  std::deque<std::vector<Value>> values_;
  std::deque<std::vector<Value>> items_;
};

}  // namespace segue::codegen
