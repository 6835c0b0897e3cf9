#include "segue/engine.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "api/runtime/changes.h"
#include "api/runtime/durable_parts.h"
#include "api/runtime/engine_state.h"
#include "api/runtime/event_input_state.h"
#include "api/runtime/native_code.h"
#include "api/runtime/outcomes.h"
#include "api/runtime/time_points.h"
#include "runtime/ingest/future.h"
#include "runtime/ingest/lines.h"

namespace segue {
namespace {

/// Below this many events the input is at its end before native code would have paid.
constexpr uint64_t kNativeFromEvents = 4096;

/// A durable engine's sink is called beside the engine, which may wait for it.
bool is_of_sink(const MembershipEngine::State& state) {
  return state.durability && state.durability->kept->outbox().is_own_thread();
}

/// The only call of an engine at work, as long as it lives.
class Call {
 public:
  explicit Call(MembershipEngine::State* state) : state_(state) {
    is_alone_ = state != nullptr && !is_of_sink(*state) && !state->is_called.exchange(true);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    if (is_alone_) state_->is_called = false;
  }

  Outcome misuse() const {
    if (is_alone_) return {};
    return {Fault::kInvalid, state_ == nullptr ? "the engine was never started"
                                               : "another call of the engine is at work"};
  }

 private:
  MembershipEngine::State* state_;
  bool is_alone_ = false;
};

/// Of a log's length in bytes more events are expected than there are, rather than fewer.
constexpr uint64_t kBytesAnEvent = 128;

/// By rule of `now`: the number of the one of that name in `before`, or kNoOld.
std::vector<uint32_t> numbers_before(std::span<const RuleInfo> before,
                                     std::span<const RuleInfo> now) {
  std::unordered_map<std::string_view, uint32_t> numbers;
  for (uint32_t i = 0; i < before.size(); ++i) numbers.emplace(before[i].name, i);
  std::vector<uint32_t> found;
  for (const RuleInfo& rule : now) {
    const auto same = numbers.find(rule.name);
    found.push_back(same == numbers.end() ? Published::kNoOld : same->second);
  }
  return found;
}

}  // namespace

// ---- what the backend tells ---------------------------------------------------------------------

void MembershipEngine::State::on_user(const UserUpdate& update) {
  const bool says_nothing = update.is_anew && update.changes.empty() && update.scores.empty();
  if (says_nothing && !published->has(update.id)) return;
  published->begin(update.id);
  if (update.is_anew) {
    std::vector<uint32_t> segments;
    for (const Transition& change : update.changes) segments.push_back(change.segment);
    published->set_all(segments);
  } else {
    for (const Transition& change : update.changes) published->set(change.segment, change.entered);
  }
  if (update.is_gone) return published->end_gone();
  published->set_scores(update.scores);
  published->end(update.at);
}

void MembershipEngine::State::publish_settled() {
  if (published) published->settle_to(backend->engine()->last_settled());
}

void MembershipEngine::State::on_changes(std::span<const Change> changes) {
  const bool has_sink = durability && durability->sink != nullptr;
  if (!sink && !has_sink) return;
  const auto segments = program->segments();
  const Engine* const engine = backend->engine();  // null: a backend without deploys
  const uint64_t deploy_mark = engine != nullptr ? engine->deploy_mark() : 0;
  for (const Change& change : changes) {
    // Of a segment that a deploy has removed only the engine knows the name.
    const std::string_view name = change.segment < segments.size()
                                      ? std::string_view(segments[change.segment].name)
                                      : engine->segment_name(change.segment);
    const ChangeId id = change_id(change, name, deploy_mark);
    const MembershipChange told = {.at = time_point_of(change.at),
                                   .user = change.user,
                                   .segment = change.segment,
                                   .segment_name = name,
                                   .entered = change.entered,
                                   .cause = cause_of(change.cause),
                                   .event = change.event,
                                   .id = std::string_view(id.data(), id.size())};
    if (has_sink) durability->add_change(told);
    if (sink) sink(told);
  }
}

void MembershipEngine::State::on_late(const Event& /*event*/, const Origin* origin) {
  rejects.add(RejectKind::kLate, origin != nullptr ? name_of(origin->file) : "input",
              origin != nullptr ? origin->line : 0);
  if (origin != nullptr) write_reject(origin->raw);
}

void MembershipEngine::State::on_stop(Instant at) {
  for (const Stop& stop : stops) {
    if (stop.at != at) continue;
    const Snapshot found = snapshot(at, stop.with_scores);
    if (trouble().ok()) stop.sink(found);
  }
  std::erase_if(stops, [&](const Stop& stop) { return stop.at == at; });
}

Status MembershipEngine::State::trouble() const {
  const Engine* const engine = backend->engine();
  return engine != nullptr ? engine->trouble() : Status();
}

Snapshot MembershipEngine::State::snapshot(Instant at, bool with_scores) const {
  Snapshot snapshot;
  snapshot.at = time_point_of(at);
  snapshot.users = backend->stats().users;
  for (const auto& ids : backend->members()) {
    snapshot.member_counts.push_back(ids.size());
    snapshot.members.emplace_back(ids.begin(), ids.end());
  }
  const size_t scores = with_scores ? program->scores().size() : 0;
  for (uint32_t i = 0; i < scores; ++i) {
    auto& values = snapshot.scores.emplace_back();
    double& sum = snapshot.score_sums.emplace_back(0);
    for (const auto& [user, value] : backend->scores(i)) {
      values.emplace_back(user, value);
      sum += value;
    }
  }
  return snapshot;
}

// ---- input --------------------------------------------------------------------------------------

Outcome MembershipEngine::State::check_lines(const EventBatch& batch) const {
  if (!input->options.strict) return {};
  for (const Reject& reject : batch.rejects) {
    if (!is_bad_line(reject.kind)) continue;
    return {Fault::kCorrupt, fmt::format("{}:{}: {}", input->name_of(reject.file), reject.line,
                                         text_of(reject.kind))};
  }
  return {};
}

/// A durable engine knows files by their whole paths, before a recovery as after it.
std::string MembershipEngine::State::name_of(uint32_t file) const {
  const bool is_replayed = durability && durability->replaying;
  if (!is_replayed && input == nullptr) return "input";
  if (!durability) return input->name_of(file);
  const std::string& name =
      durability->kept->name_of(is_replayed ? file : durability->inputs[file]);
  return name == "-" ? "standard input" : name;
}

void MembershipEngine::State::write_reject(std::string_view line) {
  if (durability) {
    durability->write_reject(line);
  } else if (input != nullptr) {
    input->write_reject(line);
  }
}

void MembershipEngine::State::count_rejects(const EventBatch& batch) {
  for (const Reject& reject : batch.rejects) {
    rejects.add(reject, name_of(reject.file));
    write_reject(reject.raw);
  }
}

std::function<Instant()> MembershipEngine::State::newest_allowed() const {
  if (!settings.newest_allowed) return {};
  return [this] { return instant_of(settings.newest_allowed()); };
}

void MembershipEngine::State::expect_events(uint64_t events) {
  if (events < kNativeFromEvents || settings.evaluator != Evaluator::kNative) return;
  start_native(program->state(), settings.code);
}

Outcome MembershipEngine::State::apply(EventBatch batch, std::span<const uint32_t> inputs) {
  Outcome outcome;
  if (durability) {
    if (Outcome wrong = durability->make_room_for_rejects(); !wrong.ok()) return wrong;
    outcome = outcome_of(durability->kept->push(std::move(batch), inputs));
  } else {
    count_rejects(batch);
    backend->push(std::move(batch));
  }
  publish_settled();
  return outcome;
}

/// Of files the next batch is made while one is logged; a feed may have nothing more for long.
Outcome MembershipEngine::State::take(EventBatch batch) {
  if (!durability || !input->are_files) {
    std::span<const uint32_t> inputs;
    if (durability) inputs = durability->inputs;
    return apply(std::move(batch), inputs);
  }
  if (Outcome wrong = durability->make_room_for_rejects(); !wrong.ok()) return wrong;
  const Status status = durability->kept->push_on(std::move(batch), durability->inputs);
  publish_settled();
  return outcome_of(status);
}

Outcome MembershipEngine::State::read_batches(BatchSource& source, const ProgressSink& progress) {
  InputProgress done;
  done.bytes_total = input->bytes_total;
  expect_events(input->bytes_total / kBytesAnEvent);
  for (;;) {
    EventBatch batch;
    const Status status = source.next(batch);
    if (!status.ok()) return outcome_of(status);
    if (batch.empty()) return {};
    if (Outcome wrong = check_lines(batch); !wrong.ok()) return wrong;
    done.events += batch.events.size();
    expect_events(done.events);
    if (Outcome wrong = take(std::move(batch)); !wrong.ok()) return wrong;
    done.bytes_read = input->bytes_read->load(std::memory_order_relaxed);
    if (progress) progress(done);
  }
}

Outcome MembershipEngine::read(EventInput& input, const ProgressSink& progress) noexcept {
  const Call call(state_.get());
  if (Outcome wrong = call.misuse(); !wrong.ok()) return wrong;
  std::vector<InputTaken> taken;
  if (state_->durability) {
    Outcome wrong = state_->durability->begin(input.state(), taken);
    if (!wrong.ok()) return wrong;
  }
  const auto source =
      input.state().read_on(state_->program->state().program->schema(),
                            state_->settings.threads > 1, taken, state_->newest_allowed());
  state_->input = &input.state();
  Outcome outcome = state_->read_batches(*source, progress);
  if (state_->durability) {
    const Status settled = state_->durability->kept->settle();
    if (outcome.ok()) outcome = outcome_of(settled);
    if (outcome.ok()) outcome = state_->durability->make_room_for_rejects();
  }
  state_->backend->push({});  // settles what has waited for more
  if (state_->durability) state_->durability->kept->outbox().hand_over();
  state_->publish_settled();
  state_->input = nullptr;
  if (outcome.ok()) state_->half_lines = input.state().half_lines_found();
  const Outcome closed = input.state().close_rejects();
  return outcome.ok() ? closed : outcome;
}

/// `line` is followed by `kLinePadding` bytes that can be read.
void MembershipEngine::State::push_line(std::string_view line, EventBatch& batch) {
  ++pushed_lines;
  line = without_blanks(line);
  if (line.empty()) return;
  const auto reject =
      line.size() > kLineBytesMax ? RejectKind::kLineTooLong : decoder->decode(line, batch);
  if (reject) {
    const bool is_kept = durability && durability->rejects;
    batch.rejects.push_back(
        {*reject, 0, pushed_lines, std::string(is_kept ? line.substr(0, kLineBytesMax) : "")});
  } else {
    batch.origins.push_back({0, pushed_lines, {}});
    if (durability) batch.origins.back().raw = batch.arena->copy(line);
  }
}

Outcome MembershipEngine::push(std::string_view lines) noexcept {
  const Call call(state_.get());
  if (Outcome wrong = call.misuse(); !wrong.ok()) return wrong;
  State& state = *state_;
  if (!state.decoder) {
    state.decoder = std::make_unique<Decoder>(state.program->state().program->schema());
  }
  state.pushed.assign(lines);
  state.pushed.append(kLinePadding, '\0');
  EventBatch batch = state.decoder->make_batch();
  const uint64_t lines_before = state.pushed_lines;
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = std::min(lines.find('\n', begin), lines.size());
    state.push_line(std::string_view(state.pushed).substr(begin, end - begin), batch);
    begin = end + 1;
  }
  if (const auto newest = state.newest_allowed()) leave_out_future(batch, newest());
  state.expect_events(state.pushed_lines);
  constexpr uint32_t kPushed[] = {0};
  Outcome outcome = state.apply(std::move(batch), kPushed);
  if (!outcome.ok()) state.pushed_lines = lines_before;
  return outcome;
}

void MembershipEngine::State::work_with(std::shared_ptr<const CompiledProgram> next) {
  const std::shared_ptr<const CompiledProgram> before = std::exchange(program, std::move(next));
  decoder.reset();  // lines are read for it from here on
  if (published) published->go_over(numbering(before.get()));
}

Published::Numbering MembershipEngine::State::numbering(const CompiledProgram* before) const {
  auto meaning = std::make_shared<LookupMeaning>(
      LookupMeaning{program, PublishedScores(*program->state().program), {}});
  Published::Numbering next{program->segments().size(), meaning->scores.words()};
  if (before != nullptr) {
    next.old_segments = numbers_before(before->segments(), program->segments());
    meaning->old_scores = numbers_before(before->scores(), program->scores());
    next.since = backend->engine()->last_settled();
  }
  next.meaning = std::move(meaning);
  return next;
}

Outcome MembershipEngine::State::deploy(std::shared_ptr<const CompiledProgram> next,
                                        bool history_starts_now) {
  Engine* const engine = backend->engine();
  if (engine == nullptr) {
    return {Fault::kUnsupported, "the naive evaluator takes no deploy: it answers at the end"};
  }
  if (next->identity() == program->identity()) return {};
  const DeployOptions options{.history_starts_now = history_starts_now};
  if (durability) {
    durability->programs.push_back(next);
    Outcome outcome = outcome_of(durability->kept->deploy(next->state().program, options));
    durability->programs = {program};
    return outcome;
  }
  if (Status status = engine->deploy(next->state().program, options); !status.ok()) {
    return outcome_of(status);
  }
  work_with(std::move(next));
  return {};
}

Outcome MembershipEngine::deploy(std::shared_ptr<const CompiledProgram> next,
                                 bool history_starts_now) noexcept {
  const Call call(state_.get());
  if (Outcome wrong = call.misuse(); !wrong.ok()) return wrong;
  if (next == nullptr) return {Fault::kInvalid, "there is no program"};
  return state_->deploy(std::move(next), history_starts_now);
}

bool MembershipEngine::is_deploying() const noexcept {
  Engine* const engine = state_ ? state_->backend->engine() : nullptr;
  return engine != nullptr && engine->is_deploying();
}

Outcome MembershipEngine::checkpoint() noexcept {
  const Call call(state_.get());
  if (Outcome wrong = call.misuse(); !wrong.ok()) return wrong;
  return state_->durability ? outcome_of(state_->durability->kept->checkpoint()) : Outcome();
}

Outcome MembershipEngine::flush_sink(Milliseconds longest) noexcept {
  const Call call(state_.get());
  if (Outcome wrong = call.misuse(); !wrong.ok()) return wrong;
  return state_->durability ? outcome_of(state_->durability->kept->outbox().flush(longest))
                            : Outcome();
}

bool MembershipEngine::has_changed() const noexcept {
  return !state_ || !state_->durability || state_->durability->kept->has_logged();
}

Outcome MembershipEngine::advance_to(TimePoint through) noexcept {
  const Call call(state_.get());
  if (Outcome wrong = call.misuse(); !wrong.ok()) return wrong;
  Outcome outcome;
  if (state_->durability) {
    outcome = outcome_of(state_->durability->kept->advance_to(instant_of(through)));
  } else {
    state_->backend->advance_to(instant_of(through));
  }
  state_->publish_settled();
  return outcome;
}

Outcome MembershipEngine::finish(std::optional<TimePoint> until) noexcept {
  const Call call(state_.get());
  if (Outcome wrong = call.misuse(); !wrong.ok()) return wrong;
  const Instant through = until ? instant_of(*until) : kLongAgo;
  Outcome outcome;
  if (state_->durability) {
    outcome = outcome_of(state_->durability->kept->finish(through));
  } else {
    state_->backend->finish(through);
  }
  state_->publish_settled();
  return outcome;
}

// ---- the engine ---------------------------------------------------------------------------------

MembershipEngine::State::State() = default;
MembershipEngine::State::~State() = default;

MembershipEngine::MembershipEngine() noexcept = default;
MembershipEngine::MembershipEngine(MembershipEngine&&) noexcept = default;
MembershipEngine& MembershipEngine::operator=(MembershipEngine&&) noexcept = default;
MembershipEngine::~MembershipEngine() = default;

void MembershipEngine::on_change(ChangeSink sink) noexcept {
  if (state_) state_->sink = std::move(sink);
}

Outcome MembershipEngine::on_snapshot(TimePoint at, bool with_scores, SnapshotSink sink) noexcept {
  const Call call(state_.get());
  if (Outcome wrong = call.misuse(); !wrong.ok()) return wrong;
  const Status status = state_->backend->stop_at(instant_of(at));
  if (!status.ok()) return outcome_of(status);
  state_->stops.push_back({instant_of(at), with_scores, std::move(sink)});
  return {};
}

Snapshot MembershipEngine::snapshot(bool with_scores) const noexcept {
  if (!state_ || is_of_sink(*state_)) return {};
  Snapshot found = state_->snapshot(state_->backend->stats().newest, with_scores);
  return state_->trouble().ok() ? std::move(found) : Snapshot();
}

namespace {

std::vector<WarmingSegment> warming_of(const MembershipEngine::State& state) {
  std::vector<WarmingSegment> segments;
  const Engine* const engine = state.backend->engine();
  const Warming* const warming = engine != nullptr ? engine->warming().get() : nullptr;
  if (warming == nullptr) return segments;
  for (const uint32_t row : warming->rows) {
    const Instant until = warming->segments[row].until;
    if (until <= engine->last_settled()) continue;
    WarmingSegment& segment = segments.emplace_back();
    segment.name = engine->segment_name(row);
    if (until != kNever) segment.until = time_point_of(until);
  }
  return segments;
}

}  // namespace

RunStats MembershipEngine::stats() const noexcept {
  if (!state_ || is_of_sink(*state_)) return {};
  const EngineStats counted = state_->backend->stats();
  RunStats stats;
  stats.events = counted.events;
  stats.duplicates = counted.duplicates;
  stats.late = counted.late;
  stats.merged = counted.merged;
  stats.deleted = counted.deleted;
  stats.capped = counted.capped;
  stats.changes = counted.changes;
  stats.users = counted.users;
  stats.state_bytes = counted.state_bytes;
  if (state_->durability && state_->durability->is_bounded) {
    const ResidenceStats& found = counted.residence;
    stats.memory = {.hits = found.hits,
                    .misses = found.misses,
                    .evicted = found.evicted,
                    .cold_users = found.cold_users,
                    .resident_bytes = counted.state_bytes - found.cold_bytes,
                    .failure = found.last_failure};
  }
  if (state_->durability && state_->durability->sink != nullptr) {
    const durable::Outbox::Waiting waiting = state_->durability->kept->outbox().waiting();
    stats.sink = {waiting.changes, waiting.bytes,
                  waiting.failure.ok() ? std::string() : waiting.failure.error().message};
  }
  stats.warming = warming_of(*state_);
  if (counted.newest != kLongAgo) stats.newest = time_point_of(counted.newest);
  stats.rejects = state_->rejects.counts();
  stats.half_lines = state_->half_lines;
  return stats;
}

// ---- lookups ------------------------------------------------------------------------------------

namespace {

/// As the scores of the words' own program say.
double value_of(const Published::Seen& seen, std::span<const uint64_t> words, uint32_t score) {
  if (!seen.is_known || score >= seen.meaning->program->scores().size()) return 0;
  if (seen.of_words != seen.meaning) score = seen.meaning->old_scores[score];
  return score == Published::kNoOld ? 0 : seen.of_words->scores.value(words, score, seen.at);
}

}  // namespace

bool MembershipEngine::is_member(std::string_view user, uint32_t segment) const noexcept {
  return state_ && state_->published && state_->published->is_member(user, segment);
}

std::vector<uint32_t> MembershipEngine::segments_of(std::string_view user) const noexcept {
  if (!state_ || !state_->published) return {};
  return state_->published->segments_of(user);
}

double MembershipEngine::score_of(std::string_view user, uint32_t score) const noexcept {
  if (!state_ || !state_->published) return 0;
  std::array<uint64_t, 64> room;
  Published::Seen seen = state_->published->look_up(user, nullptr, room);
  if (seen.score_words <= room.size()) return value_of(seen, room, score);
  std::vector<uint64_t> words;
  while (seen.score_words > words.size()) {
    words.resize(seen.score_words);
    seen = state_->published->look_up(user, nullptr, words);
  }
  return value_of(seen, words, score);
}

UserLookup MembershipEngine::look_up(std::string_view user) const noexcept {
  UserLookup found;
  if (!state_ || !state_->published) return found;
  std::vector<uint64_t> words(8);
  Published::Seen seen = state_->published->look_up(user, &found.segments, words);
  while (seen.score_words > words.size()) {
    words.resize(seen.score_words);
    seen = state_->published->look_up(user, &found.segments, words);
  }
  found.at = time_point_of(seen.at);
  found.program = seen.meaning->program->identity();
  const auto scores = static_cast<uint32_t>(seen.meaning->program->scores().size());
  for (uint32_t i = 0; i < scores; ++i) found.scores.push_back(value_of(seen, words, i));
  return found;
}

uint64_t MembershipEngine::lookups_of() const noexcept {
  if (!state_ || !state_->published) return 0;
  return state_->published->meaning()->program->identity();
}

bool MembershipEngine::each_member(uint32_t segment, const MemberSink& give) const noexcept {
  return !state_ || !state_->published || state_->published->each_member(segment, give);
}

uint64_t MembershipEngine::member_count(uint32_t segment) const noexcept {
  return state_ && state_->published ? state_->published->count(segment) : 0;
}

EngineOptions options_of(const EngineSettings& settings) {
  EngineOptions options;
  options.threads = settings.threads;
  options.lateness = settings.any_lateness ? kLatenessAll : Duration{settings.lateness.count()};
  if (settings.dedupe) options.dedupe = Duration{settings.dedupe->count()};
  return options;
}

Outcome check_settings(const EngineSettings& settings) {
  if (settings.threads >= 1 && settings.threads <= 256) return {};
  return {Fault::kInvalid, fmt::format("{} threads: from 1 to 256 are possible", settings.threads)};
}

Outcome make_state(std::shared_ptr<const CompiledProgram> program, const EngineSettings& settings,
                   const EngineOptions& options, std::unique_ptr<MembershipEngine::State>& into) {
  if (program == nullptr) return {Fault::kInvalid, "there is no program"};
  if (Outcome wrong = check_settings(settings); !wrong.ok()) return wrong;
  if (settings.evaluator == Evaluator::kNaive) {
    return {Fault::kInvalid, "the naive evaluator reads rules, not a program"};
  }
  auto state = std::make_unique<MembershipEngine::State>();
  state->program = std::move(program);
  state->settings = settings;
  const std::shared_ptr<const Program>& runs = state->program->state().program;
  state->backend = make_engine_backend(runs, options, *state);
  if (settings.lookups) {
    state->published = std::make_unique<Published>(state->numbering(nullptr));
    state->backend->engine()->tell_users();
  }
  into = std::move(state);
  return {};
}

Outcome start_engine(std::shared_ptr<const CompiledProgram> program, const EngineSettings& settings,
                     MembershipEngine& into) noexcept {
  return make_state(std::move(program), settings, options_of(settings), into.state_);
}

}  // namespace segue
