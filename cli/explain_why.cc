#include "cli/explain_why.h"

#include <fmt/format.h>

#include "cli/shown_text.h"
#include "cli/state_text.h"
#include "cli/terminal.h"

namespace segue::cli {
namespace {

std::string span_text(const std::optional<TimePoint>& since,
                      const std::optional<TimePoint>& until) {
  std::string text = since ? "since " + format_time(*since) : "from the first event on";
  if (until) text += ", until " + format_time(*until) + " if nothing more happens";
  return text;
}

std::string event_text(const ReadEvent& event) {
  std::string text = format_time(event.at) + "  " + shown_text(event.name);
  for (const auto& [name, value] : event.values) {
    text += fmt::format("  {}: {}", shown_text(name), shown_text(value));
  }
  return text;
}

class ClauseText {
 public:
  explicit ClauseText(bool color) : color_(color) {}

  void append(const Clause& clause, size_t depth) {
    const std::string margin(2 * depth, ' ');
    const std::string mark =
        clause.holds ? painted(color_, "32", "yes") : painted(color_, "31", "no ");
    out_ += fmt::format("{}{}  {}\n", margin, mark, clause.text);
    if (!clause.connective) out_ += fmt::format("{}       {}\n", margin, held_text(clause));
    for (const Figure& figure : clause.figures) append(figure, margin + "       ");
    for (const Clause& part : clause.parts) append(part, depth + 1);
  }

  std::string take() { return std::move(out_); }

 private:
  static std::string held_text(const Clause& clause) {
    return (clause.holds ? "holds " : "does not hold ") + span_text(clause.since, clause.until);
  }

  void append(const Figure& figure, const std::string& margin) {
    out_ += fmt::format("{}{} = {}\n", margin, figure.text, shown_text(figure.value));
    for (const ReadEvent& event : figure.events) {
      out_ += fmt::format("{}  {}\n", margin, event_text(event));
    }
    if (figure.event_count > figure.events.size()) {
      out_ += fmt::format("{}  and {} before them\n", margin,
                          count_text(figure.event_count - figure.events.size()));
    }
  }

  bool color_;
  std::string out_;
};

}  // namespace

std::string why_text(const ExplainQuery& query, TimePoint at, const Explanation& explanation,
                     bool color) {
  const std::string user = shown_text(explanation.user);
  std::string out;
  if (explanation.joined) {
    out = fmt::format("{} is {} since {}\n", shown_text(query.user), user,
                      format_time(*explanation.joined));
  }
  if (!explanation.known) {
    return out + fmt::format("{} has no event up to {}: nobody to be in {}\n", user,
                             format_time(at), query.segment);
  }
  const std::string in =
      explanation.member ? painted(color, "1;32", "is in") : painted(color, "1;31", "is not in");
  out += fmt::format("{} {} {} at {}\n", user, in, query.segment, format_time(at));
  out += fmt::format("{}\n\n", span_text(explanation.since, explanation.until));
  ClauseText clauses(color);
  clauses.append(explanation.when, 0);
  return out + clauses.take();
}

}  // namespace segue::cli
