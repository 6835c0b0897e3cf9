#include "tests/mixed/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "runtime/base/check.h"

namespace segue::mixed {
namespace {

std::string text_of(TimePoint at, std::string_view user, std::string_view segment, bool entered,
                    ChangeCause cause, std::string_view event) {
  return fmt::format("{} {} {} {} cause {} {}", format_time(at), user,
                     entered ? "enters" : "leaves", segment, static_cast<int>(cause), event);
}

/// A user and a segment.
using Membership = std::pair<std::string, std::string>;

/// One program over all of the input.
struct Whole {
  struct Change {
    TimePoint at;
    Membership of;
    bool entered = false;
    std::string line;
  };
  std::vector<Change> changes;
  std::vector<std::string> end;

  std::set<Membership> as_of(TimePoint at) const {
    std::set<Membership> members;
    for (const Change& change : changes) {
      if (change.at > at) break;
      if (change.entered) {
        members.insert(change.of);
      } else {
        members.erase(change.of);
      }
    }
    return members;
  }
};

Whole ask_naive(const Case& made, const Rules& rules) {
  Whole whole;
  MembershipEngine engine;
  EngineSettings settings;
  settings.evaluator = Evaluator::kNaive;
  settings.lateness = made.lateness;
  SEGUE_CHECK(start_engine(rules.compilation, settings, engine).ok(), "the yardstick starts");
  engine.on_change([&](const MembershipChange& change) {
    whole.changes.push_back({change.at,
                             {std::string(change.user), std::string(change.segment_name)},
                             change.entered,
                             line_of(change)});
  });
  for (const Step& step : made.steps) {
    if (step.kind == Step::Kind::kPush) (void)engine.push(step.lines);
    if (step.kind == Step::Kind::kAdvance) (void)engine.advance_to(step.through);
  }
  (void)engine.finish(made.until);
  whole.end = lines_of(engine.snapshot(true), *rules.program);
  return whole;
}

}  // namespace

std::string line_of(const MembershipChange& change) {
  return text_of(change.at, change.user, change.segment_name, change.entered, change.cause,
                 change.event);
}

std::vector<std::string> lines_of(const Snapshot& snapshot, const CompiledProgram& program) {
  std::vector<std::string> lines;
  for (uint32_t i = 0; i < snapshot.members.size(); ++i) {
    for (const std::string& user : snapshot.members[i]) {
      lines.push_back(fmt::format("{} in {}", user, program.segments()[i].name));
    }
  }
  for (uint32_t i = 0; i < snapshot.scores.size(); ++i) {
    for (const auto& [user, value] : snapshot.scores[i]) {
      lines.push_back(fmt::format("{} of {} = {:.17g}", program.scores()[i].name, user, value));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Told judge(const Case& made, const std::vector<Phase>& phases) {
  Told told;
  std::set<Membership> before;
  for (size_t i = 0; i < phases.size(); ++i) {
    const TimePoint begin = phases[i].begin;
    const TimePoint end = i + 1 < phases.size() ? phases[i + 1].begin : made.until;
    Whole whole = ask_naive(made, *made.rules[phases[i].rules]);
    const std::set<Membership> now = whole.as_of(begin);
    const auto tell = [&](const Membership& of, bool entered) {
      told.changes.push_back(
          text_of(begin, of.first, of.second, entered, ChangeCause::kDeploy, ""));
    };
    for (const Membership& of : now) {
      if (!before.contains(of)) tell(of, true);
    }
    for (const Membership& of : before) {
      if (!now.contains(of)) tell(of, false);
    }
    for (const Whole::Change& change : whole.changes) {
      if (change.at > begin && change.at <= end) told.changes.push_back(change.line);
    }
    before = whole.as_of(end);
    told.end = std::move(whole.end);
  }
  std::sort(told.changes.begin(), told.changes.end());
  return told;
}

std::string difference(const Told& expected, const Told& told) {
  std::string text;
  const auto compare = [&](const std::vector<std::string>& wanted,
                           const std::vector<std::string>& found) {
    std::vector<std::string> missing, extra;
    std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(),
                        std::back_inserter(missing));
    std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(),
                        std::back_inserter(extra));
    for (const std::string& line : missing) text += "- " + line + "\n";
    for (const std::string& line : extra) text += "+ " + line + "\n";
  };
  compare(expected.changes, told.changes);
  compare(expected.end, told.end);
  return text;
}

}  // namespace segue::mixed
