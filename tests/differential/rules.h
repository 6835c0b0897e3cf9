#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/differential/random.h"

namespace segue::differential {

/// A condition as text with places for others, so that shrinking can put a part in place of the
/// whole.
struct Condition {
  std::string text;              // `{}` for each part, in order
  std::vector<Condition> parts;  // each a condition that may stand in parentheses
  std::string to_text() const;
};

struct GeneratedSegment {
  std::string name;
  Condition when;
  std::string clauses;  // until, stay, cooldown; or empty
};

/// One generated rule file. Times are small multiples of `unit_ms`, so that boundaries are met.
struct GeneratedRules {
  std::string head;   // zone, events, traits, signals, lists
  std::string score;  // or empty
  std::vector<GeneratedSegment> segments;
  std::string to_text() const;
};

/// How often each form was generated, over all cases.
struct FormCounts {
  std::vector<uint64_t> by_form;
};

/// Names of all forms, in the order of `FormCounts`.
std::vector<std::string_view> form_names();

struct Scale {
  int64_t unit_ms = 1000;
  int64_t begin_ms = 0;      // about when the events happen
  std::string zone = "UTC";  // empty: each user's own
  // Few conditions of the forms that native code settles by one function a kind, and users who are
  // silent for longer than four bytes count milliseconds.
  bool is_plain = false;
};
Scale random_scale(Random& random);

GeneratedRules generate_rules(Random& random, const Scale& scale, FormCounts& counts);

/// `90061001` as `1d1h1m1s1ms`.
std::string duration_text(int64_t ms);
/// As rules and events write it: `2025-03-30T00:59:59.999Z`.
std::string instant_text(int64_t ms);

}  // namespace segue::differential
