// What an engine keeps beside its users' states, as bytes and back: docs/formats/state.md.
#include "runtime/engine/snapshot.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"
#include "runtime/engine/engine.h"

namespace segue {
namespace {

constexpr uint32_t kVersion = 2;
constexpr size_t kCounts = 7;
constexpr int kValueDepthMax = 8;

Error corrupt(const char* what) {
  return {Errc::kCorrupt, std::string("the engine's state is damaged: ") + what};
}

Error of_version(uint32_t version) {
  return {Errc::kUnsupported,
          "an engine's state of version " + std::to_string(version) + ": this build reads " +
              std::to_string(kVersion) +
              "; go on with the version that wrote it, or begin anew from the events"};
}

/// Whether time was ever there, so that what is added to it does not overflow.
bool is_reached(Instant at) { return at >= kLongAgo && at.ms <= kNever.ms / 4; }

/// What `Engine::save_knowledge` puts.
struct Knowledge {
  uint64_t deploy_mark = 0;
  std::vector<cells::Began> began;
  std::vector<SavedWarming> warming;  // by row, ascending
};

bool take_knowledge(ByteReader& in, Knowledge& knowledge) {
  constexpr size_t kBeganBytes = 13;
  uint32_t count = 0;
  if (!in.take(knowledge.deploy_mark) || !in.take(count)) return false;
  if (count > in.left() / kBeganBytes) return false;
  knowledge.began.resize(count);
  for (cells::Began& cell : knowledge.began) {
    uint8_t flag = 0;
    const bool is_whole = in.take(cell.since_ms) && in.take(cell.newest) && in.take(flag);
    if (!is_whole || flag > 1 || !is_reached({cell.since_ms})) return false;
    cell.history_starts_now = flag != 0;
  }
  if (!in.take(count)) return false;
  for (; count > 0; --count) {
    SavedWarming saved;
    if (!in.take(saved.row) || !in.take(saved.since.ms) || !in.take(saved.until.ms)) return false;
    if (!knowledge.warming.empty() && saved.row <= knowledge.warming.back().row) return false;
    knowledge.warming.push_back(saved);
  }
  return true;
}

// ---- events that wait ---------------------------------------------------------------------------

void put_value(std::string& out, const Value& value) {
  put(out, static_cast<uint8_t>(value.tag));
  put(out, value.number);
  put_text(out, value.text);
  put(out, static_cast<uint32_t>(value.items.size()));
  for (const Value& item : value.items) put_value(out, item);
}

void put_event(std::string& out, const Arrival& arrival) {
  const Event& event = *arrival.event;
  put(out, event.at.ms);
  put(out, event.kind.index);
  put_text(out, event.user);
  put_text(out, event.name);
  put_text(out, event.tie);
  put(out, static_cast<uint8_t>(event.has_message_id));
  put(out, static_cast<uint32_t>(event.slots.size()));
  for (const Value& value : event.slots) put_value(out, value);
}

bool take_text(ByteReader& in, Arena& arena, std::string_view& text) {
  if (!in.take_text(text)) return false;
  text = arena.copy(text);
  return true;
}

bool take_values(ByteReader& in, Arena& arena, std::span<const Value>& values, int depth);

bool take_value(ByteReader& in, Arena& arena, Value& value, int depth) {
  uint8_t tag = 0;
  if (!in.take(tag) || tag > static_cast<uint8_t>(ValueTag::kRecord)) return false;
  value.tag = static_cast<ValueTag>(tag);
  return in.take(value.number) && take_text(in, arena, value.text) &&
         take_values(in, arena, value.items, depth + 1);
}

bool take_values(ByteReader& in, Arena& arena, std::span<const Value>& values, int depth) {
  uint32_t count = 0;
  if (!in.take(count) || count > in.left() || (count > 0 && depth > kValueDepthMax)) return false;
  const std::span<Value> made = arena.make<Value>(count);
  for (Value& value : made) {
    if (!take_value(in, arena, value, depth)) return false;
  }
  values = made;
  return true;
}

void put_call(std::string& out, const IdentityCall& call) {
  put(out, call.at.ms);
  put(out, static_cast<uint8_t>(call.kind));
  put_text(out, call.previous);
  put_text(out, call.user);
}

bool take_call(ByteReader& in, IdentityCall& call) {
  uint8_t kind = 0;
  std::string_view previous, user;
  if (!in.take(call.at.ms) || !in.take(kind) || kind > 1) return false;
  if (!in.take_text(previous) || !in.take_text(user)) return false;
  call.kind = static_cast<IdentityCall::Kind>(kind);
  call.previous = previous;
  call.user = user;
  return true;
}

bool take_event(ByteReader& in, const image::View& view, Arena& arena, Event& event) {
  uint8_t has_message_id = 0;
  const bool whole = in.take(event.at.ms) && in.take(event.kind.index) &&
                     take_text(in, arena, event.user) && take_text(in, arena, event.name) &&
                     take_text(in, arena, event.tie) && in.take(has_message_id) &&
                     take_values(in, arena, event.slots, 0);
  event.has_message_id = has_message_id != 0;
  return whole && event.kind.index < view.kinds.size() &&
         event.slots.size() == view.kinds[event.kind.index].slots.count;
}

}  // namespace

// ---- a shard ------------------------------------------------------------------------------------

void Shard::save_users(const UserSink& give, bool changed_only) {
  const auto give_one = [&](uint32_t number) {
    const Blob blob = users_.blob(number);
    if (blob.empty()) return;
    const std::vector<uint64_t> staying = staying_of(number);
    if (staying.empty()) return give(users_.id(number), blob.bytes());
    // Behind the state.
    std::vector<std::byte> bytes(blob.bytes().begin(), blob.bytes().end());
    const auto words = std::as_bytes(std::span(staying));
    bytes.insert(bytes.end(), words.begin(), words.end());
    give(users_.id(number), bytes);
  };
  if (changed_only) {
    // A number may be another user's since.
    for (const std::string& id : removed_) give(id, {});
    // Those who came together lie together where cold states are.
    if (users_.residents() != nullptr) std::sort(changed_.begin(), changed_.end());
    for (const uint32_t number : changed_) give_one(number);
  } else {
    for (uint32_t number = 0; number < users_.size(); ++number) give_one(number);
  }
  changed_.clear();
  removed_.clear();
  std::fill(is_changed_.begin(), is_changed_.end(), false);
}

/// The slots of warming segments that the user stays in, as bits; empty if there is none.
std::vector<uint64_t> Shard::staying_of(uint32_t number) const {
  std::vector<uint64_t> words;
  const size_t slots = warming_ ? warming_->rows.size() : 0;
  for (uint32_t slot = 0; slot < slots; ++slot) {
    if (!staying_.get(number, slot)) continue;
    words.resize((slots + 63) / 64);
    words[slot / 64] |= uint64_t{1} << (slot % 64);
  }
  return words;
}

void Shard::restore_warming(std::shared_ptr<const Warming> warming) {
  warming_ = std::move(warming);
  staying_ = StayingMembers(warming_ ? warming_->rows.size() : 0);
}

void Shard::restore_user(const UserHash& hash, std::string_view id,
                         std::span<const std::byte> state, std::span<const std::byte> staying,
                         Instant at, bool count) {
  const uint32_t number = users_.find_or_add(hash, id);
  users_.restore(number, state);
  for (uint32_t slot = 0; slot < 8 * staying.size(); ++slot) {
    if ((std::to_integer<unsigned>(staying[slot / 8]) >> (slot % 8) & 1) != 0) {
      staying_.set(number, slot, true);
    }
  }
  const Blob blob = users_.blob(number);
  set_wake(number, next_deadline(blob));
  if (!count) return;
  for (uint32_t segment = 0; segment < member_counts_.size(); ++segment) {
    member_counts_[segment] += is_member(number, segment, at) ? 1 : 0;
  }
}

// ---- the engine ---------------------------------------------------------------------------------

void Engine::track_changed_users() {
  for (const auto& shard : shards_) shard->track_changed();
}

std::string Engine::save(const UserSink& give, bool changed_only) {
  finish_deploy();
  const EngineStats counted = stats();
  std::string out;
  put(out, kVersion);
  put(out, program_->image().identity());
  put(out, watermark_.newest().ms);
  put(out, watermark_.floor().ms);
  put(out, settled_.ms);
  for (const uint64_t count : {counted.events, counted.duplicates, counted.late, counted.capped,
                               counted.changes, counted.merged, counted.deleted}) {
    put(out, count);
  }
  put(out, static_cast<uint32_t>(shards_.size()));
  put(out, static_cast<uint32_t>(program_->view().segments.size()));
  for (const auto& shard : shards_) put_all(out, shard->member_counts());
  save_knowledge(out);
  std::vector<DedupeWindow::Kept> remembered;
  for (const auto& shard : shards_) shard->save_remembered(remembered);
  std::sort(remembered.begin(), remembered.end(),
            [](const auto& a, const auto& b) { return a.at < b.at; });
  put(out, static_cast<uint64_t>(remembered.size()));
  put_all(out, std::span<const DedupeWindow::Kept>(remembered));
  put(out, static_cast<uint64_t>(reorder_.waiting()));
  reorder_.for_each([&](const Arrival& arrival) { put_event(out, arrival); });
  put(out, static_cast<uint64_t>(calls_.waiting().size()));
  for (const IdentityCall& call : calls_.waiting()) put_call(out, call);
  put(out, static_cast<uint64_t>(aliases_.all().size()));
  for (const auto& [alias, user] : aliases_.all()) {
    put_text(out, alias);
    put_text(out, user);
  }
  for (const auto& shard : shards_) shard->save_users(give, changed_only);
  return out;
}

/// Which deploys there were, from when on cells know, and which segments warm.
void Engine::save_knowledge(std::string& out) const {
  put(out, deploy_mark_);
  put(out, static_cast<uint32_t>(began_.size()));
  for (const cells::Began& cell : began_) {
    put(out, cell.since_ms);
    put(out, cell.newest);
    put(out, static_cast<uint8_t>(cell.history_starts_now));
  }
  put(out, static_cast<uint32_t>(warming_ ? warming_->rows.size() : 0));
  if (!warming_) return;
  for (const uint32_t row : warming_->rows) {
    put(out, row);
    put(out, warming_->segments[row].since.ms);
    put(out, warming_->segments[row].until.ms);
  }
}

bool Engine::restore_knowledge(ByteReader& in) {
  Knowledge knowledge;
  if (!take_knowledge(in, knowledge) || knowledge.began.size() != began_.size()) return false;
  deploy_mark_ = knowledge.deploy_mark;
  began_ = std::move(knowledge.began);
  if (knowledge.warming.empty()) return true;
  auto warming = std::make_shared<Warming>();
  warming->segments.resize(program_->view().segments.size());
  for (const SavedWarming& saved : knowledge.warming) {
    if (saved.row >= warming->segments.size()) return false;
    warming->segments[saved.row] = {saved.since, saved.until,
                                    static_cast<uint32_t>(warming->rows.size())};
    warming->rows.push_back(saved.row);
    if (saved.until != kNever) warming->ends.push_back(saved.until);
  }
  std::sort(warming->ends.begin(), warming->ends.end());
  warming_ = std::move(warming);
  for (const auto& shard : shards_) shard->restore_warming(warming_);
  return true;
}

Result<std::vector<SavedWarming>> warming_in(std::string_view rest) {
  ByteReader in(rest);
  uint32_t version = 0;
  Instant settled;
  uint32_t shards = 0;
  uint32_t segments = 0;
  std::string_view skipped;
  if (!in.take(version)) return corrupt("too short");
  if (version != kVersion) return of_version(version);
  // The program, the watermark's instants; then what is counted.
  constexpr uint64_t kWord = sizeof(uint64_t);
  const bool has_counts = in.take_bytes(3 * kWord, skipped) && in.take(settled.ms) &&
                          in.take_bytes(kCounts * kWord, skipped) && in.take(shards) &&
                          in.take(segments) && uint64_t{shards} * segments <= in.left() / kWord &&
                          in.take_bytes(uint64_t{shards} * segments * kWord, skipped);
  if (!has_counts) return corrupt("its counts");
  Knowledge knowledge;
  if (!take_knowledge(in, knowledge)) return corrupt("from when on its cells know");
  // As of the instant before it all is settled.
  std::erase_if(knowledge.warming,
                [&](const SavedWarming& saved) { return saved.until < settled; });
  return std::move(knowledge.warming);
}

Status Engine::restore(std::string_view bytes) {
  ByteReader in(bytes);
  uint32_t version = 0;
  uint64_t identity = 0;
  if (!in.take(version)) return corrupt("too short");
  if (version != kVersion) return of_version(version);
  if (!in.take(identity) || identity != program_->image().identity()) {
    return Error{Errc::kInvalid, "the engine's state is of another program"};
  }
  Instant newest, floor;
  if (!in.take(newest.ms) || !in.take(floor.ms) || !in.take(settled_.ms) || !is_reached(newest) ||
      !is_reached(floor) || !is_reached(settled_)) {
    return corrupt("its time");
  }
  watermark_.restore(newest, floor);
  for (uint64_t* count : {&stats_.events, &stats_.duplicates, &stats_.late, &stats_.capped,
                          &stats_.changes, &stats_.merged, &stats_.deleted}) {
    if (!in.take(*count)) return corrupt("its counts");
  }
  for (const auto& shard : shards_) shard->move_time_to(settled_);
  if (!restore_counts(in)) return corrupt("its counts of members");
  if (!restore_knowledge(in)) return corrupt("from when on its cells know");
  if (!restore_remembered(in)) return corrupt("its message ids");
  if (!restore_waiting(in)) return corrupt("events that wait");
  return restore_identity(in) && in.done() ? Status() : Status(corrupt("who is who"));
}

bool Engine::restore_identity(ByteReader& in) {
  uint64_t count = 0;
  if (!in.take(count)) return false;
  for (; count > 0; --count) {
    IdentityCall call;
    if (!take_call(in, call) || call.at < settled_ || !is_reached(call.at)) return false;
    calls_.add(std::move(call));
  }
  if (!in.take(count)) return false;
  for (; count > 0; --count) {
    std::string_view alias, user;
    if (!in.take_text(alias) || !in.take_text(user)) return false;
    aliases_.join(alias, user);
  }
  return true;
}

/// Each shard's own, if there are as many as there were; else they are counted again.
bool Engine::restore_counts(ByteReader& in) {
  uint32_t shards = 0;
  uint32_t segments = 0;
  if (!in.take(shards) || !in.take(segments) || segments != program_->view().segments.size() ||
      shards > in.left()) {
    return false;
  }
  counts_members_ = shards != shards_.size();
  std::vector<int64_t> counts(segments);
  for (uint32_t i = 0; i < shards; ++i) {
    for (int64_t& count : counts) {
      if (!in.take(count)) return false;
    }
    if (!counts_members_) shards_[i]->restore_member_counts(counts);
  }
  return true;
}

bool Engine::restore_remembered(ByteReader& in) {
  uint64_t count = 0;
  if (!in.take(count)) return false;
  for (; count > 0; --count) {
    DedupeWindow::Kept kept;
    if (!in.take(kept) || !is_reached(kept.at)) return false;
    shards_[shard_of(kept.user, static_cast<uint32_t>(shards_.size()))]->remember(kept);
  }
  return true;
}

bool Engine::restore_waiting(ByteReader& in) {
  uint64_t count = 0;
  constexpr size_t kEventBytesMin = 24;
  if (!in.take(count) || count > in.left() / kEventBytesMin) return false;
  EventBatch batch;
  batch.events.resize(count);
  for (Event& event : batch.events) {
    if (!take_event(in, program_->view(), *batch.arena, event)) return false;
    if (event.at < settled_ || !is_reached(event.at)) return false;
  }
  const EventBatch& held = reorder_.hold(std::move(batch));
  for (const Event& event : held.events) reorder_.add(event, hash_user(event.user));
  return true;
}

Status Engine::restore_user(std::string_view id, std::span<const std::byte> state) {
  // States are looked at where they are aligned.
  aligned_.resize((state.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
  std::memcpy(aligned_.data(), state.data(), state.size());
  std::span<const std::byte> bytes = std::as_bytes(std::span(aligned_)).first(state.size());
  // Behind it the warming segments that the user stays in, if there are any.
  uint32_t state_bytes = 0;
  if (warming_ && bytes.size() > sizeof(BlobHeader)) {
    std::memcpy(&state_bytes, bytes.data(), sizeof state_bytes);
  }
  const size_t words = warming_ ? (warming_->rows.size() + 63) / 64 : 0;
  std::span<const std::byte> staying;
  if (words != 0 && bytes.size() == size_t{state_bytes} + words * sizeof(uint64_t)) {
    staying = bytes.subspan(state_bytes);
    bytes = bytes.first(state_bytes);
  }
  SEGUE_TRY_STATUS(program_->check_state(bytes));
  const UserHash hash = hash_user(id);
  shards_[shard_of(hash.stable, static_cast<uint32_t>(shards_.size()))]->restore_user(
      hash, id, bytes, staying, last_settled(), counts_members_);
  return {};
}

}  // namespace segue
