// What the engine adds to the program's own work: table, reorder buffer, timers, order of changes.
// Events of users drawn at random, so nearly each is the first of its user in a long while: its
// place and its row are missed in the cache, and fetched ahead.
//
//   engine_bench --benchmark_filter=/200000/   users; the second number is threads
//
// `event_ns` is by the clock, `caller_ns` the processor time of the thread that calls. Nearly every
// second event makes a change, and as many wake-ups are due.
//
// Expected: 145 bytes a user in all, of which 72 are room for the state. Times only beside another
// build of the same program, since the interpreter's share is half and the machine's speed moves: a
// million users take 0.7 to 0.85 of the time that blobs of their own allocations took.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>

#include "runtime/base/check.h"
#include "runtime/engine/engine.h"
#include "runtime/image/assemble.h"

namespace segue {
namespace {

constexpr const char* kRules = R"(
kind-set 0 2
kind 0 streams
kind 1
kind 2 name "view" streams 0 chunks 0
stream 0 name "view" cells 0
  kind-in k0
cell 0 newest source 0 k 3 at 48 bytes 18
node 0 B place 0 timed segment 0
  nth-within c0 3 172800000
node 1 B place 1 timed segment 1
  nth-within c0 1 604800000
  not
chunk 0 first 0 count 2 timed
segment 0 name "hot" node 0
segment 1 name "idle" node 1
)";

std::shared_ptr<const Program> program() {
  Result<image::Tables> tables = image::assemble(kRules);
  SEGUE_CHECK(tables.has_value(), "the rules are an image");
  Result<image::Image> image = image::Image::open(tables->finish());
  SEGUE_CHECK(image.has_value(), "the rules are an image");
  return std::make_shared<const Program>(std::move(*image));
}

/// Views of users drawn at random, one each `step_ms`.
class Views {
 public:
  Views(uint64_t users, int64_t step_ms) : users_(users), step_ms_(step_ms) {}

  EventBatch next() {
    EventBatch batch;
    for (int i = 0; i < 4096; ++i) {
      Event event;
      event.at = {now_ms_ += step_ms_};
      event.kind = KindId{kFirstNamedKind};
      event.name = "view";
      event.user = batch.arena->copy("user-" + std::to_string(random_() % users_));
      event.tie = "0123456789abcdef";
      batch.events.push_back(event);
    }
    return batch;
  }

 private:
  uint64_t users_;
  int64_t step_ms_;
  int64_t now_ms_ = 1'700'000'000'000;
  std::mt19937_64 random_{1};
};

double thread_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Ten events a user and ten days in all, so that both conditions turn both ways.
void engine(benchmark::State& state) {
  const auto users = static_cast<uint64_t>(state.range(0));
  const auto shared = program();
  for (auto round : state) {
    EngineListener nobody;
    Engine engine(shared, {.threads = static_cast<uint32_t>(state.range(1))}, nobody);
    const uint64_t events = 10 * users;
    Views views(users, std::max<int64_t>(1, 10 * kDayMs / static_cast<int64_t>(events)));
    double seconds = 0;
    double busy = 0;
    for (uint64_t done = 0; done < events; done += 4096) {
      EventBatch batch = views.next();
      const auto begin = std::chrono::steady_clock::now();
      const double busy_before = thread_seconds();
      engine.push(std::move(batch));
      busy += thread_seconds() - busy_before;
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    state.SetIterationTime(seconds);
    const EngineStats stats = engine.stats();
    const auto known = static_cast<double>(stats.users);
    state.counters["event_ns"] = seconds / static_cast<double>(stats.events) * 1e9;
    state.counters["caller_ns"] = busy / static_cast<double>(stats.events) * 1e9;
    state.counters["changes"] = static_cast<double>(stats.changes);
    state.counters["state_b/user"] = static_cast<double>(stats.state_bytes) / known;
    state.counters["table_b/user"] = static_cast<double>(stats.table_bytes) / known;
  }
}
BENCHMARK(engine)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->Args({200'000, 1})
    ->Args({200'000, 2})
    ->Args({1'000'000, 1})
    ->Args({10'000'000, 1});

}  // namespace
}  // namespace segue
