// Point lookups of one user's segments and scores from other threads: with two readers each does
// what one does alone, so nothing is waited for. `writer:1`: while an engine's thread writes as
// fast as it can.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "segue/compile.h"
#include "segue/engine.h"
#include "segue/event.h"

namespace segue {
namespace {

constexpr uint32_t kUsers = 200'000;
constexpr uint32_t kSegments = 70;

/// An engine with users that are in all segments or in none.
struct Filled {
  MembershipEngine engine;
  std::vector<std::string> users;
  int64_t hour = 1;

  Filled() {
    std::string rules = "event on\nscore heat { half_life 2h\n +1 on }\n";
    for (uint32_t i = 0; i < kSegments; ++i) {
      rules += "segment s" + std::to_string(i) + " = on within 9h\n";
    }
    Compilation compilation;
    std::shared_ptr<const CompiledProgram> program;
    const bool is_made = compile_text("r.seg", rules, {}, compilation).ok() && compilation.ok() &&
                         compilation.program(program).ok() &&
                         start_engine(program, {.lookups = true}, engine).ok();
    if (!is_made) std::abort();
    for (uint32_t i = 0; i < kUsers; ++i) users.push_back("user_" + std::to_string(i));
    for (uint32_t i = 0; i < kUsers; i += 1000) write(i);
  }

  /// A thousand users enter, and nine hours later leave.
  void write(uint32_t first) {
    std::string lines;
    for (uint32_t i = first; i < first + 1000; ++i) {
      const UserEvent event{
          .user = users[i], .name = "on", .at = TimePoint(std::chrono::hours(hour))};
      lines += json_line(event) + "\n";
    }
    ++hour;
    if (!engine.push(lines).ok()) std::abort();
  }
};

Filled& filled() {
  static auto* const made = new Filled;  // readers of the last turn may still be at it
  return *made;
}

std::atomic<bool> writes{false};
std::thread writer;

void begin(const benchmark::State& state) {
  filled();
  if (state.range(0) == 0) return;
  writes = true;
  writer = std::thread([] {
    for (uint32_t i = 0; writes.load(std::memory_order_relaxed); i = (i + 1000) % kUsers) {
      filled().write(i);
    }
  });
}

void end(const benchmark::State&) {
  writes = false;
  if (writer.joinable()) writer.join();
}

void by_readers(benchmark::internal::Benchmark* bench) {
  bench->ArgName("writer")->Arg(0)->Arg(1)->Threads(1)->Threads(2);
  bench->Setup(begin)->Teardown(end)->UseRealTime();
}

/// Calls `look` of one user after another, far from each other.
void read_all(benchmark::State& state, const auto& look) {
  const Filled& all = filled();
  uint32_t i = 12'345U * static_cast<uint32_t>(state.thread_index() + 1);
  for (auto _ : state) {
    i = (i + 104'729) % kUsers;
    benchmark::DoNotOptimize(look(all.engine, all.users[i], i));
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_IsMember(benchmark::State& state) {
  read_all(state, [](const MembershipEngine& engine, const std::string& user, uint32_t i) {
    return engine.is_member(user, i % kSegments);
  });
}
BENCHMARK(BM_IsMember)->Apply(by_readers);

void BM_SegmentsOf(benchmark::State& state) {
  read_all(state, [](const MembershipEngine& engine, const std::string& user, uint32_t) {
    return engine.segments_of(user);
  });
}
BENCHMARK(BM_SegmentsOf)->Apply(by_readers);

void BM_ScoreOf(benchmark::State& state) {
  read_all(state, [](const MembershipEngine& engine, const std::string& user, uint32_t) {
    return engine.score_of(user, 0);
  });
}
BENCHMARK(BM_ScoreOf)->Apply(by_readers);

void BM_LookUp(benchmark::State& state) {
  read_all(state, [](const MembershipEngine& engine, const std::string& user, uint32_t) {
    return engine.look_up(user);
  });
}
BENCHMARK(BM_LookUp)->Apply(by_readers);

}  // namespace
}  // namespace segue
