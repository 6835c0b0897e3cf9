#include "tests/differential/maker.h"

/// Forms over what is derived: sequences with all their parts, sessions, crossings, changes,
/// unions, and segments that are latched.
namespace segue::differential {

namespace {

std::string gap_after(Maker& m) {
  const int64_t least = m.random.between(1, 2) * m.scale.unit_ms;
  const int64_t most = least + m.random.between(0, 4) * m.scale.unit_ms;
  if (m.random.chance(30)) return fmt::format("after {}", duration_text(least));
  return fmt::format("after {} within {}", duration_text(least), duration_text(most));
}

std::string slow(Maker& m) {
  return fmt::format("{} then {} {}", m.event(), m.event(), gap_after(m));
}

std::string slow_of_three(Maker& m) {
  return fmt::format("{} then {} {} then {} {}", m.event(), m.event(), gap_after(m), m.event(),
                     gap_after(m));
}

std::string without(Maker& m) {
  return fmt::format("{} then {} without {}", m.event(), m.event(), m.event());
}

std::string next(Maker& m) {
  return fmt::format("{} then next {} among ({})", m.event(), m.event(), m.event());
}

std::string whole(Maker& m) {
  return fmt::format("({} then {} then {}) all within {}", m.event(), m.event(), m.event(),
                     m.window());
}

std::string keyed(Maker& m) {
  return fmt::format("({} then {} within {}) by {}", m.event(), m.event(), m.window(),
                     m.random.pick({"s", "n"}));
}

std::string keyed_wait(Maker& m) {
  return fmt::format("({} then no {} within {}) by s", m.event(), m.event(), m.window());
}

std::string keyed_whole(Maker& m) {
  return fmt::format("({} then {} without {} then {} {}) by s all within {}", m.event(), m.event(),
                     m.event(), m.event(), gap_after(m),
                     duration_text(m.random.between(3, 7) * m.scale.unit_ms));
}

std::string wait_inside(Maker& m) {
  return fmt::format("{} then no {} within {} then {} within {}", m.event(), m.event(), m.window(),
                     m.event(), m.window());
}

std::string nested(Maker& m) {
  switch (m.random.below(4)) {
    case 0:
      return fmt::format("({}) then {} within {}", m.sequence(), m.event(), m.window());
    case 1:
      return fmt::format("{} then ({})", m.event(), m.sequence());
    case 2:
      return fmt::format("(({}) then {}) all within {}", m.sequence(), m.event(), m.window());
    default:
      return fmt::format("(steps then steps) all within {}", m.window());
  }
}

std::string sessions(Maker& m) {
  return fmt::format("sessions of {} with gap {}", m.random.pick({"any", "view", "busy"}),
                     m.window());
}

std::string change(Maker& m) {
  return m.random.pick({"changed plan", "changed plan to \"pro\"",
                        "changed plan from \"a\" to \"b\"", "changed is_admin to true",
                        "changed tags"});
}

std::string crossing(Maker& m) {
  if (m.segments_before == 0) return sessions(m);
  return fmt::format("{} s{}", m.random.pick({"entered", "left"}),
                     m.random.below(m.segments_before));
}

std::string after_crossing(Maker& m) {
  return fmt::format("({}) then {} within {}", crossing(m), m.event(), m.window());
}

std::string union_of(Maker& m) {
  return fmt::format("{} or ({}) or ({})", m.event(), m.sequence(), crossing(m));
}

std::string after_union(Maker& m) {
  return fmt::format("({}) then {} within {}", union_of(m), m.event(), m.window());
}

using Signal = std::string (*)(Maker&);

constexpr Signal kSignals[] = {
    slow,   slow_of_three, without,  next,   whole,    keyed,    keyed_wait,     keyed_whole,
    nested, wait_inside,   sessions, change, crossing, union_of, after_crossing, after_union};

/// Any of the signals, asked about in some way.
std::string ask(Maker& m, const std::string& signal) {
  switch (m.random.below(8)) {
    case 0:
      return fmt::format("({})", signal);
    case 1:
      return fmt::format("({}) {} {}", signal, m.compare(), m.small());
    case 2:
    case 3:
      return fmt::format("({}) {} {} within {}", signal, m.compare(), m.small(), m.window());
    case 4:
      return fmt::format("no ({}) within {}", signal, m.window());
    case 5:
      return fmt::format("({}) >= 1 between {} and {} ago", signal,
                         duration_text(8 * m.scale.unit_ms), m.short_window());
    case 6:
      return fmt::format("({}) >= {} since {}", signal, m.small(), m.moment());
    default:
      return fmt::format("time since {} ({}) {} {}", m.random.pick({"last", "first"}), signal,
                         m.compare(), m.window());
  }
}

template <Signal make>
std::string asked(Maker& m) {
  return ask(m, make(m));
}

const Form kForms[] = {
    {"sequence after", asked<slow>},
    {"sequence after twice", asked<slow_of_three>},
    {"sequence without", asked<without>},
    {"sequence next", asked<next>},
    {"sequence all within", asked<whole>},
    {"sequence by", asked<keyed>},
    {"sequence by, then no", asked<keyed_wait>},
    {"sequence by, with all parts", asked<keyed_whole>},
    {"sequence in a sequence", asked<nested>},
    {"then no in the middle", asked<wait_inside>},
    {"sessions", asked<sessions>},
    {"changed", asked<change>},
    {"entered, left", asked<crossing>},
    {"entered, left as a step", asked<after_crossing>},
    {"union with derived", asked<union_of>},
    {"union as a step", asked<after_union>},
    {"derived on days",
     [](Maker& m) {
       return fmt::format("({}) on >= {} days within {}", kSignals[m.random.below(16)](m),
                          m.small(), m.window());
     }},
    {"reached",
     [](Maker& m) {
       return fmt::format("reached ({} then {} then {}) {} {} all within {}", m.event(), m.event(),
                          m.event(), m.compare(), m.small(), m.window());
     }},
    {"score compared, with a half-life",
     [](Maker& m) {
       if (!m.has_score) return std::string("never view");
       return fmt::format("points {} {}", m.random.pick({">=", "<", ">", "<="}),
                          m.random.pick({"0.5", "1", "2.25", "3", "0"}));
     }},
};

}  // namespace

std::span<const Form> derived_forms() { return kForms; }

std::string clauses_of(Maker& m) {
  std::string out;
  if (m.random.chance(50)) out += fmt::format("until {} within {}  ", m.event(), m.short_window());
  if (m.random.chance(50)) out += fmt::format("stay at least {}  ", m.window());
  if (out.empty() || m.random.chance(50)) out += fmt::format("cooldown {}", m.window());
  return out;
}

}  // namespace segue::differential
