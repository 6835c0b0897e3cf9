#include "segue/members.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "api/runtime/event_input_state.h"
#include "api/runtime/input_rejects.h"
#include "api/runtime/native_code.h"
#include "api/runtime/outcomes.h"
#include "api/runtime/program_state.h"
#include "api/runtime/time_points.h"
#include "runtime/pack/as_of_events.h"
#include "runtime/pack/as_of_pack.h"

namespace segue {
namespace {

/// From this many events on native code pays, and from that many it is waited for.
constexpr uint64_t kNativeFromEvents = 4096;
constexpr uint64_t kNativeWaitEvents = 1'000'000;
/// Of a log's length in bytes more events are expected than there are, rather than fewer.
constexpr uint64_t kBytesAnEvent = 128;

/// One question at work.
class Members {
 public:
  Members(const CompiledProgram::State& program, const EngineSettings& settings,
          EventInput::State& input, const MembersQuery& query, const ProgressSink& progress)
      : program_(program),
        settings_(settings),
        input_(input),
        rejects_(input),
        progress_(progress) {
    for (const TimePoint at : query.at) request_.at.push_back(instant_of(at));
    request_.with_scores = query.with_scores;
    request_.counts_only = query.counts_only;
    request_.threads = settings.threads;
    if (settings.dedupe) dedupe_ = Duration{settings.dedupe->count()};
    done_.bytes_total = input.bytes_total;
  }

  Status answer() {
    const auto& sources = input_.sources;
    expect_events(input_.bytes_total / kBytesAnEvent);
    if (sources.size() == 1 && sources[0].pack != nullptr && !dedupe_) return from_pack();
    const bool lines_alone = std::all_of(
        sources.begin(), sources.end(), [](const auto& source) { return source.lines != nullptr; });
    const bool in_pieces = settings_.any_lateness && settings_.threads > 1 && lines_alone;
    std::vector<pack::EventsByUser> dealt(in_pieces ? settings_.threads : 1);
    SEGUE_TRY_STATUS(in_pieces ? deal_pieces(dealt) : deal_merged(dealt[0]));
    result_ = pack::EventsByUser::answer(*program_.program, dealt, request_, dedupe_);
    return {};
  }

  void give(const SnapshotSink& sink) const {
    for (const pack::Answers& answers : result_.answers) {
      Snapshot snapshot;
      snapshot.at = time_point_of(answers.at);
      snapshot.users = answers.users;
      snapshot.member_counts = answers.counts;
      snapshot.score_sums = answers.sums;
      for (const auto& ids : answers.members) snapshot.members.emplace_back(ids.begin(), ids.end());
      for (const auto& values : answers.scores) {
        auto& given = snapshot.scores.emplace_back();
        if (request_.counts_only) continue;
        for (const auto& [user, value] : values) given.emplace_back(user, value);
      }
      sink(snapshot);
    }
  }

  RunStats stats() const {
    RunStats stats;
    stats.as_of = true;
    stats.events = result_.stats.events;
    stats.duplicates = result_.stats.duplicates;
    stats.late = result_.stats.late;
    stats.capped = result_.stats.capped;
    stats.users = result_.stats.users;
    if (result_.stats.newest != kLongAgo) stats.newest = time_point_of(result_.stats.newest);
    stats.rejects = rejects_.tally.counts();
    return stats;
  }

 private:
  void expect_events(uint64_t events) const {
    if (events < kNativeFromEvents || settings_.evaluator != Evaluator::kNative) return;
    start_native(program_, settings_.code);
  }

  void show(uint64_t events) {
    done_.events = events;
    done_.bytes_read = input_.bytes_read->load(std::memory_order_relaxed);
    if (progress_) progress_(done_);
  }

  Status from_pack() {
    const auto pack = std::move(input_.take_counted()[0].pack);
    expect_events(pack->head().events);
    const bool large = pack->head().events >= kNativeWaitEvents;
    // What cannot be made native is interpreted.
    if (large && settings_.evaluator == Evaluator::kNative) {
      (void)wait_for_native(program_, settings_.code);
    }
    std::vector<Reject> damaged;
    result_ = pack::answer_pack(*program_.program, *pack, request_, 0, damaged);
    return rejects_.take(damaged);
  }

  Status deal_pieces(std::vector<pack::EventsByUser>& dealt) {
    uint64_t before = 0;
    uint32_t file = 0;
    for (pack::PackInput& source : input_.take_counted()) {
      uint64_t events = 0;
      SEGUE_TRY_STATUS(pack::deal_lines(
          *source.lines, file++, program_.program->schema(), dealt,
          [&](std::span<const Reject> rejects) { return rejects_.take(rejects); },
          [&](uint64_t count) {
            events = count;
            expect_events(before + events);
            show(before + events);
          }));
      before += events;
    }
    return {};
  }

  Status deal_merged(pack::EventsByUser& dealt) {
    const auto source = input_.read_all(program_.program->schema(), settings_.threads > 1);
    Watermark watermark(settings_.any_lateness ? kLatenessAll
                                               : Duration{settings_.lateness.count()});
    const auto on_late = [&](const Event& /*event*/, const Origin* origin) {
      rejects_.take_late(origin);
    };
    for (uint64_t events = 0;;) {
      EventBatch batch;
      SEGUE_TRY_STATUS(source->next(batch));
      if (batch.empty()) return {};
      SEGUE_TRY_STATUS(rejects_.take(batch.rejects));
      events += batch.events.size();
      expect_events(events);
      dealt.add(std::move(batch), watermark, on_late);
      show(events);
    }
  }

  const CompiledProgram::State& program_;
  const EngineSettings& settings_;
  EventInput::State& input_;
  InputRejects rejects_;
  const ProgressSink& progress_;
  pack::AsOfRequest request_;
  std::optional<Duration> dedupe_;
  InputProgress done_;
  pack::AsOfResult result_;
};

/// The same asked of an engine, as whole histories need.
Outcome ask_engine(const Compilation& compilation, const EngineSettings& settings,
                   EventInput& input, const MembersQuery& query, const SnapshotSink& sink,
                   const ProgressSink& progress, RunStats& stats) {
  MembershipEngine engine;
  if (Outcome wrong = start_engine(compilation, settings, engine); !wrong.ok()) return wrong;
  for (const TimePoint at : query.at) {
    if (Outcome wrong = engine.on_snapshot(at, query.with_scores, sink); !wrong.ok()) return wrong;
  }
  if (Outcome wrong = engine.read(input, progress); !wrong.ok()) return wrong;
  const auto until = query.at.empty() ? std::nullopt : std::optional(query.at.back());
  if (Outcome wrong = engine.finish(until); !wrong.ok()) return wrong;
  stats = engine.stats();
  if (query.at.empty() && stats.newest) sink(engine.snapshot(query.with_scores));
  return {};
}

}  // namespace

Outcome find_members(const Compilation& compilation, const EngineSettings& settings,
                     EventInput& input, const MembersQuery& query, const SnapshotSink& sink,
                     const ProgressSink& progress, RunStats& stats) noexcept {
  if (settings.evaluator == Evaluator::kNaive || settings.threads < 1 || settings.threads > 256) {
    return ask_engine(compilation, settings, input, query, sink, progress, stats);
  }
  std::shared_ptr<const CompiledProgram> program;
  if (Outcome wrong = compilation.program(program); !wrong.ok()) return wrong;
  Members members(program->state(), settings, input.state(), query, progress);
  const Status status = members.answer();
  const Outcome closed = input.state().close_rejects();
  stats = members.stats();
  if (!status.ok()) return outcome_of(status.error());
  if (!closed.ok()) return closed;
  members.give(sink);
  return {};
}

}  // namespace segue
