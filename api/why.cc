#include "segue/why.h"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "api/clauses.h"
#include "api/compilation_state.h"
#include "api/event_copy.h"
#include "api/figures.h"
#include "api/runtime/event_input_state.h"
#include "api/runtime/outcomes.h"
#include "api/runtime/time_points.h"
#include "api/zone_tables.h"
#include "runtime/engine/lives.h"

namespace segue {
namespace {

/// One user's events of an input, what calls say of who is who, and when the input ends.
struct UserHistory {
  naive::History history;
  std::vector<IdentityCall> calls;
  Arena arena;
  Instant newest = kLongAgo;      // of any user
  std::optional<Instant> joined;  // since when the id asked for is another name of the user
};

/// Gives `take` each event of the input.
template <class Take>
Outcome read_all(EventInput& input, const InputSchema& schema, const ProgressSink& progress,
                 const Take& take) {
  const auto source = input.state().read_all(schema, false);
  InputProgress done;
  done.bytes_total = input.state().bytes_total;
  for (;;) {
    EventBatch batch;
    const Status status = source->next(batch);
    if (!status.ok()) return outcome_of(status);
    if (batch.empty()) return {};
    for (const Event& event : batch.events) take(event);
    done.events += batch.events.size();
    done.bytes_read = input.state().bytes_read->load(std::memory_order_relaxed);
    if (progress) progress(done);
  }
}

/// The user's own events.
Outcome read_history(EventInput& input, const InputSchema& schema, const std::string& user,
                     const ProgressSink& progress, UserHistory& into) {
  into.history.user = user;
  return read_all(input, schema, progress, [&](const Event& event) {
    into.newest = std::max(into.newest, event.at);
    if (is_identity_call(event.kind)) {
      into.calls.push_back(identity_call_of(event, event.at));
    } else if (event.user == user) {
      into.history.events.push_back(copy_event(event, into.arena));
    }
  });
}

/// Since when the id has been another name of the user whose that life is.
Instant joined_since(const Lives& lives, std::string_view id, uint32_t life) {
  const std::span<const Life> all = lives.all();
  for (;;) {
    const Instant begin = all[life].begin;
    const uint32_t before = lives.life_of(id, begin - Duration{1});
    if (before == Lives::kNone || all[before].user != all[life].user) return begin;
    life = before;
  }
}

/// Of a user whom calls are about: who that is as of `at`, and all that was its own by then, which
/// is found by reading the input once more.
Outcome read_joined(EventInput& input, const InputSchema& schema, Instant at,
                    const ProgressSink& progress, UserHistory& into) {
  const Lives lives(std::move(into.calls));
  if (!lives.concerns(into.history.user)) return {};
  into.history.events.clear();
  const uint32_t life = lives.life_of(into.history.user, at);
  if (life == Lives::kNone) return {};
  const std::string id = std::exchange(into.history.user, lives.all()[life].user);
  if (into.history.user != id) into.joined = joined_since(lives, id, life);
  const auto& paths = input.state().paths;
  if (std::find(paths.begin(), paths.end(), "-") != paths.end()) {
    return {Fault::kUnsupported,
            "the user has been joined with others or deleted, so the events are read twice, "
            "which standard input cannot be: name a file"};
  }
  EventInput again;
  if (Outcome wrong = open_event_input(paths, {}, again); !wrong.ok()) return wrong;
  LifeEvents histories(lives);
  const Outcome read = read_all(again, schema, progress, [&](const Event& event) {
    if (is_identity_call(event.kind) || !lives.concerns(event.user)) return;
    histories.add(copy_event(event, into.arena));
  });
  if (!read.ok()) return read;
  (void)histories.drop_copies({});
  into.history.events = histories.history(life);
  for (Event& event : into.history.events) event = copy_event(event, into.arena);
  return {};
}

void explain(const Compilation::State& state, const hir::Segment& segment,
             const naive::History& history, Instant at, Explanation& explanation) {
  // What is known at `at`, with nothing more to come: so what changes later does by time alone.
  naive::History known = history;
  std::erase_if(known.events, [&](const Event& event) { return event.at > at; });
  const naive::Past past(state.rules.schema, known, kInstantEnd - Duration{1});
  explanation.known = !past.empty();
  if (past.empty()) return;

  const ZoneTables zones(state.rules.zones);
  naive::Evaluator evaluator(state.rules, zones.views(), past);
  Figures figures(state.rules, past, evaluator, at);
  Clauses clauses(state.rules, state.found->sources, past, evaluator, figures, at);
  explanation.when = clauses.of(*segment.when);
  explanation.member = explanation.when.holds;
  explanation.since = explanation.when.since;
  explanation.until = explanation.when.until;
}

}  // namespace

Outcome explain_membership(const Compilation& compilation, EventInput& input,
                           const ExplainQuery& query, const ProgressSink& progress,
                           Explanation& explanation, TimePoint& at) noexcept {
  if (!compilation.ok()) return {Fault::kInvalid, "the rules are wrong"};
  const Compilation::State& state = compilation.state();
  const auto segment =
      std::find_if(state.rules.segments.begin(), state.rules.segments.end(),
                   [&](const hir::Segment& other) { return other.name == query.segment; });
  if (segment == state.rules.segments.end()) {
    return {Fault::kInvalid, fmt::format("the rules have no segment `{}`", query.segment)};
  }
  UserHistory user;
  const Outcome read = read_history(input, state.rules.schema, query.user, progress, user);
  if (!read.ok()) return read;
  const Instant instant = query.at ? instant_of(*query.at) : std::max(user.newest, kInstantMin);
  const Outcome joined = read_joined(input, state.rules.schema, instant, progress, user);
  if (!joined.ok()) return joined;
  at = time_point_of(instant);
  explanation.user = user.history.user;
  if (user.joined) explanation.joined = time_point_of(*user.joined);
  explain(state, *segment, user.history, instant, explanation);
  return {};
}

}  // namespace segue
