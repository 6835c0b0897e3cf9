#include "tests/differential/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/instant.h"
#include "runtime/base/text.h"
#include "tests/differential/maker.h"

namespace segue::differential {

std::string Condition::to_text() const {
  std::string out;
  size_t part = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i + 1 < text.size() && text[i + 1] == '}' && part < parts.size()) {
      out += "(" + parts[part++].to_text() + ")";
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string GeneratedRules::to_text() const {
  std::string out = head + score;
  for (const GeneratedSegment& segment : segments) {
    if (segment.clauses.empty()) {
      out += fmt::format("segment {} = {}\n", segment.name, segment.when.to_text());
    } else {
      out += fmt::format("segment {} {{ when {}  {} }}\n", segment.name, segment.when.to_text(),
                         segment.clauses);
    }
  }
  return out;
}

std::string duration_text(int64_t ms) {
  if (ms <= 0) return "0ms";
  std::string out;
  const std::pair<int64_t, const char*> units[] = {
      {kDayMs, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}};
  for (const auto& [size, name] : units) {
    if (ms >= size) out += fmt::format("{}{}", ms / size, name);
    ms %= size;
  }
  return out;
}

std::string instant_text(int64_t ms) { return format_instant(Instant{ms}); }

Scale random_scale(Random& random) {
  Scale scale;
  scale.unit_ms = random.pick<int64_t>({1, 1000, 3'600'000, 21'600'000, kDayMs});
  scale.zone = random.pick(
      {"UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "America/St_Johns", ""});
  // Around days on which clocks change, and a plain one.
  scale.begin_ms = random.pick<int64_t>(
      {1'743'210'000'000, 1'741'330'800'000, 1'761'300'000'000, 1'748'736'000'000});
  scale.is_plain = random.chance(20);
  return scale;
}

namespace {

/// Forms of a single condition over rolling windows and plain values. A row is a form of LANGUAGE;
/// the test fails if one is never generated.
const Form kForms[] = {
    {"ever", [](Maker& m) { return m.signal(); }},
    {"count ever",
     [](Maker& m) { return fmt::format("{} {} {}", m.signal(), m.compare(), m.small()); }},
    {"count within",
     [](Maker& m) {
       return fmt::format("{} {} {} within {}", m.signal(), m.compare(), m.small(), m.window());
     }},
    {"count in range",
     [](Maker& m) { return fmt::format("{} in 1..2 within {}", m.signal(), m.window()); }},
    {"count between ago",
     [](Maker& m) {
       const int64_t far = m.random.between(3, 6) * m.scale.unit_ms;
       const int64_t near = m.random.between(1, 2) * m.scale.unit_ms;
       return fmt::format("{} {} {} between {} and {} ago", m.signal(), m.compare(), m.small(),
                          duration_text(far), duration_text(near));
     }},
    {"count since",
     [](Maker& m) {
       return fmt::format("{} {} {} since {}", m.signal(), m.compare(), m.small(), m.moment());
     }},
    {"count before",
     [](Maker& m) {
       return fmt::format("{} {} {} before {}", m.signal(), m.compare(), m.small(), m.moment());
     }},
    {"count from to",
     [](Maker& m) {
       return fmt::format("{} {} {} from {} to 2025-12-24", m.signal(), m.compare(), m.small(),
                          m.moment());
     }},
    {"count said ever",
     [](Maker& m) { return fmt::format("{} >= {} ever", m.signal(), m.small()); }},
    {"never", [](Maker& m) { return fmt::format("never {}", m.signal()); }},
    {"no within", [](Maker& m) { return fmt::format("no {} within {}", m.signal(), m.window()); }},
    {"no for", [](Maker& m) { return fmt::format("no {} for {}", m.signal(), m.window()); }},
    {"first within",
     [](Maker& m) { return fmt::format("first {} within {}", m.event(), m.window()); }},
    {"last within",
     [](Maker& m) { return fmt::format("last {} within {}", m.event(), m.window()); }},
    {"first since",
     [](Maker& m) { return fmt::format("first {} since {}", m.event(), m.moment()); }},
    {"days of the last",
     [](Maker& m) {
       return fmt::format("{} on {} {} of the last {} days", m.signal(), m.compare(), m.small(),
                          m.random.between(1, 6));
     }},
    {"days of the last full",
     [](Maker& m) {
       return fmt::format("{} on {} {} of the last {} full days", m.signal(), m.compare(),
                          m.small(), m.random.between(1, 6));
     }},
    {"days within",
     [](Maker& m) {
       return fmt::format("{} on {} {} days within {}", m.signal(), m.compare(), m.small(),
                          m.window());
     }},
    {"time since last",
     [](Maker& m) {
       return fmt::format("time since last {} {} {}", m.event(), m.compare(), m.window());
     }},
    {"time since first",
     [](Maker& m) {
       return fmt::format("time since first {} {} {}", m.event(), m.compare(), m.window());
     }},
    {"times compared",
     [](Maker& m) {
       return fmt::format("time since last any {} time since last {}", m.compare(), m.event());
     }},
    {"sum within",
     [](Maker& m) {
       return fmt::format("sum({}.n) {} {} within {}", m.event(), m.compare(), m.number(),
                          m.window());
     }},
    {"sum ever",
     [](Maker& m) { return fmt::format("sum({}.n) {} {}", m.event(), m.compare(), m.number()); }},
    {"sum between ago",
     [](Maker& m) {
       return fmt::format("sum(order.n) {} {} between {} and {} ago", m.compare(), m.number(),
                          duration_text(5 * m.scale.unit_ms), m.short_window());
     }},
    {"avg",
     [](Maker& m) {
       return fmt::format("avg({}.n) {} {} within {}", m.event(), m.compare(), m.number(),
                          m.window());
     }},
    {"avg ever",
     [](Maker& m) { return fmt::format("avg({}.n) {} {}", m.event(), m.compare(), m.number()); }},
    {"min and max",
     [](Maker& m) {
       return fmt::format("max({}.n) - min({}.n) {} {} within {}", m.event(), m.event(),
                          m.compare(), m.number(), m.window());
     }},
    {"max ever",
     [](Maker& m) { return fmt::format("max({}.n) {} {}", m.event(), m.compare(), m.number()); }},
    {"distinct",
     [](Maker& m) {
       return fmt::format("distinct({}.{}) {} {} within {}", m.event(), m.property(), m.compare(),
                          m.small(), m.window());
     }},
    {"distinct ever",
     [](Maker& m) {
       return fmt::format("distinct({}.s) {} {}", m.event(), m.compare(), m.small());
     }},
    {"last value",
     [](Maker& m) {
       return fmt::format("last({}.s) {} {}", m.event(), m.random.pick({"=", "!="}), m.text());
     }},
    {"last value within",
     [](Maker& m) {
       return fmt::format("last({}.s) = {} within {}", m.event(), m.text(), m.window());
     }},
    {"first value within",
     [](Maker& m) {
       return fmt::format("first({}.s) = {} within {}", m.event(), m.text(), m.window());
     }},
    {"first value",
     [](Maker& m) { return fmt::format("first({}.n) {} {}", m.event(), m.compare(), m.number()); }},
    {"last value where",
     [](Maker& m) { return fmt::format("last({}.s where n exists) = {}", m.event(), m.text()); }},
    {"last value text",
     [](Maker& m) { return fmt::format("last({}.s) starts with \"A\" ignoring case", m.event()); }},
    {"values compared",
     [](Maker& m) { return fmt::format("last({}.s) = last({}.s)", m.event(), m.event()); }},
    {"last was", [](Maker& m) { return fmt::format("last {} was ({})", m.event(), m.filter()); }},
    {"first was", [](Maker& m) { return fmt::format("first {} was ({})", m.event(), m.filter()); }},
    {"rates",
     [](Maker& m) {
       return fmt::format("count({} within {}) {} 50% * count({} between {} and {} ago)", m.event(),
                          m.window(), m.compare(), m.event(), duration_text(7 * m.scale.unit_ms),
                          m.short_window());
     }},
    {"ratio",
     [](Maker& m) {
       return fmt::format("count({}) / count({}) {} 30%", m.event(), m.event(), m.compare());
     }},
    {"trait equals",
     [](Maker& m) { return fmt::format("plan {} {}", m.random.pick({"=", "!="}), m.text()); }},
    {"trait in",
     [](Maker& m) {
       return fmt::format("plan {} (\"pro\", {})", m.random.pick({"in", "not in"}), m.text());
     }},
    {"trait in list", [](Maker&) { return std::string("plan in plans"); }},
    {"trait number",
     [](Maker& m) { return fmt::format("traits.size {} {}", m.compare(), m.number()); }},
    {"trait nested",
     [](Maker& m) { return fmt::format("company.size {} {}", m.compare(), m.number()); }},
    {"trait quoted", [](Maker& m) { return fmt::format("traits.\"first name\" = {}", m.text()); }},
    {"trait exists",
     [](Maker& m) {
       return fmt::format("plan {}", m.random.pick({"exists", "is missing", "is not missing"}));
     }},
    {"trait text",
     [](Maker& m) {
       return std::string(m.random.pick(
           {"plan contains \"r\"", "plan starts with \"P\" ignoring case", "plan ends with \"o\"",
            "plan matches \"p.*\"", "plan = \"PRO\" ignoring case"}));
     }},
    {"trait list",
     [](Maker& m) {
       return std::string(
           m.random.pick({"tags has \"a\"", "tags has any of (\"a\", \"b\")",
                          "tags has all of (\"a\", \"b\")", "tags has none of (\"b\", \"c\")"}));
     }},
    {"trait truth", [](Maker&) { return std::string("is_admin"); }},
    {"date within", [](Maker& m) { return fmt::format("joined within {}", m.window()); }},
    {"date next", [](Maker& m) { return fmt::format("joined within next {}", m.window()); }},
    {"date compared", [](Maker& m) { return fmt::format("joined {} {}", m.compare(), m.date()); }},
    {"date ago",
     [](Maker& m) {
       return fmt::format("joined {} {} ago", m.random.pick({">=", "<", ">", "<="}), m.window());
     }},
    {"user in list", [](Maker&) { return std::string("user in vips"); }},
    {"in segment",
     [](Maker& m) {
       if (m.segments_before == 0) return std::string("login");
       return fmt::format("in s{}", m.random.below(m.segments_before));
     }},
    {"in any of",
     [](Maker& m) {
       if (m.segments_before < 2) return std::string("not login");
       return std::string("in any of (s0, s1)");
     }},
    {"score",
     [](Maker& m) {
       if (!m.has_score) return std::string("never order");
       return fmt::format("points {} {}", m.compare(), m.random.between(-4, 9));
     }},
    {"band",
     [](Maker& m) {
       return std::string(m.has_score
                              ? m.random.pick({"points is hot", "points is warm", "points is cold"})
                              : "view");
     }},
    {"sequence", [](Maker& m) { return fmt::format("({})", m.sequence()); }},
    {"sequence counted",
     [](Maker& m) { return fmt::format("({}) {} {}", m.sequence(), m.compare(), m.small()); }},
    {"sequence within",
     [](Maker& m) {
       return fmt::format("({}) {} {} within {}", m.sequence(), m.compare(), m.small(), m.window());
     }},
    {"sequence between ago",
     [](Maker& m) {
       return fmt::format("({}) >= 1 between {} and {} ago", m.sequence(),
                          duration_text(8 * m.scale.unit_ms), m.short_window());
     }},
    {"sequence since",
     [](Maker& m) {
       return fmt::format("({}) >= {} since {}", m.sequence(), m.small(), m.moment());
     }},
    {"no sequence within",
     [](Maker& m) { return fmt::format("no ({}) within {}", m.sequence(), m.window()); }},
    {"time since sequence",
     [](Maker& m) {
       return fmt::format("time since {} (steps) {} {}", m.random.pick({"last", "first"}),
                          m.compare(), m.window());
     }},
    {"sequence days",
     [](Maker& m) { return fmt::format("steps on >= {} days within {}", m.small(), m.window()); }},
};

const std::vector<Form>& all_forms() {
  static const std::vector<Form> forms = [] {
    std::vector<Form> all(std::begin(kForms), std::end(kForms));
    for (const std::span<const Form> more : {calendar_forms(), value_forms(), derived_forms()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return forms;
}

const char* const kJoins[] = {
    "{} and {}",       "{} or {}",        "not {}",           "{} unless {}",
    "all of ({}, {})", "any of ({}, {})", "none of ({}, {})", "at least 2 of ({}, {}, {})",
    "{} for "};
constexpr size_t kJoinCount = std::size(kJoins);

/// Shapes of which a file has many rules that differ in constants: what a program of many rules
/// searches in tables, and looks at side by side.
const Form kFamilies[] = {
    {"family of sums",
     [](Maker& m) {
       return fmt::format("sum(order.n) {} {} within {}", m.compare(), m.random.between(-3, 6),
                          m.window());
     }},
    {"family of sums from one number on",
     [](Maker& m) {
       return fmt::format("sum(order.n) >= {} within {}", m.random.between(-1, 4), m.window());
     }},
    {"family of counts",
     [](Maker& m) {
       return fmt::format("{} >= {} within {}", m.event(), m.random.between(1, 3), m.window());
     }},
    {"family of counts of one event",
     [](Maker& m) {
       return fmt::format("view {} {} within {}", m.compare(), m.small(), m.window());
     }},
    {"family of days",
     [](Maker& m) {
       return fmt::format("view on {} {} of the last {} days", m.compare(), m.random.between(0, 4),
                          m.random.between(1, 6));
     }},
    {"family of absences",
     [](Maker& m) {
       const std::string event = m.event();
       return fmt::format("{} and no {} within {}", event, event, m.window());
     }},
    {"family of filters",
     [](Maker& m) {
       return fmt::format("(order where n > {}) >= {} within {}", m.random.between(-1, 4),
                          m.random.between(1, 2), m.window());
     }},
    {"family of traits",
     [](Maker& m) {
       return fmt::format("plan = {} and {} >= {} within {}", m.text(), m.event(),
                          m.random.between(1, 2), m.window());
     }},
    {"family of ages",
     [](Maker& m) { return fmt::format("time since last view {} {}", m.compare(), m.window()); }},
    {"family of sequences",
     [](Maker& m) {
       return fmt::format("({} then {} within {}) >= 1 within {}", m.event(), m.event(), m.window(),
                          m.window());
     }},
};
constexpr size_t kFamilyCount = std::size(kFamilies);

size_t places_in(std::string_view text) {
  size_t count = 0;
  for (size_t at = text.find("{}"); at != std::string_view::npos; at = text.find("{}", at + 2))
    ++count;
  return count;
}

/// What files of plain rules are made of: the native code of most others settles an instant step by
/// step, as soon as one of its conditions wants that.
constexpr std::string_view kPlainForms[] = {
    "ever",       "never",           "count ever",        "count within", "no within",
    "no for",     "time since last", "last value within", "sum within",   "days of the last",
    "last within"};

size_t any_form(Maker& maker) {
  const std::vector<Form>& all = all_forms();
  if (!maker.scale.is_plain) return maker.random.below(all.size());
  const std::string_view name = kPlainForms[maker.random.below(std::size(kPlainForms))];
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Form& form) { return form.name == name; });
  return static_cast<size_t>(found - all.begin());
}

Condition condition(Maker& maker, int depth, FormCounts& counts) {
  if (depth == 0 || maker.random.chance(30)) {
    const size_t form = any_form(maker);
    ++counts.by_form[form];
    return {all_forms()[form].make(maker), {}};
  }
  const size_t join = maker.random.below(kJoinCount);
  ++counts.by_form[all_forms().size() + join];
  Condition made{kJoins[join], {}};
  const size_t places = places_in(made.text);
  if (made.text == "{} for ") made.text += maker.window();
  for (size_t i = 0; i < places; ++i) made.parts.push_back(condition(maker, depth - 1, counts));
  return made;
}

std::string head_of(Maker& maker) {
  std::string head = maker.scale.zone.empty() ? "zone user.timezone\n"
                                              : fmt::format("zone \"{}\"\n", maker.scale.zone);
  head +=
      "event view \"View\"\nevent cart \"Cart\" or \"Basket\"\nevent order \"Order\" { n: number  "
      "s: text  b: truth  tags: list of text  deep: { n: number }\n"
      "  products: list of { sku: text, price: number } }\n"
      "event login\n"
      "trait plan: text\ntrait is_admin: truth\ntrait tags: list of text\ntrait joined: instant\n"
      "trait company: { size: number }\ntrait birthday: date\n"
      "list vips = (\"u1\", \"u3\")\nlist plans = (\"pro\", \"team\")\n"
      "signal opened($c) = cart where s = $c\n"
      "signal busy = any except (login or cart)\n"
      "signal bought = order or (cart where n > 1) or \"Order\"\n"
      "signal bare = any where event starts with \"S\"\n";
  head += fmt::format("signal steps = {}\n", maker.sequence());
  return head;
}

std::string score_of(Maker& m) {
  std::string out = "score points {\n";
  const bool decays = m.random.chance(30);
  if (decays) {
    out += fmt::format("  half_life {}\n", m.window());
  } else if (m.random.chance(60)) {
    out += fmt::format("  within {}\n", m.window());
  }
  if (m.random.chance(40)) out += "  min -2\n";
  if (m.random.chance(40)) out += "  max 7\n";
  const size_t terms = 1 + m.random.below(4);
  for (size_t i = 0; i < terms; ++i) {
    const char* sign = m.random.pick({"+", "-"});
    const char* points = m.random.pick({"1", "2", "5", "0.1", "2.5"});
    switch (m.random.below(6)) {
      case 0:
        out += fmt::format("  {}{} {}\n", sign, points, m.event());
        break;
      case 1:
        out += fmt::format("  {}{} {} max {} times\n", sign, points, m.event(),
                           m.random.between(1, 3));
        break;
      case 2:
        out += fmt::format("  {}{} {}{}\n", sign, points, m.event(),
                           decays ? "" : " within " + m.window());
        break;
      case 3:
        out += fmt::format("  {}{} {} once\n", sign, points, m.event());
        break;
      case 4:
        out += fmt::format("  {}{} if plan = \"pro\"\n", sign, points);
        break;
      default:
        out += fmt::format("  {}{} {} then no {} within {}\n", sign, points, m.event(), m.event(),
                           m.window());
        break;
    }
  }
  return out + "  band hot >= 4  band warm >= 1  band cold\n}\n";
}

}  // namespace

std::vector<std::string_view> form_names() {
  std::vector<std::string_view> names;
  for (const Form& form : all_forms()) names.push_back(form.name);
  for (const char* join : kJoins) names.emplace_back(join);
  for (const Form& family : kFamilies) names.push_back(family.name);
  return names;
}

GeneratedRules generate_rules(Random& random, const Scale& scale, FormCounts& counts) {
  counts.by_form.resize(all_forms().size() + kJoinCount + kFamilyCount);
  Maker maker{random, scale};
  GeneratedRules rules;
  rules.head = head_of(maker);
  if (random.chance(scale.is_plain ? 0 : 50)) {
    rules.score = score_of(maker);
    maker.has_score = true;
  }
  const size_t segments = 1 + random.below(4);
  for (size_t i = 0; i < segments; ++i) {
    const auto depth = static_cast<int>(random.below(scale.is_plain ? 2 : 4));
    rules.segments.push_back({fmt::format("s{}", i), condition(maker, depth, counts),
                              random.chance(scale.is_plain ? 0 : 15) ? clauses_of(maker) : ""});
    maker.segments_before = i + 1;
  }
  for (int families = random.chance(15) ? 2 : 0; families > 0; --families) {
    const size_t family = random.below(kFamilyCount);
    ++counts.by_form[all_forms().size() + kJoinCount + family];
    for (size_t left = 3 + random.below(10); left > 0; --left) {
      const Condition when{kFamilies[family].make(maker), {}};
      rules.segments.push_back({fmt::format("s{}", rules.segments.size()), when, ""});
    }
  }
  return rules;
}

}  // namespace segue::differential
