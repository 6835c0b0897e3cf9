#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/passes/pipeline.h"
#include "tests/differential/deploys.h"
#include "tests/differential/evaluators.h"
#include "tests/differential/identity.h"
#include "tests/differential/packs.h"
#include "tests/differential/shrink.h"

namespace segue::differential {
namespace {

struct Options {
  uint64_t seed = 20'250'601;
  uint64_t cases = 1000;
  uint64_t first = 0;
  bool native = true;
  bool forever = false;
  bool deploys = false;  // judge these alone
  std::string write_to;  // a folder: write the cases there, judge none
};

/// Everything that must say what the judge says, by a name to print.
struct Contender {
  std::string name;
  std::function<Answer(const hir::Rules&, const std::vector<GeneratedEvent>&, Instant)> ask;
};

std::vector<Contender> contenders(uint64_t number, bool native) {
  const auto by_program = [](Mode mode) {
    return [mode](const hir::Rules& rules, const std::vector<GeneratedEvent>& events,
                  Instant until) { return ask_program(rules, events, until, mode); };
  };
  // Tracking of inputs, which few conditions would do without: in turn with one and the other.
  const bool tracked = number % 2 == 0;
  const auto name_of = [](const char* name, bool tracks) {
    return fmt::format("{}{}", name, tracks ? ", tracked" : "");
  };
  std::vector<Contender> all = {
      {name_of("interpreter", tracked), by_program({"all", false, tracked})},
      {"interpreter, no passes", by_program({"none", false})}};
  if (native) {
    all.push_back({name_of("native", !tracked), by_program({"all", true, !tracked})});
    if (number % 4 == 0) all.push_back({"native, no passes", by_program({"none", true})});
  }
  // Each optional pass off, one a case in turn.
  std::vector<std::string_view> optional;
  for (const passes::PassInfo& pass : passes::pipeline()) {
    if (pass.role == passes::Role::kOptional) optional.push_back(pass.name);
  }
  const std::string_view off = optional[number % optional.size()];
  std::string rest;
  for (const std::string_view name : optional) {
    if (name != off) rest += fmt::format("{}{}", rest.empty() ? "" : ",", name);
  }
  all.push_back({fmt::format("interpreter without {}", off), by_program({rest, false, !tracked})});
  const auto by_engine = [](EngineMode mode) {
    return [mode](const hir::Rules& rules, const std::vector<GeneratedEvent>& events,
                  Instant until) { return ask_engine(rules, events, until, mode); };
  };
  // Native code settles whole instants of what is not tracked.
  const EngineMode one{1, 0, 0, tracked, native && !tracked};
  const EngineMode four{4, kDayMs, number + 1, !tracked, native && number % 4 == 0};
  all.push_back({one.native ? "engine, one shard, native" : "engine, one shard", by_engine(one)});
  all.push_back(
      {four.native ? "engine, four shards, shuffled, native" : "engine, four shards, shuffled",
       by_engine(four)});
  return all;
}

/// The first difference of two answers, for people.
std::string difference(const Answer& expected, const Answer& actual) {
  std::string out;
  size_t shown = 0;
  const auto show = [&](const Answer& all, const Answer& other, char sign) {
    for (const std::string& line : all) {
      if (std::binary_search(other.begin(), other.end(), line) || shown > 20) continue;
      out += fmt::format("  {} {}\n", sign, line);
      ++shown;
    }
  };
  show(expected, actual, '-');
  show(actual, expected, '+');
  return out;
}

/// Scores are sampled at event instants, so an engine, which only tells them at the end, is asked
/// for changes alone.
Answer changes_only(Answer answer) {
  std::erase_if(answer,
                [](const std::string& line) { return line.find(" = ") != std::string::npos; });
  return answer;
}

struct Verdict {
  std::string contender;
  std::string text;
  Answer expected;
};

/// Every so many of the instants that have events, and the last: of a few cases that one alone.
std::vector<Instant> stops_of(const std::vector<GeneratedEvent>& events, uint64_t number) {
  std::vector<Instant> stops;
  for (size_t i = number % 7; number % 5 != 0 && i < events.size(); i += 1 + number % 7) {
    const Instant at{events[i].at_ms};
    if (stops.empty() || stops.back() < at) stops.push_back(at);
  }
  const Instant last{events.back().at_ms};
  if (stops.empty() || stops.back() < last) stops.push_back(last);
  return stops;
}

Verdict judge(const Case& generated, uint64_t number, bool native) {
  const Checked checked = check_text(generated.rules.to_text());
  if (!checked.error.empty()) return {"check", "  the rules do not check: " + checked.error, {}};
  const int64_t last = generated.events.back().at_ms;
  const Instant until{last + 40 * kDayMs};
  if (std::any_of(generated.events.begin(), generated.events.end(),
                  [](const GeneratedEvent& event) { return event.says_who(); })) {
    const IdentityVerdict found =
        judge_identity(checked.rules, generated.events, until, number, native);
    if (found.contender.empty()) return {};
    return {found.contender, difference(found.expected, found.actual), found.expected};
  }
  AsOfAnswer as_of{1 + number % 3, {}, stops_of(generated.events, number), {}};
  const Answer expected = ask_naive(checked.rules, generated.events, until, &as_of);
  Answer wanted_as_of = as_of.lines;
  std::sort(wanted_as_of.begin(), wanted_as_of.end());
  std::sort(as_of.at_stops.begin(), as_of.at_stops.end());
  for (const Mode& mode : {Mode{"all", native, number % 4 < 2}, Mode{"none", false}}) {
    const Answer packed = ask_pack(checked.rules, generated.events, mode, as_of.stops);
    if (packed != as_of.at_stops) {
      return {fmt::format("as of, from a pack, {}", mode.passes),
              difference(as_of.at_stops, packed), expected};
    }
    AsOfAnswer actual{as_of.every, {}, {}, {}};
    ask_as_of(checked.rules, generated.events, until, mode, actual);
    std::sort(actual.lines.begin(), actual.lines.end());
    if (actual.lines == wanted_as_of) continue;
    return {fmt::format("as of, {}", mode.passes), difference(wanted_as_of, actual.lines),
            expected};
  }
  for (const Contender& contender : contenders(number, native)) {
    const Answer actual = contender.ask(checked.rules, generated.events, until);
    const bool engine = contender.name.starts_with("engine");
    const Answer wanted = engine ? changes_only(expected) : expected;
    if (actual != wanted) return {contender.name, difference(wanted, actual), expected};
  }
  return {};
}

/// `with_who`: of every third case the events say who is who too.
Case generate(uint64_t seed, FormCounts& counts, bool with_who, Scale* used = nullptr) {
  Random random(seed);
  const Scale scale = random_scale(random);
  if (used != nullptr) *used = scale;
  Case made;
  made.rules = generate_rules(random, scale, counts);
  made.events = generate_events(random, scale);
  if (with_who && seed % 3 == 0) made.events = with_calls(random, made.events);
  return made;
}

void report(const Case& failing, uint64_t number, const Options& options, const Verdict& verdict) {
  fmt::print("case {} (seed {}) differs: {}\n{}", number, options.seed, verdict.contender,
             verdict.text);
  const auto fails = [&](const Case& candidate) {
    const Verdict again = judge(candidate, number, options.native);
    return again.contender == verdict.contender;
  };
  const Case small = verdict.contender == "check" ? failing : shrink(failing, fails);
  const Verdict last = judge(small, number, options.native);
  fmt::print("shrunk, ready for tests/scenario:\n{}\n{}",
             scenario_text(small, last.expected, verdict.contender), last.text);
}

bool all_forms_seen(const FormCounts& counts, uint64_t cases) {
  const std::vector<std::string_view> names = form_names();
  size_t covered = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    if (counts.by_form[i] != 0)
      ++covered;
    else
      fmt::print("form never generated: {}\n", names[i]);
  }
  fmt::print("forms covered: {} of {} in {} cases\n", covered, names.size(), cases);
  return covered == names.size();
}

/// For judges outside: each case as `N.seg` and `N.jsonl`.
int write(const Options& options) {
  FormCounts counts;
  for (uint64_t i = options.first; i < options.first + options.cases; ++i) {
    const Case made = generate(options.seed + i, counts, false);
    const std::string stem = fmt::format("{}/{:06}", options.write_to, i);
    std::ofstream(stem + ".seg") << made.rules.to_text();
    std::ofstream events(stem + ".jsonl");
    for (const GeneratedEvent& event : made.events) events << event.to_json() << '\n';
    if (!events) {
      fmt::print(stderr, "differential: cannot write {}\n", stem);
      return 2;
    }
  }
  return 0;
}

/// Many who do much the same, and are joined and deleted, mostly right behind a deploy.
std::vector<GeneratedEvent> with_many_calls(Random& random, Deploys& deploys,
                                            const std::vector<GeneratedEvent>& of) {
  std::vector<GeneratedEvent> events;
  for (const GeneratedEvent& event : of) {
    for (const char* suffix : {"", "a", "b", "c", "d"}) {
      if (random.chance(30)) continue;
      events.push_back(event);
      events.back().user += suffix;
    }
  }
  if (events.empty()) return of;
  for (size_t& place : deploys.after) place = place == 0 ? 0 : random.below(events.size());
  std::sort(deploys.after.begin(), deploys.after.end());
  std::vector<GeneratedEvent> all = events;
  for (const size_t place : deploys.after) {
    for (uint64_t i = random.below(6); i > 0; --i) {
      const size_t near = std::min<size_t>(place + random.below(8), events.size() - 1);
      for (GeneratedEvent call : with_calls(random, {events[near]})) {
        if (!call.says_who()) continue;
        call.user += random.pick({"", "a", "b", "c", "d"});
        if (!call.previous.empty()) call.previous += random.pick({"", "a", "b", "c", "d"});
        all.push_back(std::move(call));
      }
    }
  }
  std::sort(all.begin(), all.end(),
            [](const GeneratedEvent& a, const GeneratedEvent& b) { return a.at_ms < b.at_ms; });
  return all;
}

/// The case's rules replaced on a live engine; of every other case also where users are joined and
/// deleted meanwhile.
bool deploys_agree(const Case& made, const Scale& scale, uint64_t number, const Options& options,
                   DeployFigures& figures) {
  Random random(options.seed + number + 1);
  Deploys deploys = vary(random, scale, made);
  const Instant until{made.events.back().at_ms + 40 * kDayMs};
  std::string wrong = judge_deploys(deploys, made.events, until, number, options.native, figures);
  std::vector<GeneratedEvent> events = made.events;
  if (wrong.empty() && number % 2 == 0) {
    events = with_many_calls(random, deploys, made.events);
    wrong = judge_calls_meanwhile(deploys, events, until, number / 2, options.native, figures);
  }
  if (wrong.empty()) return true;
  fmt::print("case {} (seed {}) differs: deploys\n{}", number, options.seed, wrong);
  for (const GeneratedEvent& event : events) fmt::print("{}\n", event.to_json());
  return false;
}

int run(const Options& options) {
  if (!options.write_to.empty()) return write(options);
  FormCounts counts;
  DeployFigures deploys;
  uint64_t passed = 0;
  uint64_t failed = 0;
  for (uint64_t i = options.first; options.forever || i < options.first + options.cases; ++i) {
    Scale scale;
    FormCounts ignored;
    const Case plain = generate(options.seed + i, ignored, false, &scale);
    if (!deploys_agree(plain, scale, i, options, deploys)) {
      if (++failed >= 3) break;
      continue;
    }
    const Case made = generate(options.seed + i, counts, true);
    const Verdict verdict = options.deploys ? Verdict() : judge(made, i, options.native);
    if (verdict.contender.empty()) {
      ++passed;
    } else {
      ++failed;
      report(made, i, options, verdict);
      if (failed >= 3) break;
    }
    if (options.forever && i % 1000 == 0) fmt::print(stderr, "{} cases\n", i);
  }
  bool complete = true;
  if (options.cases >= 300 && failed == 0 && !options.deploys)
    complete = all_forms_seen(counts, passed);
  fmt::print(
      "deploys: {} changes; of segments {} answer at once, {} warm, {} know at no time, {} "
      "filled; {} users joined or deleted while others were carried over\n",
      deploys.changes, deploys.at_once, deploys.warm, deploys.never, deploys.filled,
      deploys.calls_meanwhile);
  fmt::print("seed {}, cases {} to {}\n{} passed, {} failed\n", options.seed, options.first,
             options.first + passed + failed, passed, failed);
  return failed == 0 && complete ? 0 : 1;
}

}  // namespace
}  // namespace segue::differential

int main(int argc, char** argv) {
  segue::differential::Options options;
  if (const char* seed = std::getenv("SEGUE_SEED")) options.seed = std::strtoull(seed, nullptr, 10);
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (flag == "--seed")
      options.seed = value();
    else if (flag == "--cases")
      options.cases = value();
    else if (flag == "--first")
      options.first = value();
    else if (flag == "--case") {
      options.first = value();
      options.cases = 1;
    } else if (flag == "--no-native")
      options.native = false;
    else if (flag == "--deploys")
      options.deploys = true;
    else if (flag == "--forever")
      options.forever = true;
    else if (flag == "--write")
      options.write_to = i + 1 < argc ? argv[++i] : "";
    else {
      fmt::print(stderr, "differential: unknown flag {}\n", flag);
      return 2;
    }
  }
  return segue::differential::run(options);
}
