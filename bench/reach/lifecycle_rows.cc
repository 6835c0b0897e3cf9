// Segue beside the hand-written program: decoded events, JSON lines, bytes a user.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "bench/limit/as_of.h"
#include "bench/limit/lines.h"
#include "bench/limit/stream.h"
#include "bench/reach/measure.h"
#include "bench/reach/rows.h"
#include "bench/reach/rules.h"
#include "runtime/base/arena.h"
#include "runtime/base/hash.h"
#include "runtime/ingest/reader.h"

namespace segue::bench {
namespace {

constexpr std::string_view kSegmentNames[] = {"high_intent", "activation_stalled", "power_user",
                                              "churn_risk",  "silent_cart",        "hot_free"};

/// Changes in any order: how many, and the sum of their hashes.
struct Tally {
  uint64_t count = 0;
  uint64_t sum = 0;

  void add(int64_t at_ms, std::string_view user, std::string_view segment, bool entered) {
    ++count;
    const uint64_t seed = hash64(segment, static_cast<uint64_t>(at_ms) * 2 + (entered ? 1 : 0));
    sum += hash64(user, seed);
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

class TallyListener : public EngineListener {
 public:
  explicit TallyListener(const Program& program) : view_(program.view()) {}
  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      tally.add(change.at.ms, change.user, view_.text(view_.segments[change.segment].name),
                change.entered);
    }
  }
  Tally tally;

 private:
  const image::View& view_;
};

void add_changes(limit::Stream& stream, Tally& tally) {
  for (const limit::Change& change : stream.changes()) {
    tally.add(change.at_ms, stream.user(change.row),
              kSegmentNames[static_cast<size_t>(change.segment)], change.entered);
  }
  stream.changes().clear();
}

/// Decoded events with texts of their own, close together, as a decoder leaves them.
struct LimitEvents {
  std::vector<limit::Event> events;
  Arena texts;

  explicit LimitEvents(std::string_view lines) {
    limit::GuessedLines decoder;
    if (decoder.decode(lines, events) != 0) {
      fmt::print(stderr, "bench: the generator made a line that is no event\n");
      std::exit(3);
    }
    for (limit::Event& event : events) {
      event.user = texts.copy(event.user_id()).data();
      event.tie = texts.copy(event.tie_text()).data();
    }
  }
};

/// Lines with the room behind them that decoders want.
std::string padded_lines(const WorkloadOptions& options) {
  std::string lines = lines_of(options);
  const size_t size = lines.size();
  lines.append(limit::kPadding, '\0');
  lines.resize(size);
  return lines;
}

constexpr size_t kPush = 4096;

/// All events of users of one half of the hashes, or of all.
void run_limit_shard(std::span<const limit::Event> events, uint64_t shards, uint64_t shard,
                     limit::Stream& stream, uint64_t& changes) {
  std::vector<limit::Event> own;
  own.reserve(kPush);
  for (size_t at = 0; at < events.size(); at += kPush) {
    std::span<const limit::Event> some = events.subspan(at, std::min(kPush, events.size() - at));
    if (shards > 1) {
      own.resize(some.size());
      size_t count = 0;
      for (const limit::Event& event : some) {
        own[count] = event;
        count += (event.hash >> 40) % shards == shard ? 1 : 0;
      }
      own.resize(count);
      some = own;
    }
    stream.push(some);
    changes += stream.changes().size();
    stream.changes().clear();
  }
  stream.finish();
  changes += stream.changes().size();
}

double run_limit(std::span<const limit::Event> events, unsigned threads, size_t* bytes = nullptr) {
  std::vector<limit::Stream> streams(threads);
  std::atomic<uint64_t> changes = 0;
  const auto clock = threads == 1 ? cpu_seconds : now_seconds;
  const double begin = clock();
  const auto work = [&](unsigned shard) {
    uint64_t own = 0;
    run_limit_shard(events, threads, shard, streams[shard], own);
    changes += own;
  };
  std::vector<std::thread> others;
  for (unsigned shard = 1; shard < threads; ++shard) others.emplace_back(work, shard);
  work(0);
  for (std::thread& other : others) other.join();
  const double seconds = clock() - begin;
  if (bytes != nullptr) *bytes = streams[0].bytes();
  return seconds;
}

std::string millions(double events, double seconds) {
  return fmt::format("{:.2f} M/s", events / seconds / 1e6);
}

}  // namespace

void check_answers(const ReachOptions& options) {
  const std::string lines = padded_lines(options.workload);
  const auto program = program_of(lifecycle_rules());
  TallyListener segue(*program);
  EngineStats stats;
  run_engine(program, {}, decode_all(*program, lines), segue, &stats);

  const LimitEvents decoded(lines);
  const std::vector<limit::Event>& events = decoded.events;
  std::vector<limit::Event> walked;
  limit::SimdjsonLines().decode(lines, walked);
  const auto told = [](const std::vector<limit::Event>& all) {
    limit::Stream stream;
    Tally tally;
    for (size_t at = 0; at < all.size(); at += 1000) {
      stream.push(std::span(all).subspan(at, std::min<size_t>(1000, all.size() - at)));
      add_changes(stream, tally);
    }
    stream.finish();
    add_changes(stream, tally);
    return tally;
  };
  const Tally guessed = told(events);
  const Tally simdjson = told(walked);
  fmt::print(stderr,
             "answers: {} events, {} users; changes {} (Segue) {} (guessed) {} (simdjson)\n",
             stats.events, stats.users, segue.tally.count, guessed.count, simdjson.count);
  if (guessed == segue.tally && simdjson == segue.tally) return;
  fmt::print(stderr, "bench: the answers differ\n");
  std::exit(1);
}

void limit_row(const ReachOptions& options) {
  pin_to(1);
  const std::string lines = padded_lines(options.workload);
  const LimitEvents decoded(lines);
  const std::vector<limit::Event>& events = decoded.events;
  const auto count = static_cast<double>(events.size());
  std::vector<double> seconds;
  std::vector<double> prefetched;
  AccessCosts costs;
  for (int turn = 0; turn < 3; ++turn) {
    costs = measure_access();
    prefetched.push_back(costs.prefetched);
    for (int i = 0; i < 3; ++i) seconds.push_back(run_limit(events, 1));
  }
  const double event_ns = median(seconds) / count * 1e9;
  const double times = event_ns / median(prefetched);
  print_row({"the hand-written program itself, an event beside a prefetched random access",
             "at most 3 times", fmt::format("{:.2f} times", times), times <= 3,
             fmt::format("{:.1f} ns an event; an access {:.1f} ns prefetched, {:.1f} independent, "
                         "{:.0f} dependent",
                         event_ns, median(prefetched), costs.independent, costs.dependent)});
}

void decoded_rows(const ReachOptions& options) {
  const std::string lines = padded_lines(options.workload);
  const auto program = program_of(lifecycle_rules());
  const std::vector<EventBatch> batches = decode_all(*program, lines);
  const LimitEvents decoded(lines);
  const std::vector<limit::Event>& events = decoded.events;
  const auto count = static_cast<double>(events.size());
  for (const unsigned threads : {1U, 2U}) {
    pin_to(static_cast<int>(threads));
    EngineStats stats;
    size_t limit_bytes = 0;
    const Turns turns = take_turns(
        options.turns,
        [&] {
          EngineListener nobody;
          return run_engine(program, {.threads = threads}, copies_of(batches), nobody, &stats);
        },
        [&] { return run_limit(events, threads, threads == 1 ? &limit_bytes : nullptr); });
    print_row({fmt::format("five segments and the score, decoded events, {} thread{}", threads,
                           threads == 1 ? "" : "s"),
               "at least 0.8 of the hand-written program", fmt::format("{:.2f}", turns.ratio()),
               turns.ratio() >= 0.8,
               fmt::format("{} beside {}", millions(count, median(turns.ours)),
                           millions(count, median(turns.theirs)))});
    if (threads != 1) continue;
    const auto users = static_cast<double>(stats.users);
    const double ours = static_cast<double>(stats.state_bytes + stats.table_bytes) / users;
    const double theirs = static_cast<double>(limit_bytes) / users;
    print_row({"bytes a user, same work", "at most 1.25 of the hand-written layout",
               fmt::format("{:.2f}", ours / theirs), ours <= 1.25 * theirs,
               fmt::format("{:.0f} beside {:.0f}, {} users", ours, theirs, stats.users)});
  }
}

namespace {

/// Reads the file piece by piece, each piece whole lines, decodes it and runs the program.
template <class Lines>
double run_limit_file(const std::string& path, size_t piece_bytes) {
  const double begin = cpu_seconds();
  std::FILE* file = std::fopen(path.c_str(), "rb");
  limit::Stream stream;
  Lines decoder;
  std::string pieces[2];  // events of the one before are still held
  std::vector<limit::Event> events;
  size_t left = 0;
  uint64_t changes = 0;
  for (int turn = 0;; turn ^= 1) {
    std::string& piece = pieces[turn];
    const std::string& before = pieces[turn ^ 1];
    piece.resize(piece_bytes + limit::kPadding);
    std::copy(before.begin() + static_cast<ptrdiff_t>(before.size() - left), before.end(),
              piece.begin());
    const size_t got = std::fread(piece.data() + left, 1, piece_bytes - left, file);
    piece.resize(left + got);
    const size_t whole = piece.rfind('\n') + 1;
    left = piece.size() - whole;
    if (got == 0) break;
    events.clear();
    decoder.decode(std::string_view(piece).substr(0, whole), events);
    stream.push(events);
    changes += stream.changes().size();
    stream.changes().clear();
  }
  stream.finish();
  std::fclose(file);
  return cpu_seconds() - begin;
}

double run_segue_file(const std::shared_ptr<Program>& program, const std::string& path) {
  const double begin = cpu_seconds();
  EngineListener nobody;
  Engine engine(program, {}, nobody);
  const auto source = open_events({&path, 1}, program->schema(), {});
  for (;;) {
    EventBatch batch;
    if (!(*source)->next(batch).ok() || batch.empty()) break;
    engine.push(std::move(batch));
  }
  engine.finish();
  return cpu_seconds() - begin;
}

}  // namespace

void lines_rows(const ReachOptions& options) {
  pin_to(1);
  char path[] = "/tmp/segue-bench-XXXXXX";
  const int descriptor = mkstemp(path);
  double count = 0;
  {
    const std::string lines = lines_of(options.workload);
    std::FILE* file = fdopen(descriptor, "wb");
    std::fwrite(lines.data(), 1, lines.size(), file);
    std::fclose(file);
    count = static_cast<double>(options.workload.events);
  }
  const auto program = program_of(lifecycle_rules());
  const auto ours = [&] { return run_segue_file(program, path); };
  const auto row = [&](const std::string& how, double goal, const std::function<double()>& theirs) {
    const Turns turns = take_turns(options.turns, ours, theirs);
    print_row({"the same from JSONL, one thread, beside " + how,
               goal > 0 ? fmt::format("at least {:.1f}", goal) : "none",
               fmt::format("{:.2f}", turns.ratio()), turns.ratio() >= goal,
               fmt::format("{} beside {}", millions(count, median(turns.ours)),
                           millions(count, median(turns.theirs)))});
  };
  constexpr size_t kPiece = size_t{1} << 20;
  row("simdjson", 0.9, [&] { return run_limit_file<limit::SimdjsonLines>(path, kPiece); });
  row("layout guessing", 0, [&] { return run_limit_file<limit::GuessedLines>(path, kPiece); });
  unlink(path);
}

}  // namespace segue::bench
