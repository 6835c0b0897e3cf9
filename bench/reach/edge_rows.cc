// The edges: a storm of timers, and one user who does everything.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "bench/reach/measure.h"
#include "bench/reach/rows.h"
#include "bench/reach/rules.h"
#include "runtime/base/check.h"

namespace {
// The largest block asked for while it is watched: a state that is copied asks for a new one first.
// (From 256 KiB on a state is a mapping, which grows by pages and is not copied.)
std::atomic<size_t> largest_block = 0;
}  // namespace

void* operator new(size_t size) {
  if (size > largest_block.load(std::memory_order_relaxed))
    largest_block.store(size, std::memory_order_relaxed);
  if (void* block = std::malloc(size == 0 ? 1 : size)) return block;
  std::abort();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace segue::bench {
namespace {

constexpr int64_t kBegin = 1'748'736'000'000;
constexpr double kSecondsMax = 30;  // what is that slow is told by how far it came

/// A batch of events of one kind, `count` of them, from the `first` user on.
EventBatch logins(const Program& program, uint32_t first, uint32_t count) {
  const KindId kind = program.schema().kind_of("Signed In");
  EventBatch batch;
  for (uint32_t i = 0; i < count; ++i) {
    Event event;
    event.at = {kBegin};
    event.kind = kind;
    event.name = "Signed In";
    std::string user;
    append_user_id(first + i, user);
    event.user = batch.arena->copy(user);
    event.tie = "0123456789abcdef";
    batch.events.push_back(event);
  }
  return batch;
}

/// A turn of events that are pushed each alone.
struct OneByOne {
  std::vector<double> micros;  // of each, until all take too long
  size_t largest_block = 0;
  size_t state_bytes = 0;
};

OneByOne one_by_one(const std::shared_ptr<Program>& program,
                    const std::vector<EventBatch>& decoded) {
  std::vector<EventBatch> singles;
  for (const EventBatch& batch : decoded) {
    for (const Event& event : batch.events) {
      EventBatch& one = singles.emplace_back();
      one.arena = batch.arena;
      one.events.push_back(event);
    }
  }
  EngineListener nobody;
  Engine engine(program, {}, nobody);
  OneByOne turn;
  turn.micros.reserve(singles.size());
  largest_block = 0;
  const double first = cpu_seconds();
  for (EventBatch& one : singles) {
    if (cpu_seconds() - first > kSecondsMax) break;
    const double begin = cpu_seconds();
    engine.push(std::move(one));
    turn.micros.push_back((cpu_seconds() - begin) * 1e6);
  }
  turn.largest_block = largest_block;
  turn.state_bytes = engine.stats().state_bytes;
  return turn;
}

}  // namespace

void storm_row(const ReachOptions& options) {
  pin_to(1);
  constexpr uint32_t kUsers = 1'000'000;
  const auto program =
      program_of("event login \"Signed In\"\nsegment gone = login and no login within 7d\n");
  std::vector<double> seconds;
  for (int turn = 0; turn < std::min(3, options.turns); ++turn) {
    EngineListener nobody;
    Engine engine(program, {}, nobody);
    for (uint32_t first = 0; first < kUsers; first += 1000) {
      engine.push(logins(*program, first, 1000));
    }
    engine.advance_to({kBegin + 1});
    SEGUE_CHECK(engine.stats().changes == 0, "nobody is gone yet");
    const double begin = cpu_seconds();
    engine.advance_to({kBegin + 7 * kDayMs});
    seconds.push_back(cpu_seconds() - begin);
    SEGUE_CHECK(engine.stats().changes == kUsers, "all are gone at once");
  }
  const double rate = kUsers / median(seconds) / 1e6;
  print_row({"a timer storm: a million deadlines at one instant, one thread",
             "at least 10 M expiries/s", fmt::format("{:.1f} M/s", rate), rate >= 10,
             "changes in order included"});
}

void one_user_row(const ReachOptions& options) {
  pin_to(1);
  // Every window is longer than the whole stream, so that nothing ever leaves one but by its cap.
  const auto program = program_of(R"(event page "Page Viewed" { path: text }
event cart "Product Added" { price: number sku: text }
event opened "Email Opened"
event clicked "Email Link Clicked"
segment many = page >= 5000 within 30d
segment some = page >= 40 within 30d
segment spends = sum(cart.price) >= 100000 within 30d
segment wide = distinct(cart.sku) >= 1000 within 30d
segment clicks = (opened then clicked within 1h) >= 100 within 30d
segment waits = (cart then no page within 1d) >= 1 within 30d
segment idle = page and no page within 7d
segment back = any on >= 3 of the last 14 days
)");
  const uint64_t events = std::min<uint64_t>(1'000'000, options.workload.events);
  std::string lines;
  static constexpr CallKind kKinds[] = {CallKind::kPageViewed, CallKind::kCartAdded,
                                        CallKind::kEmailOpened, CallKind::kEmailClicked};
  for (uint64_t i = 0; i < events; ++i) {
    append_line({static_cast<int64_t>(kBegin + i * 1000), 1, kKinds[i % 4],
                 static_cast<uint8_t>(i / 4 % 8), i},
                {}, lines);
  }
  // They stay: to free a thousand events' texts is not the work of the one that was pushed last.
  const std::vector<EventBatch> decoded = decode_all(*program, lines);
  std::vector<OneByOne> turns;
  size_t moved = 0;
  for (int i = 0; i < std::min(3, options.turns); ++i) {
    turns.push_back(one_by_one(program, decoded));
    moved = std::max(moved, turns.back().largest_block);
  }
  // Of each event what it takes itself: the machine interrupts others in the next turn. What a turn
  // has not come to was too slow in it.
  std::vector<double> own;
  for (size_t i = 0; i < turns.back().micros.size(); ++i) {
    std::vector<double> of_event;
    for (const OneByOne& turn : turns) {
      of_event.push_back(i < turn.micros.size() ? turn.micros[i] : kSecondsMax * 1e6);
    }
    own.push_back(median(of_event));
  }
  const auto quantile = [](std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<size_t>(static_cast<double>(values.size() - 1) * share)];
  };
  const bool reached =
      own.size() == events && quantile(own, 0.9999) < 20 && moved <= size_t{256} << 10;
  print_row({fmt::format("one user with {} events inside every window", events),
             "99.99% under 20 us, none moves more than 256 KiB",
             fmt::format("{:.1f} us, {} KiB", quantile(own, 0.9999), moved >> 10), reached,
             fmt::format("of each event the median of {} turns, so that interrupts are left out "
                         "(with them {:.1f} us); median {:.2f} us, 99.9% {:.2f} us, longest {:.0f} "
                         "us; the largest block asked for; {} KiB of state after {} events, where "
                         "it was stopped or done",
                         turns.size(), quantile(turns[0].micros, 0.9999), quantile(own, 0.5),
                         quantile(own, 0.999), quantile(own, 1), turns.back().state_bytes >> 10,
                         own.size())});
}

}  // namespace segue::bench
