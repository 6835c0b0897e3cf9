#include "tests/differential/shrink.h"

#include <fmt/format.h>

#include <map>

namespace segue::differential {

namespace {

/// Tries each candidate that one step makes; keeps the first that still fails.
bool step(Case& now, const std::vector<Case>& candidates,
          const std::function<bool(const Case&)>& fails) {
  for (const Case& candidate : candidates) {
    if (!fails(candidate)) continue;
    now = candidate;
    return true;
  }
  return false;
}

std::vector<Case> fewer_events(const Case& now) {
  std::vector<Case> candidates;
  const size_t count = now.events.size();
  for (size_t size = count / 2; size >= 1; size /= 2) {
    for (size_t begin = 0; begin + size <= count; begin += size) {
      Case candidate = now;
      candidate.events.erase(candidate.events.begin() + static_cast<std::ptrdiff_t>(begin),
                             candidate.events.begin() + static_cast<std::ptrdiff_t>(begin + size));
      if (!candidate.events.empty()) candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

std::vector<Case> fewer_values(const Case& now) {
  std::vector<Case> candidates;
  for (size_t i = 0; i < now.events.size(); ++i) {
    for (size_t j = 0; j < now.events[i].values.size(); ++j) {
      candidates.push_back(now);
      auto& values = candidates.back().events[i].values;
      values.erase(values.begin() + static_cast<std::ptrdiff_t>(j));
    }
  }
  return candidates;
}

std::vector<Case> fewer_segments(const Case& now) {
  std::vector<Case> candidates;
  for (size_t i = 0; i < now.rules.segments.size() && now.rules.segments.size() > 1; ++i) {
    candidates.push_back(now);
    auto& segments = candidates.back().rules.segments;
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (!now.rules.score.empty()) {
    candidates.push_back(now);
    candidates.back().rules.score.clear();
  }
  return candidates;
}

/// Each way to put one part of `condition` in the place of a whole, anywhere in it.
void with_part(const Condition& condition, const std::function<void(Condition)>& take) {
  for (const Condition& part : condition.parts) take(part);
  for (size_t i = 0; i < condition.parts.size(); ++i) {
    with_part(condition.parts[i], [&](Condition smaller) {
      Condition whole = condition;
      whole.parts[i] = std::move(smaller);
      take(std::move(whole));
    });
  }
}

std::vector<Case> smaller_conditions(const Case& now) {
  std::vector<Case> candidates;
  for (size_t i = 0; i < now.rules.segments.size(); ++i) {
    with_part(now.rules.segments[i].when, [&](Condition smaller) {
      candidates.push_back(now);
      candidates.back().rules.segments[i].when = std::move(smaller);
    });
  }
  return candidates;
}

}  // namespace

Case shrink(Case now, const std::function<bool(const Case&)>& fails) {
  static constexpr int kRoundsMax = 60;
  for (int round = 0; round < kRoundsMax; ++round) {
    const bool smaller = step(now, fewer_segments(now), fails) ||
                         step(now, smaller_conditions(now), fails) ||
                         step(now, fewer_events(now), fails) || step(now, fewer_values(now), fails);
    if (!smaller) break;
  }
  return now;
}

std::string scenario_text(const Case& shrunk, const std::vector<std::string>& expected,
                          std::string_view why) {
  std::string out = fmt::format("# {}\n{}\ntest \"shrunk\" {{\n", why, shrunk.rules.to_text());
  std::map<std::string, std::string> users;
  for (const GeneratedEvent& event : shrunk.events)
    users[event.user] += event.to_test_line() + "\n";
  for (const auto& [user, lines] : users) out += fmt::format("  user {} {{\n{}  }}\n", user, lines);
  for (const std::string& line : expected) {
    // `u1 INSTANT s0 enters cause …`
    std::vector<std::string> words;
    for (size_t at = 0; at < line.size();) {
      const size_t end = std::min(line.find(' ', at), line.size());
      words.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    if (words.size() >= 5 && words[3] != "=") {
      out += fmt::format("  expect {} {} {} at {}\n", words[0], words[3], words[2], words[1]);
    }
  }
  out += "  expect no other changes\n}\n";
  for (const GeneratedEvent& event : shrunk.events) out += "# " + event.to_json() + "\n";
  return out;
}

}  // namespace segue::differential
