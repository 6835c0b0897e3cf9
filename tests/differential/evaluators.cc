#include "tests/differential/evaluators.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "compiler/codegen/codegen.h"
#include "compiler/emit/emit.h"
#include "compiler/passes/pipeline.h"
#include "compiler/plan/lower.h"
#include "compiler/sema/check.h"
#include "compiler/sema/zones.h"
#include "compiler/syntax/parse.h"
#include "runtime/base/check.h"
#include "runtime/engine/engine.h"
#include "runtime/ingest/decode.h"
#include "runtime/ingest/lines.h"
#include "runtime/interp/as_of.h"
#include "runtime/interp/published_scores.h"

namespace segue::differential {

namespace {

std::map<std::string, std::vector<Event>> by_user(const std::vector<Event>& events) {
  std::map<std::string, std::vector<Event>> users;
  for (const Event& event : events) users[std::string(event.user)].push_back(event);
  return users;
}

/// Where scores are looked at: at each instant with events, half way to the next, and at the end.
std::set<int64_t> sample_times(const std::vector<Event>& events, Instant until) {
  std::set<int64_t> instants;
  for (const Event& event : events) instants.insert(event.at.ms);
  std::set<int64_t> times = instants;
  int64_t before = *instants.begin();
  for (const int64_t at : instants) {
    times.insert(before + (at - before) / 2);
    before = at;
  }
  times.insert(until.ms);
  return times;
}

}  // namespace

std::string change_line(std::string_view user, Instant at, std::string_view segment, bool entered,
                        int cause, std::string_view event) {
  static constexpr const char* kCauses[] = {"event", "time", "trait", "merge", "delete", "deploy"};
  return fmt::format("{} {} {} {} {}{}{}", user, instant_text(at.ms), segment,
                     entered ? "enters" : "leaves", kCauses[cause], event.empty() ? "" : " ",
                     event);
}

std::string score_line(std::string_view user, int64_t at, std::string_view score, double value) {
  return fmt::format("{} {} {} = {:.17g}", user, instant_text(at), score, value);
}

std::string member_line(std::string_view user, int64_t at, std::string_view segment) {
  return fmt::format("{} {} in {}", user, instant_text(at), segment);
}

namespace {

/// Every so many of a user's sample times.
std::vector<int64_t> asked_times(const std::vector<Event>& events, Instant until, size_t every) {
  std::vector<int64_t> asked;
  size_t number = 0;
  for (const int64_t time : sample_times(events, until)) {
    if (number++ % every == every - 1) asked.push_back(time);
  }
  return asked;
}

}  // namespace

Decoded::Decoded(const InputSchema& schema) : decoder(schema), batch(decoder.make_batch()) {}

void Decoded::add(const GeneratedEvent& event) {
  lines.push_back(std::make_unique<std::string>(event.to_json()));
  const size_t size = lines.back()->size();
  lines.back()->append(kLinePadding, '\0');
  const std::optional<RejectKind> reject =
      decoder.decode(std::string_view(lines.back()->data(), size), batch);
  SEGUE_CHECK(!reject, "the generator made a line that is no event");
}

std::shared_ptr<Program> compile(const hir::Rules& rules, const Mode& mode) {
  Diagnostics diagnostics;
  plan::Plan plan = plan::lower(rules, diagnostics);
  SEGUE_CHECK(!diagnostics.has_errors(), "generated rules can be lowered");
  const Result<passes::Selection> selection = passes::Selection::from_text(mode.passes);
  SEGUE_CHECK(selection.has_value(), "the mode names known passes");
  if (mode.tracked) plan.tracked_from = 0;
  passes::run(plan, *selection);
  sema::Zones zones;
  const ZoneSource source{[&](const std::string& name) { return zones.get(name)->rows; },
                          zone_names, "test"};
  Result<image::Image> image = emit(plan, source);
  if (!image) fmt::print(stderr, "{}\n{}", image.error().message, plan::print(plan));
  SEGUE_CHECK(image.has_value(), "what is emitted can be opened");
  auto program = std::make_shared<Program>(std::move(image).value());
  if (mode.native) {
    Result<NativeCode> code = generate(*program, CodegenOptions{}, nullptr);
    if (!code) fmt::print(stderr, "{}\n", code.error().message);
    SEGUE_CHECK(code.has_value(), "an image that opens can be made native");
    program->install(std::move(code).value());
  }
  return program;
}

namespace {

/// One user through the pure calls of a program.
class Walk {
 public:
  Walk(const Program& program, std::string_view user, Answer& answer)
      : program_(program),
        user_(user),
        answer_(answer),
        published_(program),
        words_(published_.words()) {}

  void run(std::vector<Event> events, Instant until) {
    std::sort(events.begin(), events.end(),
              [](const Event& a, const Event& b) { return a.at < b.at; });
    size_t next = 0;
    for (const int64_t time : sample_times(events, until)) {
      size_t end = next;
      while (end < events.size() && events[end].at.ms == time) ++end;
      if (end > next) {
        const Status status =
            apply(program_, blob_, std::span(events).subspan(next, end - next), out_);
        if (!status.ok()) answer_.push_back("error: " + status.error().message);
      } else {
        advance(program_, blob_, user_, Instant{time}, out_);
      }
      next = end;
      tell_changes();
      tell_scores(time);
      blob_ = Blob::copy_of(blob_.bytes());  // nothing may hang on where the bytes are
    }
  }

 private:
  void tell_changes() {
    for (const Transition& change : out_) {
      const image::View& view = program_.view();
      answer_.push_back(change_line(user_, change.at, view.text(view.segments[change.segment].name),
                                    change.entered, static_cast<int>(change.cause), change.event));
    }
    out_.clear();
  }
  /// From the words that were taken when the state changed last, as lookups tell them.
  void tell_scores(int64_t time) {
    if (blob_.header().last_ms != taken_ms_) published_.take(blob_, words_);
    taken_ms_ = blob_.header().last_ms;
    const image::View& view = program_.view();
    for (uint32_t i = 0; i < view.scores.size(); ++i) {
      const double value = published_.value(words_, i, Instant{time});
      SEGUE_CHECK(value == score_at(program_, blob_, i, Instant{time}),
                  "what is published of a score is what the state says");
      answer_.push_back(score_line(user_, time, view.text(view.scores[i].name), value));
    }
  }

  const Program& program_;
  std::string_view user_;
  Answer& answer_;
  PublishedScores published_;
  std::vector<uint64_t> words_;
  int64_t taken_ms_ = kLongAgo.ms;
  Blob blob_;
  std::vector<Transition> out_;
};

}  // namespace

Checked check_text(const std::string& text) {
  SourceManager sources;
  const SourceId id = sources.add_text("generated.seg", text);
  Diagnostics diagnostics;
  std::vector<ast::File> files;
  files.push_back(parse(sources, id, diagnostics));
  Checked checked;
  CheckOptions options;
  options.sources = &sources;
  if (!diagnostics.has_errors()) checked.rules = check(files, options, diagnostics);
  for (const Diagnostic* found : diagnostics.sorted()) {
    if (found->level == Level::kError) checked.error += found->message + "\n";
  }
  return checked;
}

namespace {

void tell_at(const hir::Rules& rules, const naive::Timeline& timeline, std::string_view user,
             int64_t time, Answer& lines) {
  for (uint32_t i = 0; i < rules.segments.size(); ++i) {
    if (!timeline.member_at({i}, Instant{time})) continue;
    lines.push_back(member_line(user, time, rules.segments[i].name));
  }
  for (uint32_t i = 0; i < rules.scores.size(); ++i) {
    const std::optional<double> value = timeline.score_at({i}, Instant{time});
    lines.push_back(score_line(user, time, rules.scores[i].name, value.value_or(-1e99)));
  }
}

void tell_as_of(const hir::Rules& rules, const naive::Timeline& timeline, std::string_view user,
                const std::vector<Event>& history, Instant until, AsOfAnswer& as_of) {
  for (const int64_t time : asked_times(history, until, as_of.every)) {
    tell_at(rules, timeline, user, time, as_of.lines);
  }
  const auto first = std::min_element(history.begin(), history.end(),
                                      [](const Event& a, const Event& b) { return a.at < b.at; });
  for (const Instant stop : as_of.stops) {
    if (first->at <= stop) tell_at(rules, timeline, user, stop.ms, as_of.at_stops);
  }
}

}  // namespace

Answer ask_naive(const hir::Rules& rules, const std::vector<GeneratedEvent>& events, Instant until,
                 AsOfAnswer* as_of) {
  Decoded decoded(rules.schema);
  for (const GeneratedEvent& event : events) decoded.add(event);
  Answer answer;
  for (const auto& [user, history] : by_user(decoded.batch.events)) {
    const naive::Timeline timeline = naive::evaluate(rules, {user, history}, until);
    for (const naive::Change& change : timeline.changes()) {
      answer.push_back(change_line(user, change.at, rules.segments[change.segment.index].name,
                                   change.entered, static_cast<int>(change.cause), change.event));
    }
    if (as_of != nullptr) tell_as_of(rules, timeline, user, history, until, *as_of);
    for (const int64_t time : sample_times(history, until)) {
      for (uint32_t i = 0; i < rules.scores.size(); ++i) {
        const std::optional<double> value = timeline.score_at({i}, Instant{time});
        answer.push_back(score_line(user, time, rules.scores[i].name, value.value_or(-1e99)));
      }
    }
  }
  std::sort(answer.begin(), answer.end());
  return answer;
}

Answer ask_program(const hir::Rules& rules, const std::vector<GeneratedEvent>& events,
                   Instant until, const Mode& mode) {
  const std::shared_ptr<Program> program = compile(rules, mode);
  Decoded decoded(program->schema());
  for (const GeneratedEvent& event : events) decoded.add(event);
  Answer answer;
  for (const auto& [user, history] : by_user(decoded.batch.events)) {
    Walk(*program, user, answer).run(history, until);
  }
  std::sort(answer.begin(), answer.end());
  return answer;
}

namespace {

/// Which of the events from `first` to `time` an answer then needs, a flag each.
std::vector<uint8_t> needed_until(const AsOf& as_of, const std::vector<Event>& sorted, size_t first,
                                  int64_t time) {
  std::vector<int64_t> times;
  for (size_t i = first; i < sorted.size() && sorted[i].at.ms <= time; ++i) {
    times.push_back(sorted[i].at.ms);
  }
  std::vector<uint8_t> needed(times.size());
  as_of.needed().mark(times, [&](size_t i) { return sorted[first + i].kind; }, time, needed.data());
  return needed;
}

}  // namespace

void ask_as_of(const hir::Rules& rules, const std::vector<GeneratedEvent>& events, Instant until,
               const Mode& mode, AsOfAnswer& as_of) {
  const std::shared_ptr<Program> program = compile(rules, mode);
  const image::View& view = program->view();
  Decoded decoded(program->schema());
  for (const GeneratedEvent& event : events) decoded.add(event);
  AsOf user_as_of(*program);
  for (auto& [user, history] : by_user(decoded.batch.events)) {
    std::vector<Event> sorted = history;
    std::sort(sorted.begin(), sorted.end(),
              [](const Event& a, const Event& b) { return a.at < b.at; });
    user_as_of.begin(user);
    size_t next = 0;
    for (const int64_t time : asked_times(history, until, as_of.every)) {
      // A reader of packs passes over what the answer does not depend on.
      const std::vector<uint8_t> needed = needed_until(user_as_of, sorted, next, time);
      const size_t first = next;
      while (next < first + needed.size()) {
        size_t end = next + 1;
        while (end < sorted.size() && sorted[end].at == sorted[next].at) ++end;
        const bool passed_over = user_as_of.known() && needed[next - first] == 0;
        if (!passed_over) user_as_of.take(std::span(sorted).subspan(next, end - next), false);
        next = end;
      }
      if (!user_as_of.answer(Instant{time})) continue;
      user_as_of.each_segment([&](uint32_t segment) {
        as_of.lines.push_back(member_line(user, time, view.text(view.segments[segment].name)));
      });
      for (uint32_t i = 0; i < view.scores.size(); ++i) {
        as_of.lines.push_back(
            score_line(user, time, view.text(view.scores[i].name), user_as_of.score(i)));
      }
    }
  }
}

namespace {

/// Writes the engine's changes as the judge's are written.
class Listener : public EngineListener {
 public:
  Listener(const Program& program, Answer& answer) : view_(program.view()), answer_(answer) {}

  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      const std::string_view segment = view_.text(view_.segments[change.segment].name);
      Place place{change.at.ms, std::string(change.user), std::string(segment)};
      if (place <= last_) answer_.push_back("error: out of order");
      last_ = std::move(place);
      answer_.push_back(change_line(change.user, change.at, segment, change.entered,
                                    static_cast<int>(change.cause), change.event));
    }
  }
  void on_late(const Event&, const Origin*) override { answer_.push_back("error: late"); }

 private:
  using Place = std::tuple<int64_t, std::string, std::string>;

  const image::View& view_;
  Answer& answer_;
  Place last_;
};

}  // namespace

std::vector<GeneratedEvent> shuffled(std::vector<GeneratedEvent> events, const EngineMode& mode) {
  Random random(mode.shuffle);
  std::vector<std::pair<int64_t, size_t>> arrival;
  for (size_t i = 0; i < events.size(); ++i) {
    arrival.emplace_back(events[i].at_ms + random.between(0, mode.lateness_ms),
                         random.next() % 1000);
  }
  std::vector<size_t> order(events.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return std::tie(arrival[a], a) < std::tie(arrival[b], b); });
  std::vector<GeneratedEvent> out;
  for (const size_t i : order) out.push_back(events[i]);
  return out;
}

Answer ask_engine(const hir::Rules& rules, const std::vector<GeneratedEvent>& events, Instant until,
                  const EngineMode& mode) {
  const std::shared_ptr<Program> program =
      compile(rules, Mode{.native = mode.native, .tracked = mode.tracked});
  Answer answer;
  Listener listener(*program, answer);
  EngineOptions options;
  options.threads = mode.shards;
  options.lateness = Duration{mode.lateness_ms};
  Engine engine(program, options, listener);
  // A few events a batch, so that instants are cut by batches too.
  const std::vector<GeneratedEvent> input = mode.shuffle == 0 ? events : shuffled(events, mode);
  static constexpr size_t kBatch = 3;
  std::vector<std::unique_ptr<Decoded>> decoded;
  Random random(mode.shuffle);
  for (size_t i = 0; i < input.size(); i += kBatch) {
    decoded.push_back(std::make_unique<Decoded>(program->schema()));
    for (size_t j = i; j < std::min(i + kBatch, input.size()); ++j) decoded.back()->add(input[j]);
    decoded.back()->batch.more = mode.says_more(random);
    engine.push(std::move(decoded.back()->batch));
  }
  engine.finish(until);
  std::sort(answer.begin(), answer.end());
  return answer;
}

}  // namespace segue::differential
