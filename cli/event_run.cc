#include "cli/event_run.h"

#include <fmt/format.h>
#include <cstdio>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "cli/complaint.h"
#include "cli/files.h"
#include "cli/findings_report.h"
#include "cli/summary.h"

namespace segue::cli {

void add_event_run_flags(CLI::App& app, EventRunFlags& flags, const std::string& default_lateness) {
  add_input_arguments(app, flags.paths);
  add_repeatable(app, "--segment", flags.segments, "only this segment; may be repeated")
      ->option_text("NAME");
  add_record_flags(app, flags.records);
  add_event_flags(app, flags.events, default_lateness);
  add_rule_flags(app, flags.rules);
  add_engine_flag(app, flags.engine);
  add_threads_flag(app, flags.engine);
  add_color_flag(app, flags.color);
}

EventRun::EventRun(const EventRunFlags& flags, const std::string& default_lateness,
                   std::function<TimePoint()> newest_allowed, const DurableSettings* durable) {
  settings_ = flags.engine.settings(flags.events, default_lateness);
  settings_.newest_allowed = std::move(newest_allowed);
  inputs_ = flags.paths.events();
  if (inputs_.empty())
    usage_error("there are no EVENTS among the arguments; `-` is standard input");

  check_not_read(flags.events.rejects, flags.paths.given, "the rejects");
  compilation_ =
      compile_or_fail(flags.paths.rules(), flags.rules.options(), flags.color.use(Stream::kErr));
  program_ = program_of(compilation_);
  choose_segments(flags.segments);
  EventInputOptions input = flags.events.input_options();
  if (durable != nullptr) input.rejects_path.clear();  // the state writes that file
  require(open_event_input(inputs_, input, input_));
  if (durable != nullptr) {
    require(open_engine(program_, settings_, *durable, engine_, recovery_));
  } else {
    require(start_engine(compilation_, settings_, engine_));
  }
}

void EventRun::choose_segments(const std::vector<std::string>& names) {
  const auto segments = program_->segments();
  wanted_.assign(segments.size(), names.empty());
  for (const std::string& name : names) {
    size_t i = 0;
    while (i < segments.size() && segments[i].name != name) ++i;
    if (i == segments.size()) usage_error(fmt::format("the rules have no segment `{}`", name));
    wanted_[i] = true;
  }
}

void EventRun::read() {
  progress_.restart();
  require(engine_.read(input_, [this](const InputProgress& now) { progress_.show(now); }));
}

void EventRun::members(const MembersQuery& query, const SnapshotSink& sink) {
  progress_.restart();
  require(find_members(
      compilation_, settings_, input_, query, sink,
      [this](const InputProgress& now) { progress_.show(now); }, stats_.emplace()));
}

/// A kept engine knows inputs by their whole paths; here they are called as they were given.
void EventRun::name_as_given(std::vector<RejectCount>& rejects) const {
  std::map<std::string, std::string, std::less<>> given;
  for (const std::string& path : inputs_) {
    std::error_code unknown;
    given.emplace(std::filesystem::weakly_canonical(path, unknown).string(), path);
  }
  for (RejectCount& reject : rejects) {
    for (InputLine& place : reject.first) {
      const auto found = given.find(place.path);
      if (found != given.end()) place.path = found->second;
    }
  }
}

void EventRun::summarize(bool has_written) {
  progress_.clear();
  RunStats stats = stats_ ? *stats_ : engine_.stats();
  name_as_given(stats.rejects);
  const std::string text = engine_.has_changed() ? summary_text(stats, progress_.seconds())
                                                 : idle_text(stats, has_written);
  fmt::print(stderr, "{}", text);
}

}  // namespace segue::cli
