// own_state SOCKET: states kept in Redis, rules that `seg build` compiled into this program.
#include <shop.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "segue/blob.h"
#include "segue/build.h"
#include "store.h"

namespace {

void require(const segue::Outcome& outcome) {
  if (outcome.ok()) return;
  std::fprintf(stderr, "segue: %s\n", outcome.message().c_str());
  std::exit(2);
}

/// Nothing but this service's own work on a state: take it out, change it, put it back.
class Service {
 public:
  Service(const segue::CompiledProgram& program, Store& store) : program_(program), store_(store) {}

  /// All that time alone changes up to and at `through`, by the deadlines of the states.
  void run_clock(segue::TimePoint through) {
    const int64_t through_ms = through.time_since_epoch().count();
    for (std::string user = store_.due(through_ms); !user.empty(); user = store_.due(through_ms)) {
      change(user, [&](segue::StateBlob& state, auto& changes) {
        // To its own deadline, so that changes of several users come in the order of time.
        return segue::advance(program_, state, user, *segue::next_deadline(state), changes);
      });
    }
  }

  void take(const segue::UserEvent& event) {
    run_clock(event.at - segue::Milliseconds(1));
    change(event.user, [&](segue::StateBlob& state, auto& changes) {
      return segue::apply(program_, state, {&event, 1}, changes);
    });
  }

 private:
  template <class Work>
  void change(const std::string& user, const Work& work) {
    segue::StateBlob state;
    require(segue::open_blob(program_, store_.state(user), state));
    std::vector<segue::StateChange> changes;
    require(work(state, changes));
    std::vector<std::byte> sealed;
    state.seal(sealed);
    std::optional<int64_t> deadline;
    if (const auto next = segue::next_deadline(state)) deadline = next->time_since_epoch().count();
    store_.keep(user, sealed, deadline);
    for (const segue::StateChange& change : changes) {
      std::printf("%s %s %s %s\n", segue::format_time(change.at).c_str(), user.c_str(),
                  change.entered ? "enters" : "leaves",
                  program_.segments()[change.segment].name.c_str());
    }
  }

  const segue::CompiledProgram& program_;
  Store& store_;
};

/// What happens in the shop.
segue::UserEvent page(const char* user, segue::TimePoint at, const char* path) {
  return {
      .user = user, .name = "Page Viewed", .at = at, .properties = {{"path", std::string(path)}}};
}

segue::UserEvent order(const char* user, segue::TimePoint at, double revenue) {
  return {.user = user, .name = "Order Completed", .at = at, .properties = {{"revenue", revenue}}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::shared_ptr<const segue::CompiledProgram> program;
  require(segue::open_built(shop, program));
  Store store(argv[1]);
  Service service(*program, store);

  const segue::TimePoint june =
      segue::TimePoint(std::chrono::sys_days(std::chrono::year(2025) / std::chrono::June / 1));
  const auto at = [&](int day, int hour, int minute) {
    return june + std::chrono::days(day - 1) + std::chrono::hours(hour) +
           std::chrono::minutes(minute);
  };
  service.take(page("ann", at(1, 9, 0), "/pricing"));
  service.take(order("bob", at(1, 10, 0), 60));
  service.take(page("ann", at(2, 9, 30), "/pricing"));
  service.take(order("bob", at(3, 11, 0), 45.5));
  service.take(page("cat", at(3, 12, 0), "/"));
  service.run_clock(at(33, 12, 0));

  segue::StateBlob bob;
  require(segue::open_blob(*program, store.state("bob"), bob));
  const bool spends = *segue::membership(*program, bob, shop_segment_big_spender);
  std::fprintf(stderr, "bob is %s big spender by now\n", spends ? "a" : "no");
  return 0;
}
