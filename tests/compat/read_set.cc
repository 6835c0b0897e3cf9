#include "tests/compat/read_set.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "segue/events.h"
#include "segue/program.h"

namespace segue::compat {

// Of each kind of cell one or more.
const char* const kRules = R"(event view { path: text? }
event buy { price: number  sku: text? }
trait plan: text
zone "Europe/Paris"

segment keen = view >= 3 within 48h
segment idle = no view for 2d
segment big = sum(buy.price) >= 100 within 30d
segment wide = distinct(view.path) >= 3 within 7d
segment daily = view on >= 2 of the last 3 days
segment pro = plan = "pro"
segment funnel_done = (view then buy within 1d) >= 1 within 30d
segment no_buy = (view then no buy within 6h) >= 1 within 7d
segment stayed = (plan = "pro") for 1d
segment first_sku = first(buy.sku) = "a"
segment top = max(buy.price) >= 80
segment sessions_two = view_sessions >= 2 within 7d
segment became_pro = changed plan to "pro" within 7d
segment lasting {
  when view within 1h
  stay at least 3h
  cooldown 1d
}
signal view_sessions = sessions of view with gap 30m

score heat {
  half_life 1d
  +4 view
  +10 buy
}
score points {
  within 7d
  max 50
  +1 view max 5 times
  +10 if plan = "pro"
}
segment warm = heat >= 10
)";

namespace {

constexpr int64_t kBegin = 1'748'772'000'000;  // 2025-06-01T10:00Z
constexpr int64_t kMinute = 60'000;
constexpr int kEvents = 60;

std::string event_line(int i) {
  constexpr const char* kUsers[] = {"ann", "bob", "cat", "Émile"};
  const char* const user = kUsers[(i * 7 + i / 5) % 4];
  const int64_t at_ms = kBegin + i * 97 * kMinute + (i % 3) * 1234;
  std::string call;
  if (i % 11 == 4) {
    call =
        fmt::format(R"("type":"identify","traits":{{"plan":"{}"}})", i % 2 == 0 ? "pro" : "free");
  } else if (i % 6 == 5) {
    call = fmt::format(R"("event":"buy","properties":{{"price":{}.{},"sku":"{}"}})", 10 + i, i % 10,
                       i % 4 == 1 ? "a" : "b");
  } else {
    call = fmt::format(R"("event":"view","properties":{{"path":"/{}"}})", i % 5);
  }
  return fmt::format(R"({{"userId":"{}",{},"messageId":"m{}","timestamp":{}}})"
                     "\n",
                     user, call, i, at_ms);
}

size_t bytes_of(int events) {
  size_t bytes = 0;
  for (int i = 0; i < events; ++i) bytes += event_line(i).size();
  return bytes;
}

/// Writes down what an engine says.
class Told {
 public:
  void follow(MembershipEngine& engine) {
    engine.on_change([this](const MembershipChange& change) { add(change); });
  }

  void add(const MembershipChange& change) {
    text += fmt::format("{} {} {} {} {}\n", format_time(change.at), change.user,
                        change.entered ? "enters" : "leaves", change.segment_name, change.id);
  }

  std::string text;
};

/// Members and scores by name.
std::string end_of(const MembershipEngine& engine, const CompiledProgram& program) {
  std::string text;
  const Snapshot snapshot = engine.snapshot(true);
  for (size_t i = 0; i < snapshot.members.size(); ++i) {
    for (const std::string& user : snapshot.members[i]) {
      text += fmt::format("{} in {}\n", user, program.segments()[i].name);
    }
  }
  for (size_t i = 0; i < snapshot.scores.size(); ++i) {
    for (const auto& [user, value] : snapshot.scores[i]) {
      text += fmt::format("{} of {} = {}\n", program.scores()[i].name, user, value);
    }
  }
  return text;
}

TimePoint until() { return TimePoint(Milliseconds(kBegin + kEvents * 97 * kMinute)); }

class Sink final : public DurableSink {
 public:
  explicit Sink(Told& told) : told_(told) {}
  std::string name() const override { return ""; }
  Outcome resume(uint64_t) override { return {}; }
  void give(const MembershipChange& change) override { told_.add(change); }
  Outcome commit(uint64_t& position) override {
    position = 0;
    return {};
  }

 private:
  Told& told_;
};

EngineSettings interpreted() {
  EngineSettings settings;
  settings.evaluator = Evaluator::kInterpreter;
  return settings;
}

}  // namespace

std::string events() {
  std::string lines;
  for (int i = 0; i < kEvents; ++i) lines += event_line(i);
  return lines;
}

size_t checkpoint_after() { return bytes_of(25); }
size_t ended_after() { return bytes_of(40); }

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

Reading read_image(const std::string& path, std::shared_ptr<const CompiledProgram>& program) {
  Reading reading;
  const std::string image = read_file(path);
  reading.refused = open_program(std::as_bytes(std::span(image)), program);
  if (!reading.refused.ok()) return reading;
  MembershipEngine engine;
  reading.refused = start_engine(program, interpreted(), engine);
  if (!reading.refused.ok()) return reading;
  Told told;
  told.follow(engine);
  (void)engine.push(events());
  (void)engine.finish(until());
  reading.answers = told.text + end_of(engine, *program);
  return reading;
}

Reading read_pack(const std::string& path, const std::shared_ptr<const CompiledProgram>& program) {
  Reading reading;
  EventInput input;
  reading.refused = open_event_input({&path, 1}, {}, input);
  MembershipEngine engine;
  if (reading.refused.ok()) reading.refused = start_engine(program, interpreted(), engine);
  if (!reading.refused.ok()) return reading;
  Told told;
  told.follow(engine);
  reading.refused = engine.read(input);
  (void)engine.finish(until());
  reading.answers = told.text + end_of(engine, *program);
  return reading;
}

Reading read_sealed(const std::string& path, const CompiledProgram& program) {
  Reading reading;
  const std::string bytes = read_file(path);
  StateBlob blob;
  reading.refused = open_blob(program, std::as_bytes(std::span(bytes)), blob);
  if (!reading.refused.ok()) return reading;
  std::vector<StateChange> changes;
  (void)advance(program, blob, "ann", until(), changes);
  for (const StateChange& change : changes) {
    reading.answers +=
        fmt::format("{} {} {}\n", format_time(change.at), change.entered ? "enters" : "leaves",
                    program.segments()[change.segment].name);
  }
  for (uint32_t i = 0; i < program.segments().size(); ++i) {
    reading.answers += fmt::format("{} {}\n", program.segments()[i].name,
                                   membership(program, blob, i).value_or(false));
  }
  for (uint32_t i = 0; i < program.scores().size(); ++i) {
    reading.answers += fmt::format("{} = {}\n", program.scores()[i].name,
                                   score(program, blob, i, until()).value_or(-1));
  }
  return reading;
}

Reading read_kept(const std::string& folder,
                  const std::shared_ptr<const CompiledProgram>& program) {
  Reading reading;
  MembershipEngine engine;
  Told told;
  Sink sink(told);
  DurableSettings kept;
  kept.folder = folder;
  kept.sync = InputSync::kNone;
  kept.sink = &sink;
  Recovery found;
  reading.refused = open_engine(program, interpreted(), kept, engine, found);
  if (!reading.refused.ok()) return reading;
  reading.answers = fmt::format("{} users, {} events applied again\n", found.users, found.events);
  (void)engine.push(std::string_view(events()).substr(ended_after()));
  (void)engine.finish(until());
  (void)engine.flush_sink();
  reading.answers += told.text + end_of(engine, *program);
  return reading;
}

}  // namespace segue::compat
