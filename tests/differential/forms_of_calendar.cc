#include "tests/differential/maker.h"

/// Windows by the calendar and by an anchor, dates, local time.
namespace segue::differential {

namespace {

std::string unit(Maker& m) { return m.random.pick({"day", "week", "month", "quarter", "year"}); }

std::string calendar_window(Maker& m) {
  switch (m.random.below(6)) {
    case 0:
      return "today";
    case 1:
      return "yesterday";
    case 2:
      return fmt::format("this {}", m.random.pick({"week", "month", "quarter", "year"}));
    case 3:
      return fmt::format("last {}", m.random.pick({"week", "month", "quarter", "year"}));
    case 4:
      return fmt::format("in the last {} full {}s", m.random.between(2, 4), unit(m));
    default:
      return fmt::format("in the last {} {}s", m.random.between(2, 4), unit(m));
  }
}

std::string anchored_window(Maker& m) {
  const std::string anchor =
      fmt::format("{} {}", m.random.pick({"last", "first"}), m.random.pick({"login", "cart"}));
  switch (m.random.below(5)) {
    case 0:
      return "since " + anchor;
    case 1:
      return "after " + anchor;
    case 2:
      return "before " + anchor;
    case 3:
      return fmt::format("within {} before {}", m.window(), anchor);
    default:
      return fmt::format("within {} after {}", m.window(), anchor);
  }
}

const Form kForms[] = {
    {"count by the calendar",
     [](Maker& m) {
       return fmt::format("{} {} {} {}", m.signal(), m.compare(), m.small(), calendar_window(m));
     }},
    {"sum by the calendar",
     [](Maker& m) {
       return fmt::format("sum({}.n) {} {} {}", m.event(), m.compare(), m.number(),
                          calendar_window(m));
     }},
    {"last value by the calendar",
     [](Maker& m) {
       return fmt::format("last({}.s) = {} {}", m.event(), m.text(), calendar_window(m));
     }},
    {"sequence by the calendar",
     [](Maker& m) {
       return fmt::format("({} then {} within {}) {} {} {}", m.event(), m.event(), m.window(),
                          m.compare(), m.small(), calendar_window(m));
     }},
    {"streak",
     [](Maker& m) {
       return fmt::format("{} streak {} {} days", m.signal(), m.compare(), m.small());
     }},
    {"days by the calendar",
     [](Maker& m) {
       return fmt::format("{} on {} {} days {}", m.signal(), m.compare(), m.small(),
                          calendar_window(m));
     }},
    {"before ago",
     [](Maker& m) {
       return fmt::format("{} {} {} before {} ago", m.signal(), m.compare(), m.small(), m.window());
     }},
    {"count anchored",
     [](Maker& m) {
       return fmt::format("{} {} {} {}", m.signal(), m.compare(), m.small(), anchored_window(m));
     }},
    {"no anchored",
     [](Maker& m) { return fmt::format("no {} {}", m.event(), anchored_window(m)); }},
    {"aggregate anchored",
     [](Maker& m) {
       return fmt::format("{}({}.n) {} {} {}", m.random.pick({"sum", "max", "distinct"}), m.event(),
                          m.compare(), m.number(), anchored_window(m));
     }},
    {"sequence anchored",
     [](Maker& m) { return fmt::format("({}) >= 1 {}", m.sequence(), anchored_window(m)); }},
    {"count since a date",
     [](Maker& m) {
       return fmt::format("{} {} {} since joined", m.event(), m.compare(), m.small());
     }},
    {"date is a day",
     [](Maker& m) {
       return fmt::format("joined is {}",
                          m.random.pick({"today", "yesterday", "tomorrow", "not today"}));
     }},
    {"date is a period",
     [](Maker& m) {
       return fmt::format("joined is {} {}", m.random.pick({"this", "last", "next"}),
                          m.random.pick({"week", "month", "quarter", "year"}));
     }},
    {"date is far",
     [](Maker& m) {
       return fmt::format("joined is {} {}s {}", m.random.between(2, 5), unit(m),
                          m.random.pick({"ago", "from now"}));
     }},
    {"anniversary",
     [](Maker& m) {
       return fmt::format("anniversary(birthday) is {}",
                          m.random.pick({"today", "tomorrow", "yesterday", "this week", "next week",
                                         "this month", "3 days from now"}));
     }},
    {"anniversary compared",
     [](Maker& m) { return fmt::format("anniversary(birthday) within {}", m.window()); }},
    {"hour of now",
     [](Maker& m) { return fmt::format("hour(now) {} {}", m.compare(), m.random.between(0, 23)); }},
    {"weekday of now",
     [](Maker& m) {
       return fmt::format("weekday({}) in (\"monday\", \"{}\")",
                          m.random.pick({"now", "joined", "birthday"}),
                          m.random.pick({"sunday", "saturday", "tuesday"}));
     }},
    {"hour of an occurrence",
     [](Maker& m) {
       return fmt::format("({} where hour in {}..{}) {} {} within {}", m.event(),
                          m.random.between(0, 10), m.random.between(11, 23), m.compare(), m.small(),
                          m.window());
     }},
    {"weekday of an occurrence",
     [](Maker& m) {
       return fmt::format("({} where weekday = \"{}\") {} {}", m.event(),
                          m.random.pick({"sunday", "monday", "saturday", "friday"}), m.compare(),
                          m.small());
     }},
    {"scaled durations",
     [](Maker& m) {
       return fmt::format("{} * time since last {} {} time since first {}",
                          m.random.pick({"2", "0.5", "1.5", "3"}), m.event(), m.compare(),
                          m.event());
     }},
};

}  // namespace

std::span<const Form> calendar_forms() { return kForms; }

}  // namespace segue::differential
