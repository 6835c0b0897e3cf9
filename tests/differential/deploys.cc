#include "tests/differential/deploys.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "runtime/engine/engine.h"

namespace segue::differential {
namespace {

/// A program at work from `begin` on, up to and at `end`.
struct Phase {
  hir::Rules rules;
  std::shared_ptr<Program> program;
  std::shared_ptr<const Warming> warming;  // null: none
  Instant begin, end;
};

/// Where states go that an engine has no memory for.
class MapCold final : public ColdStates {
 public:
  uint32_t add_table() override { return tables_++; }
  Status put(uint32_t table, std::span<const State> states) override {
    const std::lock_guard lock(mutex_);
    for (const State& state : states) {
      // SAFETY: any object may be looked at as chars.
      states_[{table, state.number}].assign(reinterpret_cast<const char*>(state.bytes.data()),
                                            state.bytes.size());
    }
    return {};
  }
  Status get(uint32_t table, uint32_t number, std::string& into) override {
    const std::lock_guard lock(mutex_);
    const auto found = states_.find({table, number});
    if (found == states_.end()) return Error{Errc::kCorrupt, "it is not there"};
    into = found->second;
    return {};
  }
  Status remove(uint32_t table, uint32_t number) override {
    const std::lock_guard lock(mutex_);
    states_.erase({table, number});
    return {};
  }
  Status remove_table(uint32_t table) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(states_, [&](const auto& state) { return state.first.first == table; });
    return {};
  }

 private:
  std::mutex mutex_;
  uint32_t tables_ = 0;
  std::map<std::pair<uint32_t, uint32_t>, std::string> states_;
};

class Told : public EngineListener {
 public:
  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      const std::string_view name = engine->segment_name(change.segment);
      const bool deploy = change.cause == Cause::kDeploy;
      if (change.at < last_ || (change.at == last_ && !deploy && after_deploy_)) {
        lines.push_back("error: out of order");
      }
      after_deploy_ = false;
      last_ = change.at;
      lines.push_back(change_line(change.user, change.at, name, change.entered,
                                  static_cast<int>(change.cause), change.event));
    }
  }
  void on_late(const Event&, const Origin*) override { lines.push_back("error: late"); }
  void on_user(const UserUpdate& update) override {
    std::set<std::string>& in = looked_up[std::string(update.id)];
    if (update.is_anew || update.is_gone) in.clear();
    if (update.is_gone) return;
    for (const Transition& change : update.changes) {
      const std::string name(engine->segment_name(change.segment));
      if (change.entered != !in.contains(name)) lines.push_back("error: told twice");
      if (change.entered) in.insert(name);
      if (!change.entered) in.erase(name);
    }
  }

  Engine* engine = nullptr;
  Answer lines;
  std::map<std::string, std::set<std::string>> looked_up;  // by user: segments, as `on_user` says

 private:
  Instant last_ = kLongAgo;
  bool after_deploy_ = false;
};

/// What must be told of one user, and who is in what at the end.
class Expected {
 public:
  Expected(std::string user, const std::vector<GeneratedEvent>& events, Answer& lines,
           std::set<std::string>& members)
      : user_(std::move(user)), events_(events), lines_(lines), members_(members) {}

  void run(const std::vector<Phase>& phases) {
    for (const Phase& phase : phases) run_phase(phase);
    for (const auto& [name, in] : in_) {
      if (in) members_.insert(fmt::format("{} in {}", user_, name));
    }
  }

 private:
  void run_phase(const Phase& phase) {
    Decoded decoded(phase.rules.schema);
    for (const GeneratedEvent& event : events_) {
      if (event.user == user_) decoded.add(event);
    }
    Instant first = kNever;
    for (const Event& event : decoded.batch.events) first = std::min(first, event.at);
    const naive::Timeline timeline =
        naive::evaluate(phase.rules, {user_, decoded.batch.events}, phase.end);
    std::set<std::string> names;
    for (uint32_t i = 0; i < phase.rules.segments.size(); ++i) {
      const std::string& name = phase.rules.segments[i].name;
      names.insert(name);
      const bool waits = phase.warming && phase.warming->waits(i, first.ms);
      const Instant until = waits ? phase.warming->segments[i].until : phase.begin;
      if (first <= phase.end && until <= phase.end) {
        become(name, first <= until && timeline.member_at({i}, until), until);
      }
      for (const naive::Change& change : timeline.changes()) {
        if (change.segment.index != i || change.at <= until || change.at > phase.end) continue;
        in_[name] = change.entered;
        lines_.push_back(change_line(user_, change.at, name, change.entered,
                                     static_cast<int>(change.cause), change.event));
      }
    }
    for (auto& [name, in] : in_) {
      if (!names.contains(name)) become(name, false, phase.begin);
    }
  }

  void become(const std::string& name, bool in, Instant at) {
    if (in_[name] == in) return;
    in_[name] = in;
    lines_.push_back(change_line(user_, at, name, in, static_cast<int>(Cause::kDeploy), ""));
  }

  std::string user_;
  const std::vector<GeneratedEvent>& events_;
  Answer& lines_;
  std::set<std::string>& members_;
  std::map<std::string, bool> in_;
};

std::string compare(Answer expected, Answer actual) {
  std::sort(expected.begin(), expected.end());
  std::sort(actual.begin(), actual.end());
  std::string out;
  Answer missing, extra;
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(),
                      std::back_inserter(missing));
  std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(),
                      std::back_inserter(extra));
  for (const std::string& line : missing) out += "  - " + line + "\n";
  for (const std::string& line : extra) out += "  + " + line + "\n";
  return out;
}

/// Engine and listener, fed in batches, with the phases it went through.
class Live {
 public:
  Live(const EngineMode& mode, size_t state_bytes_max, std::vector<GeneratedEvent> input)
      : mode_(mode), input_(std::move(input)) {
    options_.threads = mode_.shards;
    options_.lateness = Duration{mode_.lateness_ms};
    options_.state_bytes_max = state_bytes_max;
  }

  /// After a deploy each call carries over so much; `kAllAtOnce`: everything, whenever it can.
  static constexpr size_t kAllAtOnce = SIZE_MAX;
  void carry(size_t bytes_a_call) { options_.carried_bytes_a_call = bytes_a_call; }

  void run(const Deploys& deploys, std::vector<Phase>& phases, Instant until, Random& random) {
    begin(phases[0].program);
    phases[0].begin = Instant{kLongAgo.ms};
    for (size_t i = 0; i < phases.size(); ++i) {
      if (i > 0) {
        if (!deploy(phases[i].program, deploys.after[i], random).ok()) {
          told_.lines.push_back("error: refused");
        }
        finish_if_at_once();
        filled_ += engine_->last_deploy().filled;
        phases[i - 1].end = phases[i].begin = engine_->last_settled();
        phases[i].warming = engine_->warming();
      }
      const size_t end = i + 1 < phases.size() ? deploys.after[i + 1] : input_.size();
      push(phases[i].program, deploys.after[i], end, random);
    }
    engine_->finish(until);
    phases.back().end = engine_->last_settled();
  }

  const Answer& lines() const { return told_.lines; }
  uint64_t filled() const { return filled_; }
  /// That were of known users while others were to be carried over.
  uint64_t calls_meanwhile() const { return calls_meanwhile_; }

  /// As who answers from copies has it, once all users are carried over.
  std::set<std::string> looked_up() const {
    std::set<std::string> members;
    for (const auto& [user, segments] : told_.looked_up) {
      for (const std::string& name : segments) members.insert(fmt::format("{} in {}", user, name));
    }
    return members;
  }

  std::set<std::string> members() {
    std::set<std::string> members;
    const auto all = engine_->members();
    for (uint32_t i = 0; i < all.size(); ++i) {
      for (const std::string_view user : all[i]) {
        members.insert(fmt::format("{} in {}", user, engine_->segment_name(i)));
      }
      if (engine_->member_count(i) != static_cast<int64_t>(all[i].size())) {
        members.insert(fmt::format("error: count of {}", engine_->segment_name(i)));
      }
    }
    return members;
  }

 private:
  void begin(std::shared_ptr<const Program> program) {
    engine_ = std::make_unique<Engine>(std::move(program), options_, told_);
    engine_->keep_cold_in(cold_);
    engine_->tell_users();
    told_.engine = engine_.get();
  }

  /// Now and then what is new is filled from the input, or from what of it a log has kept.
  Status deploy(const std::shared_ptr<Program>& next, size_t end, Random& random) {
    const uint64_t kind = random.below(3);
    if (kind == 0) return engine_->deploy(next);
    const Place from = kind == 1 ? Place{} : places_[random.below(places_.size())];
    std::unique_ptr<Engine> past = engine_->begin_past(next, from.since, nobody_);
    for (size_t i = from.index; i < end;) {
      const size_t size = std::min<size_t>(1 + random.below(5), end - i);
      decoded_.push_back(std::make_unique<Decoded>(next->schema()));
      for (size_t k = i; k < i + size; ++k) decoded_.back()->add(input_[k]);
      decoded_.back()->batch.more = mode_.says_more(random);
      past->push(std::move(decoded_.back()->batch));
      i += size;
    }
    return engine_->deploy_filled(std::move(past));
  }

  /// A new engine goes on where this one is.
  void put_away_and_take_out(std::shared_ptr<const Program> program) {
    std::map<std::string, std::vector<std::byte>> users;
    const std::string rest = engine_->save(
        [&](std::string_view id, std::span<const std::byte> state) {
          users[std::string(id)].assign(state.begin(), state.end());
        },
        false);
    begin(std::move(program));
    bool whole = engine_->restore(rest).ok();
    for (const auto& [id, state] : users) whole = engine_->restore_user(id, state).ok() && whole;
    if (!whole) told_.lines.push_back("error: not restored");
    told_.looked_up.clear();
    engine_->tell_all_users();
  }

  void push(const std::shared_ptr<Program>& program, size_t begin, size_t end, Random& random) {
    while (begin < end) {
      if (random.chance(5)) put_away_and_take_out(program);
      const Watermark& time = engine_->watermark();
      places_.push_back({begin, std::max(time.newest(), time.floor() - Duration{1})});
      const size_t size = std::min<size_t>(1 + random.below(3), end - begin);
      decoded_.push_back(std::make_unique<Decoded>(program->schema()));
      for (size_t i = begin; i < begin + size; ++i) decoded_.back()->add(input_[i]);
      decoded_.back()->batch.more = mode_.says_more(random);
      const bool was_deploying = engine_->is_deploying();
      const uint64_t known = known_calls();
      engine_->push(std::move(decoded_.back()->batch));
      finish_if_at_once();
      if (was_deploying) calls_meanwhile_ += known_calls() - known;
      begin += size;
    }
  }

  void finish_if_at_once() {
    if (options_.carried_bytes_a_call == kAllAtOnce) engine_->finish_deploy();
  }

  uint64_t known_calls() const {
    const EngineStats stats = engine_->stats();
    return stats.merged + stats.deleted;
  }

  EngineMode mode_;
  EngineOptions options_;
  std::vector<GeneratedEvent> input_;
  /// Of the input: what is dated after `since` comes behind it.
  struct Place {
    size_t index = 0;
    Instant since = kLongAgo;
  };
  std::vector<Place> places_ = {{}};
  uint64_t filled_ = 0;
  uint64_t calls_meanwhile_ = 0;
  std::vector<std::unique_ptr<Decoded>> decoded_;
  EngineListener nobody_;
  Told told_;
  MapCold cold_;
  std::unique_ptr<Engine> engine_;
};

/// Empty if one file's segment does not fit the other's head.
std::vector<Phase> phases_of(const Deploys& deploys, uint64_t number, bool native) {
  std::vector<Phase> phases(deploys.rules.size());
  for (size_t i = 0; i < phases.size(); ++i) {
    Checked checked = check_text(deploys.rules[i].to_text());
    if (!checked.error.empty()) return {};
    phases[i].rules = std::move(checked.rules);
    phases[i].program =
        compile(phases[i].rules, {"all", native && (number + i) % 3 == 0, (number + i) % 2 == 0});
  }
  return phases;
}

EngineMode mode_of(uint64_t number) {
  EngineMode mode{number % 3 == 0 ? 4u : 1u, number % 2 == 0 ? 0 : kDayMs, number % 4, false};
  if (mode.lateness_ms == 0) mode.shuffle = 0;
  return mode;
}

size_t state_bytes_max_of(uint64_t number) { return number % 4 < 2 ? 0 : number % 8 < 4 ? 1 : 700; }

}  // namespace

Deploys vary(Random& random, const Scale& scale, const Case& made) {
  Deploys deploys{{made.rules}, {0}};
  const size_t turns = 1 + random.below(2);
  for (size_t turn = 0; turn < turns; ++turn) {
    FormCounts ignored;
    const GeneratedRules other = generate_rules(random, scale, ignored);
    GeneratedRules next = random.chance(30) ? deploys.rules[0] : deploys.rules.back();
    if (next.score.empty()) next.score = other.score;
    for (size_t i = 0; i < other.segments.size(); ++i) {
      if (i >= next.segments.size()) {
        if (random.chance(50)) next.segments.push_back(other.segments[i]);
        break;
      }
      if (random.chance(40)) next.segments[i] = other.segments[i];
    }
    if (next.segments.size() > 1 && random.chance(25)) next.segments.pop_back();
    deploys.rules.push_back(std::move(next));
    deploys.after.push_back(random.below(made.events.size() + 1));
  }
  std::sort(deploys.after.begin(), deploys.after.end());
  return deploys;
}

std::string judge_deploys(const Deploys& deploys, const std::vector<GeneratedEvent>& events,
                          Instant until, uint64_t number, bool native, DeployFigures& figures) {
  std::vector<Phase> phases = phases_of(deploys, number, native);
  if (phases.empty()) return {};
  Random random(number);
  const EngineMode mode = mode_of(number);
  Live live(mode, state_bytes_max_of(number), mode.shuffle == 0 ? events : shuffled(events, mode));
  if (mode.shuffle % 2 == 0) live.carry(1);
  live.run(deploys, phases, until, random);
  Answer expected;
  std::set<std::string> members;
  std::set<std::string> users;
  for (const GeneratedEvent& event : events) users.insert(event.user);
  for (const std::string& user : users) Expected(user, events, expected, members).run(phases);
  figures.filled += live.filled();
  for (size_t i = 1; i < phases.size(); ++i) {
    const size_t all = phases[i].program->view().segments.size();
    const size_t warm = phases[i].warming ? phases[i].warming->rows.size() : 0;
    const size_t ending = phases[i].warming ? phases[i].warming->ends.size() : 0;
    figures.at_once += all - warm;
    figures.warm += ending;
    figures.never += warm - ending;
  }
  for (const std::string& line : expected) figures.changes += line.ends_with(" deploy") ? 1 : 0;
  std::string wrong = compare(expected, live.lines());
  const std::set<std::string> told = live.members();
  if (wrong.empty() && told != members) {
    wrong = "members:\n" + compare({members.begin(), members.end()}, {told.begin(), told.end()});
  }
  const std::set<std::string> copies = live.looked_up();
  if (wrong.empty() && copies != told) {
    wrong = "lookups:\n" + compare({told.begin(), told.end()}, {copies.begin(), copies.end()});
  }
  if (wrong.empty()) return {};
  for (size_t i = 0; i < phases.size(); ++i) {
    wrong += fmt::format("---- from {} on{}\n{}", instant_text(phases[i].begin.ms),
                         phases[i].warming ? "" : ", nothing warms", deploys.rules[i].to_text());
    if (!phases[i].warming) continue;
    for (const uint32_t row : phases[i].warming->rows) {
      const Instant end = phases[i].warming->segments[row].until;
      wrong += fmt::format("# {} warms until {}\n", phases[i].rules.segments[row].name,
                           end == kNever ? "never" : instant_text(end.ms));
    }
  }
  return wrong;
}

std::string judge_calls_meanwhile(const Deploys& deploys, const std::vector<GeneratedEvent>& events,
                                  Instant until, uint64_t number, bool native,
                                  DeployFigures& figures) {
  const EngineMode mode = mode_of(number);
  std::vector<std::unique_ptr<Live>> lives;
  for (const size_t carried : {Live::kAllAtOnce, size_t{1}}) {
    std::vector<Phase> phases = phases_of(deploys, number, native);
    if (phases.empty()) return {};
    Random random(number);
    lives.push_back(std::make_unique<Live>(mode, state_bytes_max_of(number),
                                           mode.shuffle == 0 ? events : shuffled(events, mode)));
    lives.back()->carry(carried);
    lives.back()->run(deploys, phases, until, random);
  }
  Live& at_once = *lives[0];
  Live& bit_by_bit = *lives[1];
  figures.calls_meanwhile += bit_by_bit.calls_meanwhile();
  if (at_once.lines() != bit_by_bit.lines()) {
    return "calls while users are carried over:\n" + compare(at_once.lines(), bit_by_bit.lines());
  }
  const std::set<std::string> members = at_once.members();
  if (bit_by_bit.members() != members || bit_by_bit.looked_up() != members ||
      at_once.looked_up() != members) {
    return "calls while users are carried over: who is in what\n";
  }
  return {};
}

}  // namespace segue::differential
