#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/instant.h"
#include "tests/differential/random.h"
#include "tests/differential/rules.h"

namespace segue::differential {

/// The generator at work on one file.
struct Maker {
  Random& random;
  const Scale& scale;
  size_t segments_before = 0;  // that a condition may refer to
  bool has_score = false;

  std::string window() { return duration_text(random.between(1, 6) * scale.unit_ms); }
  std::string short_window() { return duration_text(random.between(1, 2) * scale.unit_ms); }
  std::string date() {
    return instant_text(scale.begin_ms + random.between(-2, 12) * kDayMs).substr(0, 10);
  }
  std::string instant() {
    return instant_text(scale.begin_ms + random.between(-3, 20) * scale.unit_ms);
  }
  std::string moment() { return random.chance(50) ? date() : instant(); }
  std::string compare() { return random.pick({">=", ">", "<", "<=", "=", "!="}); }
  std::string small() { return fmt::format("{}", random.between(0, 3)); }
  std::string number() { return random.pick({"0", "1", "2", "2.5", "0.3", "100", "-1"}); }
  std::string text() { return random.pick({"\"a\"", "\"b\"", "\"pro\"", "\"Abc\"", "\"\""}); }
  std::string event() { return random.pick({"view", "cart", "order", "login"}); }
  std::string property() { return random.pick({"n", "s", "b"}); }

  /// A base signal that stands beside other words.
  std::string signal() {
    switch (random.below(10)) {
      case 0:
        return "opened a";
      case 1:
        return "opened \"pro\"";
      case 2:
        return "any";
      case 3:
        return "busy";
      case 4:
        return "bought";
      case 5:
        return fmt::format("({} where {})", event(), filter());
      case 6:
        return "\"Page Viewed\"";
      case 7:
        return "bare";
      default:
        return event();
    }
  }
  std::string filter_part() {
    switch (random.below(16)) {
      case 0:
        return fmt::format("n {} {}", compare(), number());
      case 1:
        return fmt::format("s = {}", text());
      case 2:
        return fmt::format("s != {}", text());
      case 3:
        return "s exists";
      case 4:
        return "n is missing";
      case 5:
        return "b";
      case 6:
        return fmt::format("s in (\"a\", {})", text());
      case 7:
        return "n in 1..2";
      case 8:
        return random.pick(
            {"s starts with \"a\"", "s contains \"B\" ignoring case", "s ends with \"c\""});
      case 9:
        return "s matches \"[a-c]+\"";
      case 10:
        return "traits.plan = \"pro\"";
      case 11:
        return "event starts with \"C\"";
      case 12:
        return "s = traits.plan";
      case 13:
        return "tags has \"a\"";
      case 14:
        return "b = true";
      default:
        return fmt::format("deep.n >= {}", small());
    }
  }
  std::string filter() {
    const std::string one = filter_part();
    if (random.chance(60)) return one;
    return fmt::format(
        random.chance(50) ? fmt::runtime("({} and {})") : fmt::runtime("({} or not {})"), one,
        filter_part());
  }
  std::string sequence() {
    switch (random.below(7)) {
      case 0:
        return fmt::format("{} then {} within {}", event(), event(), window());
      case 1:
        return fmt::format("{} then later {} within {}", event(), event(), window());
      case 2:
        return fmt::format("{} then {} within {} then {} within {}", event(), event(), window(),
                           event(), window());
      case 3:
        return fmt::format("{} then no {} within {}", event(), event(), window());
      case 4:
        return fmt::format("{} then no later {} within {}", event(), event(), window());
      case 5:
        return fmt::format("{} then {} within {} then no {} within {}", event(), event(), window(),
                           event(), window());
      default:
        return fmt::format("{} then {}", event(), event());
    }
  }
};

/// A form of a condition, by name.
struct Form {
  std::string_view name;
  std::string (*make)(Maker& maker);
};

/// Forms by theme, each in its file.
std::span<const Form> calendar_forms();
std::span<const Form> value_forms();
std::span<const Form> derived_forms();

/// Clauses behind the `when` of a segment that is latched.
std::string clauses_of(Maker& maker);

}  // namespace segue::differential
