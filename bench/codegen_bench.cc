// Machine code of programs: how long it takes to make, and what an event costs with and without it.
//
//   codegen_bench --benchmark_filter=Make/1000      conditions
//   codegen_bench --benchmark_filter=Event/100/1    the second number: 0 interpreted, 1 native
//
// Twenty kinds of events; a condition looks at one of them: a count in a window, alone, with a
// trait or with an exact sum. Conditions of a kind stand together, as `lay-out` puts them.
//
// Expected: 2 ms and 25 us a condition on one thread; 2 ns a condition that an event can change, of
// 10 interpreted.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "compiler/codegen/codegen.h"
#include "runtime/base/check.h"
#include "runtime/image/assemble.h"

namespace segue {
namespace {

constexpr uint32_t kKinds = 20;
constexpr uint32_t kFirstKind = 2;
constexpr int64_t kBegin = 1'748'700'000'000;

/// Rows of the image's text, table by table.
struct Rows {
  std::string kinds = "kind 1\n";
  std::string kind_sets, streams, cells, nodes, chunks;
  std::vector<uint32_t> chunk_counts;
};

std::string condition(uint32_t i, uint32_t newest, uint32_t total) {
  // Far windows, so that no deadline falls into the events measured.
  const std::string count = fmt::format("  nth-within c{} {} {}\n", newest, 1 + i % 5,
                                        10'000'000'000 + 1000 * int64_t{i});
  switch (i % 3) {
    case 0:
      return count;
    case 1:
      return count + "  value c0\n  scalar \"pro\"\n  equal-scalars\n  and 2\n";
    default:
      return count + fmt::format("  total-sum c{}\n  sum-less {}\n  not\n  and 2\n", total, i);
  }
}

std::string image_of(uint32_t conditions) {
  Rows rows;
  uint32_t offset = 40 + 8 * (conditions / 64 + 1);
  const auto cell = [&](std::string_view words, uint32_t bytes, std::string_view code) {
    rows.cells += fmt::format("{} at {} bytes {}\n{}", words, offset, bytes, code);
    offset += bytes;
  };
  cell("cell 0 latest source 0 value S", 24, "  slot 0\n  scalar-of\n");
  rows.streams = "stream 0 cells 0\n  slot-named 0\n";
  std::string every_chunk;
  uint32_t node = 0;
  uint32_t chunk = 0;
  for (uint32_t kind = 0; kind < kKinds; ++kind) {
    const uint32_t newest = 1 + 2 * kind;
    const uint32_t stream = 1 + kind;
    rows.kind_sets += fmt::format("kind-set {} {}\n", kind, kFirstKind + kind);
    rows.streams +=
        fmt::format("stream {} cells {} {}\n  kind-in k{}\n", stream, newest, newest + 1, kind);
    cell(fmt::format("cell {} newest source {} k 5", newest, stream), 40, "");
    cell(fmt::format("cell {} total source {} value X", newest + 1, stream), 32,
         "  slot 1\n  sum-of\n");
    std::string chunks;
    const uint32_t end = conditions * (kind + 1) / kKinds;
    while (node < end) {
      const uint32_t first = node;
      for (; node < end && node < first + 64; ++node) {
        rows.nodes += fmt::format("node {} B place {} timed\n{}", node, node,
                                  condition(node, newest, newest + 1));
      }
      rows.chunks += fmt::format("chunk {} first {} count {} timed\n", chunk, first, node - first);
      chunks += fmt::format(" {}", chunk++);
    }
    every_chunk += chunks;
    rows.kinds +=
        fmt::format("kind {} name \"event {:02}\" slots 1 streams {}{}\n", kFirstKind + kind, kind,
                    stream, chunks.empty() ? "" : " chunks" + chunks);
  }
  return "slot 0 trait \"plan\"\nslot 1 property \"price\"\n" + rows.kind_sets +
         "kind 0 slots 0 streams 0 chunks" + every_chunk + "\n" + rows.kinds + rows.streams +
         rows.cells + rows.nodes + rows.chunks;
}

std::unique_ptr<Program> program_of(uint32_t conditions) {
  Result<image::Tables> tables = image::assemble(image_of(conditions));
  SEGUE_CHECK(tables.has_value(), "the rules are an image");
  Result<image::Image> image = image::Image::open(tables->finish());
  SEGUE_CHECK(image.has_value(), "the rules are an image");
  return std::make_unique<Program>(*image);
}

void Make(benchmark::State& state) {
  const auto program = program_of(static_cast<uint32_t>(state.range(0)));
  CodegenStats stats;
  for (auto _ : state) {
    stats = {};
    SEGUE_CHECK(generate(*program, {}, &stats).has_value(), "code can be made here");
  }
  state.counters["functions"] = stats.functions;
  state.counters["bytes"] = static_cast<double>(stats.bytes);
}
BENCHMARK(Make)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void Event(benchmark::State& state) {
  const auto program = program_of(static_cast<uint32_t>(state.range(0)));
  if (state.range(1) != 0) {
    Result<NativeCode> code = generate(*program, {});
    SEGUE_CHECK(code.has_value(), "code can be made here");
    program->install(std::move(*code));
  }
  std::vector<Blob> users(64);
  std::vector<Transition> out;
  std::mt19937 random(1);
  const Value price = number_from_text("3.5");
  int64_t now = kBegin;
  for (auto _ : state) {
    const segue::Event event{.at = Instant{now++},
                             .kind = KindId{kFirstKind + static_cast<uint32_t>(random() % kKinds)},
                             .user = "u",
                             .name = "event",
                             .slots = {&price, 1}};
    SEGUE_CHECK(apply(*program, users[random() % users.size()], {&event, 1}, out).ok(),
                "events come in order");
    out.clear();
  }
}
BENCHMARK(Event)->ArgsProduct({{10, 100, 1000, 10000}, {0, 1}});

}  // namespace
}  // namespace segue
