// How an engine goes over to another program.
#include "runtime/engine/deploy.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/base/hash.h"
#include "runtime/engine/engine.h"

namespace segue {
namespace {

// What one call gives out of what was held back: some milliseconds.
constexpr size_t kHeldAStep = 32'768;
constexpr size_t kGivenAtOnce = 1024;

using image::kNone;

/// Segments of both by name.
void match_segments(const image::View& from, const image::View& to, Deploy& deploy) {
  std::unordered_map<std::string_view, uint32_t> names;
  for (uint32_t i = 0; i < from.segments.size(); ++i) {
    names.emplace(from.text(from.segments[i].name), i);
  }
  std::vector<bool> stays(from.segments.size());
  for (const image::SegmentRow& row : to.segments) {
    const auto found = names.find(to.text(row.name));
    const uint32_t old_row = found == names.end() ? kNone : found->second;
    if (old_row != kNone) stays[old_row] = true;
    deploy.segments.push_back({to.nodes[row.node].place, old_row});
  }
  for (uint32_t i = 0; i < from.segments.size(); ++i) {
    if (!stays[i]) deploy.removed.push_back(i);
  }
}

/// Which segments warm after `settled`; null if none does.
std::shared_ptr<const Warming> warming_of(const image::View& view,
                                          const std::vector<cells::Began>& began, Instant settled) {
  const cells::Known known = cells::known_from(view, began);
  auto warming = std::make_shared<Warming>();
  for (uint32_t row = 0; row < view.segments.size(); ++row) {
    const uint32_t node = view.segments[row].node;
    Warming::OfSegment& segment = warming->segments.emplace_back();
    segment.until = {known.nodes[node]};
    segment.since = {known.began[node]};
    if (segment.until <= settled) continue;
    segment.slot = static_cast<uint32_t>(warming->rows.size());
    warming->rows.push_back(row);
    if (segment.until != kNever) warming->ends.push_back(segment.until);
  }
  if (warming->rows.empty()) return nullptr;
  std::sort(warming->ends.begin(), warming->ends.end());
  return warming;
}

/// Events decoded for one program, as another would have them, as far as the one read them.
class Converter {
 public:
  Converter(const InputSchema& from, const InputSchema& to, Arena& arena)
      : from_(from), to_(to), arena_(arena) {}

  Event convert(const Event& event) {
    Event converted = event;
    if (event.kind != kIdentifyKind) converted.kind = to_.kind_of(event.name);
    const std::vector<int>& places = places_of(event.kind, converted.kind);
    const std::span<Value> values = arena_.make<Value>(places.size());
    for (size_t i = 0; i < places.size(); ++i) {
      if (places[i] >= 0) {
        values[i] = event.slots[static_cast<size_t>(places[i])];
      } else {
        // A trait that was not read counts as not named.
        const bool is_trait = to_.slots[to_.kinds[converted.kind.index].slots[i]].is_trait;
        values[i].tag = is_trait ? ValueTag::kAbsent : ValueTag::kMissing;
      }
    }
    converted.slots = values;
    return converted;
  }

 private:
  /// Where the values of one kind's events stand in those of the other's; -1: nowhere.
  const std::vector<int>& places_of(KindId from, KindId to) {
    const auto [found, added] = places_.try_emplace({from.index, to.index});
    if (!added) return found->second;
    const std::vector<uint32_t>& old_slots = from_.kinds[from.index].slots;
    for (const uint32_t slot : to_.kinds[to.index].slots) {
      const auto same = std::find_if(old_slots.begin(), old_slots.end(), [&](uint32_t old_slot) {
        return from_.slots[old_slot] == to_.slots[slot];
      });
      found->second.push_back(same == old_slots.end() ? -1
                                                      : static_cast<int>(same - old_slots.begin()));
    }
    return found->second;
  }

  const InputSchema& from_;
  const InputSchema& to_;
  Arena& arena_;
  std::map<std::pair<uint32_t, uint32_t>, std::vector<int>> places_;
};

/// Of segments: how many wait shorter than they would.
uint32_t sooner(const Warming* before, const Warming* now) {
  if (before == nullptr) return 0;
  uint32_t count = 0;
  for (const uint32_t row : before->rows) {
    const bool waits = now != nullptr && now->segments[row].slot != kNone;
    if (!waits || now->segments[row].until < before->segments[row].until) ++count;
  }
  return count;
}

}  // namespace

Status Engine::deploy(std::shared_ptr<const Program> next, const DeployOptions& options) {
  if (next->image().identity() == program_->image().identity()) return trouble();
  return deploy_with(std::move(next), options, nullptr);
}

Status Engine::deploy_filled(std::unique_ptr<Engine> past, const DeployOptions& options) {
  if (past->program().image().identity() == program_->image().identity()) return trouble();
  return deploy_with(past->program_, options, past.get());
}

std::unique_ptr<Engine> Engine::begin_past(std::shared_ptr<const Program> next, Instant since,
                                           EngineListener& listener) const {
  EngineOptions options = options_;
  options.state_bytes_max = 0;
  auto past = std::make_unique<Engine>(std::move(next), options, listener);
  past->past_since_ = since;
  if (since == kLongAgo) return past;
  // What is dated up to then may be there in part, and counts for nothing.
  past->watermark_.restore(since, since + Duration{1});
  // Whatever joined them, before it begins or later: they are one user's.
  for (const auto& [alias, user] : aliases_.all()) past->aliases_.join(alias, user);
  return past;
}

Status Engine::deploy_with(std::shared_ptr<const Program> next, const DeployOptions& options,
                           Engine* past) {
  release(watermark_.passed());  // as if nothing had been held back for threads
  finish_deploy();
  SEGUE_TRY_STATUS(trouble());
  const image::View& from = program_->view();
  const image::View& to = next->view();
  auto deploy = std::make_shared<Deploy>();
  deploy->from = program_;
  deploy->to = next;
  deploy->plan = cells::plan_carry(from, to);
  deploy->at = last_settled();
  match_segments(from, to, *deploy);
  // New cells have not seen what waits for the watermark as it is.
  const Instant seen = std::max(watermark_.newest(), last_settled());
  began_ = cells::began_after(deploy->plan, from, began_, to, seen.ms, options.history_starts_now);
  deploy->old_warming = warming_;
  const auto unfilled = warming_of(to, began_, last_settled());
  if (past != nullptr) fill_from(*past, options, *deploy);
  deploy->warming = warming_of(to, began_, last_settled());
  last_deploy_ = {sooner(unfilled.get(), deploy->warming.get()), 0, 0};
  if (deploy->warming) {
    const auto timed = static_cast<uint32_t>(deploy->warming->ends.size());
    last_deploy_.warming = timed;
    last_deploy_.warming_for_ever = static_cast<uint32_t>(deploy->warming->rows.size()) - timed;
  }
  convert_waiting(*next, past);
  // All that was told of the deploys before has been given out.
  deploy_mark_ = next_deploy_mark(deploy_mark_, next->image().identity());
  go_over(std::move(deploy), past);
  return trouble();
}

/// What the cells know then.
void Engine::fill_from(Engine& past, const DeployOptions& options, Deploy& deploy) {
  past.release(past.watermark_.passed());
  Instant since = past.past_since_;
  // Before that a copy may have come of what was before it.
  if (since != kLongAgo && options_.dedupe) since = since + *options_.dedupe;
  deploy.fill = cells::plan_fill(deploy.to->view(), since.ms, deploy.at.ms,
                                 options.history_starts_now, began_);
}

void Engine::begin_with(std::shared_ptr<const Program> program) {
  SEGUE_CHECK(settled_ == kLongAgo && stats().users == 0, "there was no input yet");
  auto deploy = std::make_shared<Deploy>();
  deploy->from = program_;
  deploy->to = std::move(program);
  deploy->at = last_settled();
  match_segments(deploy->from->view(), deploy->to->view(), *deploy);
  began_.assign(deploy->to->view().cells.size(), {});
  go_over(std::move(deploy));
}

void Engine::go_over(std::shared_ptr<const Deploy> deploy, Engine* past) {
  deploy_ = std::move(deploy);
  program_ = deploy_->to;
  warming_ = deploy_->warming;
  const size_t rows = program_->view().segments.size() + deploy_->removed.size();
  std::vector<std::string_view> names;
  for (uint32_t row = 0; row < rows; ++row) names.push_back(segment_name(row));
  segment_ranks_ = ranks_of(names);
  for (size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->begin_deploy(deploy_, segment_ranks_,
                             past != nullptr ? past->shards_[i]->let_users_go() : nullptr);
  }
}

std::string_view Engine::segment_name(uint32_t row) const {
  const image::View& view = program_->view();
  if (row < view.segments.size()) return view.text(view.segments[row].name);
  const image::View& from = deploy_->from->view();
  return from.text(from.segments[deploy_->removed[row - view.segments.size()]].name);
}

/// Of a past what came after it began is taken as it was read there.
void Engine::convert_waiting(const Program& next, Engine* past) {
  if (reorder_.waiting() == 0) return;
  // Values and texts stay where they are.
  auto old = std::make_shared<ReorderBuffer>(std::move(reorder_));
  reorder_ = ReorderBuffer();
  EventBatch batch;
  batch.owners.push_back(old);
  Converter converter(program_->schema(), next.schema(), *batch.arena);
  old->for_each([&](const Arrival& arrival) {
    if (past != nullptr && (arrival.at > past->past_since_)) return;
    batch.events.push_back(converter.convert(*arrival.event));
    batch.user_hashes.push_back(arrival.hash);
  });
  if (past != nullptr) {
    auto read = std::make_shared<ReorderBuffer>(std::move(past->reorder_));
    batch.owners.push_back(read);
    read->for_each([&](const Arrival& arrival) {
      batch.events.push_back(*arrival.event);
      batch.user_hashes.push_back(arrival.hash);
    });
  }
  const EventBatch& held = reorder_.hold(std::move(batch));
  for (size_t i = 0; i < held.events.size(); ++i) {
    reorder_.add(held.events[i], held.user_hashes[i]);
  }
}

bool Engine::carries() const {
  return std::any_of(shards_.begin(), shards_.end(),
                     [](const auto& shard) { return shard->is_carrying(); });
}

Instant Engine::next_warm_end() const {
  if (!warming_) return kNever - Duration{1};
  const auto next = std::lower_bound(warming_->ends.begin(), warming_->ends.end(), settled_);
  return next == warming_->ends.end() ? kNever - Duration{1} : *next;
}

/// A step, after a call that took something in.
void Engine::carry_on() {
  if (carries()) {
    held_.begin_run();
    workers_.run(
        [&](uint32_t part) { shards_[part]->carry_some(options_.carried_bytes_a_call, settled_); });
    if (is_stopped()) return;
    give_updates();
    give_changes();
    erase_left();  // if nobody had anything to tell
  } else if (!held_.empty() && !is_stopped()) {
    give_held(kHeldAStep);
  }
}

void Engine::finish_deploy() {
  while (carries() && !is_stopped()) carry_on();
  if (!is_stopped()) give_held(SIZE_MAX);
}

void Engine::give_held(size_t limit) {
  while (!held_.empty() && limit > 0) {
    const std::span<const Change> changes = held_.take(std::min(limit, kGivenAtOnce));
    limit -= std::min(limit, changes.size());
    stats_.changes += changes.size();
    listener_.on_changes(changes);
  }
  erase_left();
}

}  // namespace segue
