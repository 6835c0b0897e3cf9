// What decoding costs, against the least that reading the same bytes can cost: simdjson on demand
// walking over the same lines, taking four fields and two properties out of each, keeping nothing.
//
//   decode_bench [--benchmark_…]      lines like those of a web shop, made from a seed
//   SEGUE_EVENTS=FILE decode_bench    the first 64 MiB of a file of events
//
// Expected: less than the walk, since lines like earlier ones are compared, not parsed, although
// every value is checked, what is wanted is copied, and events outlive their line.
#include <benchmark/benchmark.h>
#include <simdjson.h>
#include <time.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>
#include <string>

#include "runtime/base/check.h"
#include "runtime/ingest/reader.h"

namespace segue {
namespace {

constexpr size_t kBytesMax = size_t{64} << 20;

std::string made_line(std::mt19937_64& random, int64_t number) {
  static const char* const kNames[] = {"Page Viewed", "Product Clicked", "Product Viewed",
                                       "Product Added", "Interaction"};
  static const char* const kChannels[] = {"Direct", "Organic Search", "Referral", "Social"};
  const auto digits = [&](uint64_t below) { return std::to_string(random() % below); };
  char time[32];
  std::snprintf(time, sizeof time, "2016-08-%02dT%02d:%02d:%02d.%03dZ",
                static_cast<int>(1 + number / 40'000 % 28), static_cast<int>(number / 1'700 % 24),
                static_cast<int>(number / 28 % 60), static_cast<int>(number % 28 * 2),
                static_cast<int>(number % 1000));
  return std::string(R"({"type":"track","userId":")") + digits(200'000) + R"(","event":")" +
         kNames[random() % 5] + R"(","timestamp":")" + time +
         R"(","properties":{"path":"/google+redesign/apparel/)" + digits(1'000'000) +
         R"(","visit_id":")" + digits(2'000'000'000) + R"(","visit_number":)" + digits(20) +
         R"(,"channel":")" + kChannels[random() % 4] +
         R"(","source":"google","medium":"organic","device":"desktop","country":"United States",)" +
         R"("price":)" + digits(100) + "." + digits(100) + R"(},"messageId":"made-)" +
         std::to_string(number) + "\"}\n";
}

const std::string& lines() {
  static const std::string all = [] {
    std::string bytes;
    if (const char* path = std::getenv("SEGUE_EVENTS"); path != nullptr) {
      std::ifstream file(path, std::ios::binary);
      bytes.resize(kBytesMax);
      file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      bytes.resize(static_cast<size_t>(file.gcount()));
    } else {
      std::mt19937_64 random(1);
      for (int64_t i = 0; bytes.size() < kBytesMax; ++i) bytes += made_line(random, i);
    }
    bytes.resize(bytes.rfind('\n') + 1);
    bytes.reserve(bytes.size() + simdjson::SIMDJSON_PADDING);
    return bytes;
  }();
  return all;
}

/// Returns the number of lines.
size_t walk() {
  static simdjson::ondemand::parser parser;
  const std::string& all = lines();
  size_t count = 0;
  size_t taken = 0;
  const auto take = [&](auto value) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) taken += text.size();
  };
  for (size_t begin = 0; begin < all.size(); ++count) {
    const size_t end = all.find('\n', begin);
    simdjson::ondemand::document document;
    simdjson::ondemand::object call;
    const size_t room = all.capacity() - begin;
    if (parser.iterate(all.data() + begin, end - begin, room).get(document) ||
        document.get_object().get(call)) {
      SEGUE_CHECK(false, "the lines are JSON objects");
    }
    for (auto field : call) {
      const std::string_view key = field.unescaped_key().value_unsafe();
      if (key == "userId" || key == "event" || key == "timestamp" || key == "messageId") {
        take(field.value());
      } else if (key == "properties") {
        simdjson::ondemand::object properties;
        if (field.value().get_object().get(properties)) continue;
        for (auto property : properties) {
          const std::string_view name = property.unescaped_key().value_unsafe();
          if (name == "path" || name == "channel") take(property.value());
        }
      }
    }
    begin = end + 1;
  }
  benchmark::DoNotOptimize(taken);
  return count;
}

InputSchema schema() {
  InputSchema schema;
  schema.slots = {{{"path"}, false}, {{"channel"}, false}};
  schema.kinds = {{"", {}},
                  {"", {}},
                  {"Page Viewed", {0, 1}},
                  {"Product Added", {0, 1}},
                  {"Product Viewed", {0, 1}}};
  return schema;
}

/// The lines as a feed, copied piece by piece as from a file in the page cache.
class LinesSource : public ByteSource {
 public:
  Result<size_t> read(std::span<char> out) override {
    const size_t size = lines().copy(out.data(), out.size(), at_);
    at_ += size;
    return size;
  }
  const std::string& name() const override { return name_; }

 private:
  size_t at_ = 0;
  std::string name_ = "lines";
};

size_t decode() {
  const auto source = read_events(std::make_unique<LinesSource>(), 0, schema(), {});
  size_t count = 0;
  for (;;) {
    EventBatch batch;
    SEGUE_CHECK(source->next(batch).ok(), "memory does not fail");
    if (batch.empty()) return count;
    count += batch.events.size() + batch.rejects.size();
  }
}

/// Of this thread's processor time: a machine that is busy otherwise changes it little.
double thread_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double seconds_of(size_t (*work)(), size_t& count) {
  const double begin = thread_seconds();
  count += work();
  return thread_seconds() - begin;
}

/// One after the other in each round, so that both meet the same machine.
void walk_and_decode(benchmark::State& state) {
  double walking = 0;
  double decoding = 0;
  size_t count = 0;
  size_t same = 0;
  lines();
  for (auto round : state) {
    walking += seconds_of(walk, count);
    decoding += seconds_of(decode, same);
  }
  SEGUE_CHECK(count == same, "both saw every line");
  const auto lines_read = static_cast<double>(count);
  state.counters["walk_ns"] = walking / lines_read * 1e9;
  state.counters["decode_ns"] = decoding / lines_read * 1e9;
  state.counters["ratio"] = decoding / walking;
  state.counters["decoded/s"] = lines_read / decoding;
}
BENCHMARK(walk_and_decode)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace segue
