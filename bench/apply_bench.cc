// What one instant costs in the program once its user's state is in the cache: the rules of
// examples/02-saas-lifecycle over 512 users. To be run in the folder of the tree.
//
//   apply_bench --benchmark_filter=Kind/2        events of one kind, its number in the image
//   apply_bench --benchmark_filter=Mixed/1/1     all kinds; the last but one number: hours between
//                                                events of a user, so how many wake-ups there are
//
// The last number: 0 interpreted, 1 native. `changes` are an event.
//
// Expected: native 20 to 30 ns an event of most kinds, 50 of all with the wake-ups that they cause;
// interpreted 100 to 350.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "compiler/codegen/codegen.h"
#include "runtime/base/check.h"
#include "runtime/image/assemble.h"
#include "segue/compile.h"

namespace segue {
namespace {

constexpr uint32_t kUsers = 512;
constexpr uint32_t kEvents = 4096;
constexpr int64_t kBegin = 1'748'700'000'000;

std::unique_ptr<Program> program(bool native) {
  Compilation compilation;
  const std::vector<std::string> files{"examples/02-saas-lifecycle/rules.seg"};
  SEGUE_CHECK(compile_files(files, {}, compilation).ok() && compilation.ok(), "the rules compile");
  std::string text;
  SEGUE_CHECK(compilation.dump(Stage::kImage, "", text).ok(), "the rules are an image");
  Result<image::Tables> tables = image::assemble(text);
  SEGUE_CHECK(tables.has_value(), "what is printed can be read");
  Result<image::Image> image = image::Image::open(tables->finish());
  SEGUE_CHECK(image.has_value(), "the rules are an image");
  auto program = std::make_unique<Program>(std::move(*image));
  if (native) {
    Result<NativeCode> code = generate(*program, {});
    SEGUE_CHECK(code.has_value(), "code can be made here");
    program->install(std::move(*code));
  }
  return program;
}

/// Events of random kinds, with a text in each slot that half of the filters look for.
class Events {
 public:
  Events(const Program& program, int kind) {
    const image::View& view = program.view();
    for (uint32_t i = 0; i < kEvents; ++i) {
      Event event{.kind = KindId{kind < 0 ? below(view.kinds.size()) : static_cast<uint32_t>(kind)},
                  .user = "user"};
      if (event.kind.index >= kFirstNamedKind) {
        event.name = view.text(view.kinds[event.kind.index].name);
      }
      std::vector<Value>& slots = slots_.emplace_back();
      for (const uint32_t slot : view.list(view.kinds[event.kind.index].slots)) {
        const std::string_view key = view.text(view.list(view.slots[slot].path)[0]);
        slots.push_back({.tag = ValueTag::kText, .text = value_of(key)});
        if (key == "step") slots.back() = number_from_text(below(2) == 0 ? "1" : "2");
      }
      event.slots = slots;
      events_.push_back(event);
    }
  }

  std::vector<Event>& all() { return events_; }
  uint32_t below(size_t end) { return static_cast<uint32_t>(random_() % end); }

 private:
  std::string_view value_of(std::string_view key) {
    const bool first = below(2) == 0;
    if (key == "path") return first ? "/pricing" : "/docs/start";
    if (key == "campaign") return first ? "case_study" : "spring";
    if (key == "plan") return first ? "free" : "pro";
    return "/demo";
  }

  std::mt19937_64 random_{1};
  std::vector<Event> events_;
  std::vector<std::vector<Value>> slots_;
};

void run(benchmark::State& state, int kind, int64_t gap_ms, bool native) {
  const auto shared = program(native);
  Events events(*shared, kind);
  std::vector<Blob> users(kUsers);
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < kEvents; ++i) order.push_back(events.below(kUsers));
  std::vector<Transition> out;
  int64_t now = kBegin;
  uint64_t changes = 0;
  const auto round = [&] {
    for (uint32_t i = 0; i < kEvents; ++i) {
      Event& event = events.all()[i];
      event.at = Instant{now};
      now += gap_ms / kUsers;
      SEGUE_CHECK(apply(*shared, users[order[i]], {&event, 1}, out).ok(), "events come in order");
    }
    changes += out.size();
    out.clear();
  };
  round();  // every user known
  changes = 0;
  for (auto _ : state) round();
  const auto done = static_cast<double>(state.iterations() * kEvents);
  state.counters["event_ns"] =
      benchmark::Counter(done * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["changes"] = static_cast<double>(changes) / done;
}

void Kind(benchmark::State& state) {
  run(state, static_cast<int>(state.range(0)), 60'000, state.range(1) != 0);
}
BENCHMARK(Kind)->ArgsProduct({benchmark::CreateDenseRange(0, 12, 1), {0, 1}});

void Mixed(benchmark::State& state) {
  run(state, -1, state.range(0) * 3'600'000, state.range(1) != 0);
}
BENCHMARK(Mixed)->ArgsProduct({{1, 24, 240}, {0, 1}});

}  // namespace
}  // namespace segue
