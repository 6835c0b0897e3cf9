// Rules of mixed shapes whose constants all differ, as text and as something to look at one by one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/workload.h"

namespace segue::bench {

enum class Shape : uint8_t {
  kCount,     // a >= k within W
  kSum,       // sum(cart.price) >= number within W
  kAbsence,   // a and no a within W
  kDays,      // a on >= k of the last n days
  kPath,      // (page where path = text) >= k within W
  kDuration,  // (feature where duration_ms > number) >= k within W
  kPlan,      // plan = text and a >= k within W
  kScore,     // effort >= number
  kSequence,  // (a then b within W) >= 1 within D
};
inline constexpr uint32_t kShapes = 9;

struct ShapeRule {
  Shape shape = Shape::kCount;
  CallKind a = CallKind::kPageViewed;
  CallKind b = CallKind::kPageViewed;
  uint32_t k = 1;
  int64_t window_ms = 0;
  int64_t outer_ms = 0;
  double number = 0;
  std::string text;
};

/// `count` rules, each shape equally often; no two of a shape have the same constants.
std::vector<ShapeRule> shape_rules(uint32_t count);

/// As a rule file with its declarations.
std::string text_of(std::span<const ShapeRule> rules);

/// A user's own state under the looker below.
struct ShapeState;

/// What a program without a compiler does: keeps each event of a kind for as long as a rule may
/// ask, and looks at every rule that names the event's kind, one by one, whenever one comes. No
/// timers: it tells only what events change, so it does less than it should.
class RuleLooker {
 public:
  RuleLooker(std::vector<ShapeRule> rules, uint32_t users);
  ~RuleLooker();

  void take(const Call& call);

  uint64_t looks() const { return looks_; }
  uint64_t changes() const { return changes_; }

 private:
  bool look(const ShapeRule& rule, const ShapeState& user, int64_t now) const;

  std::vector<ShapeRule> rules_;
  std::vector<std::vector<uint32_t>> by_kind_;
  std::vector<ShapeState> users_;
  uint64_t looks_ = 0;
  uint64_t changes_ = 0;
};

}  // namespace segue::bench
