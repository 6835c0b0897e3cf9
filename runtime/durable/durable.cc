#include "runtime/durable/durable.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"
#include "runtime/durable/folder.h"
#include "runtime/durable/records.h"
#include "runtime/durable/segment_users.h"

namespace segue::durable {
namespace {

using Clock = std::chrono::steady_clock;

/// Input waits for a checkpoint being written when another is due by so much.
constexpr uint64_t kOverdue = 4;

/// Of batches that are not in the log yet; some dozens.
constexpr size_t kAheadBytesMax = size_t{16} << 20;

int64_t machine_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string_view chars(std::span<const std::byte> bytes) {
  // SAFETY: any object may be looked at as chars.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Nothing is made or removed in a folder that is something else's.
Status check_ours(const DurableOptions& options) {
  SEGUE_TRY(const auto names, options.files->list(options.folder));
  const auto has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (names.empty() || has("checkpoint") || has("LOCK")) return {};
  return Error{Errc::kInvalid,
               fmt::format("`{}` is not empty, and holds no engine's state", options.folder)};
}

/// The log's first segment is there before the first image, and one is from then on: where there is
/// none, it was taken away. Looked at before anything is made.
Status check_log_of_programs(const DurableOptions& options) {
  SEGUE_TRY(const auto names, options.files->list(options.folder));
  const auto has = [&](std::string_view name) {
    return std::binary_search(names.begin(), names.end(), name);
  };
  if (!has("programs")) return {};
  SEGUE_TRY(const auto images, options.files->list(programs_folder(options.folder)));
  if (images.empty()) return {};
  std::vector<std::string> segments;
  if (has("log")) {
    SEGUE_TRY(segments, list_segments(*options.files, log_folder(options.folder)));
  }
  if (!segments.empty()) return {};
  return Error{
      Errc::kCorrupt,
      fmt::format("`{}` has {}", options.folder,
                  has("checkpoint") ? "a checkpoint, but its log is gone"
                                    : "programs, but their log and their checkpoint are gone")};
}

/// Changes that a call made are for the sink to take when it ends.
class EndOfCall {
 public:
  explicit EndOfCall(Outbox& outbox) : outbox_(outbox) {}
  EndOfCall(const EndOfCall&) = delete;
  EndOfCall& operator=(const EndOfCall&) = delete;
  ~EndOfCall() { outbox_.hand_over(); }

 private:
  Outbox& outbox_;
};

}  // namespace

Durable::Durable(const DurableOptions& options, std::shared_ptr<const Program> program,
                 Engine& engine, DurableHost& host)
    : options_(options),
      given_(program),
      program_(std::move(program)),
      engine_(engine),
      host_(host),
      programs_(*options.files, programs_folder(options.folder)),
      decoder_(program_->schema()),
      kept_log_(options.keep_log),
      lateness_(engine.watermark()),
      outbox_(host, options.outbox),
      ahead_([this](const InputBatch& input) { return write_batch(input); }, commit_of(options)) {}

/// Of a policy that makes each batch wait for the disk.
LogAhead::Commit Durable::commit_of(const DurableOptions& options) {
  if (options.sync.when != SyncPolicy::When::kAlways) return {};
  return [this] { return log_->commit(); };
}

Durable::~Durable() {
  if (writer_.joinable()) writer_.join();
  cold_.reset();
  std::error_code unknown;  // the next one to open looks again
  if (lock_) std::filesystem::remove_all(cold_folder(options_.folder), unknown);
}

// ---- opening ------------------------------------------------------------------------------------

Result<std::unique_ptr<Durable>> Durable::open(const DurableOptions& options,
                                               std::shared_ptr<const Program> program,
                                               Engine& engine, DurableHost& host) {
  const auto begun = Clock::now();
  std::unique_ptr<Durable> durable(new Durable(options, std::move(program), engine, host));
  SEGUE_TRY_STATUS(options.files->make_folder(options.folder));
  SEGUE_TRY_STATUS(check_ours(options));
  SEGUE_TRY(durable->lock_, Lock::take(options.folder + "/LOCK"));
  SEGUE_TRY_STATUS(check_log_of_programs(options));
  SEGUE_TRY_STATUS(options.files->make_folder(log_folder(options.folder)));
  SEGUE_TRY(durable->store_, options.opener(checkpoint_folder(options.folder), StoreMode::kWrite));
  SEGUE_TRY_STATUS(durable->open_cold_users());
  engine.track_changed_users();
  engine.note_forgotten();
  SEGUE_TRY_STATUS(durable->load());
  durable->report_.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  return durable;
}

/// What a process left there that had no time to clear up is nobody's.
Status Durable::open_cold_users() {
  std::error_code failure;
  std::filesystem::remove_all(cold_folder(options_.folder), failure);
  if (failure) {
    return Error{Errc::kUnreadable, fmt::format("cannot remove `{}`: {}",
                                                cold_folder(options_.folder), failure.message())};
  }
  const size_t memory = options_.memory_bytes;
  if (memory == 0) return {};
  SEGUE_TRY(cold_,
            options_.cold_opener(cold_folder(options_.folder), memory - state_bytes_of(memory)));
  engine_.keep_cold_in(*cold_);
  return {};
}

LogOptions Durable::log_options() const {
  LogOptions log;
  log.sync = options_.sync;
  log.program = manifest_.program;
  log.folder = folder_number_;
  log.segment_bytes = options_.segment_bytes;
  return log;
}

LogPart Durable::log_part() const {
  return {manifest_.next_record, UINT64_MAX, is_numbered_ ? folder_number_ : 0};
}

Status Durable::recover() {
  const EndOfCall end(outbox_);
  const auto begun = Clock::now();
  const auto take = [&](const Record& record) { return replay(record); };
  SEGUE_TRY(const LogReading reading,
            read_log(*options_.files, log_folder(options_.folder), log_part(), true, take));
  report_.records = reading.records;
  report_.cut_file = reading.cut_file;
  report_.cut_bytes = reading.cut_bytes;
  report_.users = engine_.stats().users;
  first_logged_ = reading.next;
  SEGUE_TRY(log_, LogWriter::open(*options_.files, log_folder(options_.folder), reading.next,
                                  log_options()));
  report_.seconds += std::chrono::duration<double>(Clock::now() - begun).count();
  // What was applied again may stand nowhere but in memory of the system, and is not to be applied
  // once more; users whose process ended before it had erased them are still there.
  if (reading.records > 0 || erases_) static_cast<void>(begin_checkpoint());
  return {};
}

Status Durable::replay(const Record& record) {
  ByteReader in(record.payload);
  switch (record.kind) {
    case RecordKind::kEvents:
    case RecordKind::kEventsAndRejects:
      return replay_events(record);
    case RecordKind::kAdvance: {
      if (!in.take(manifest_.advanced_ms)) break;
      if (manifest_.advanced_ms > kAdvanceMsMax) break;
      engine_.advance_to({manifest_.advanced_ms});
      return engine_.trouble();
    }
    case RecordKind::kInput:
      manifest_.inputs.push_back({std::string(record.payload), {}});
      return {};
    case RecordKind::kDeploy:
    case RecordKind::kFilledDeploy:
      return replay_deploy(record);
    case RecordKind::kKept:
      break;  // only what no start needs is
    default:
      return Error{Errc::kUnsupported,
                   fmt::format("record {} of the log is of a kind that this "
                               "build does not know ({})",
                               record.number, static_cast<uint32_t>(record.kind))};
  }
  return Error{Errc::kCorrupt, fmt::format("record {} of the log is damaged", record.number)};
}

Status Durable::replay_events(const Record& record) {
  const auto inputs = static_cast<uint32_t>(manifest_.inputs.size());
  SEGUE_TRY(EventBatch batch, take_events(record, *decoder_, inputs));
  note_taken(batch);
  report_.events += batch.events.size();
  host_.on_replay(batch);
  engine_.push(std::move(batch));
  return engine_.trouble();
}

// ---- input --------------------------------------------------------------------------------------

Result<uint32_t> Durable::input(const std::string& name) {
  SEGUE_TRY_STATUS(settle());
  for (uint32_t i = 1; i < manifest_.inputs.size(); ++i) {
    if (manifest_.inputs[i].name == name) return i;
  }
  SEGUE_TRY_STATUS(log_->append(RecordKind::kInput, name));
  manifest_.inputs.push_back({name, {}});
  return static_cast<uint32_t>(manifest_.inputs.size() - 1);
}

InputTaken Durable::taken(uint32_t input) const { return manifest_.inputs[input].taken; }

/// Origins and rejects name the log's inputs. Of each input's lines the last one counts.
void Durable::note_taken(const EventBatch& batch) {
  std::vector<const Origin*> last(manifest_.inputs.size());
  for (const Origin& origin : batch.origins) last[origin.file] = &origin;
  for (size_t i = 0; i < last.size(); ++i) {
    if (last[i] == nullptr) continue;
    InputTaken& taken = manifest_.inputs[i].taken;
    taken.lines = last[i]->line;
    taken.line_hash = hash64(last[i]->raw);
    std::erase_if(taken.future_lines, [&](uint64_t line) { return line <= taken.lines; });
  }
  for (const Reject& reject : batch.rejects) {
    InputTaken& taken = manifest_.inputs[reject.file].taken;
    taken.reject_lines = std::max(taken.reject_lines, reject.line);
    if (reject.kind == RejectKind::kFuture && reject.line > taken.lines) {
      taken.future_lines.push_back(reject.line);
    }
  }
}

Status Durable::write_batch(const InputBatch& input) {
  payload_.clear();
  const bool reject_lines = !options_.rejects.empty();
  const RecordKind kind = put_events(payload_, input.batch, input.inputs, reject_lines);
  return log_->write(kind, payload_);
}

/// What is in the log.
Status Durable::apply(InputBatch input) {
  SEGUE_TRY_STATUS(engine_.trouble());
  EventBatch places;
  places.origins = input.batch.origins;
  for (Origin& origin : places.origins) origin.file = input.inputs[origin.file];
  for (const Reject& reject : input.batch.rejects) {
    places.rejects.push_back({reject.kind, input.inputs[reject.file], reject.line, {}});
  }
  note_taken(places);
  host_.on_logged(input.batch);
  engine_.push(std::move(input.batch));
  return engine_.trouble();
}

/// What is in the log by now; or all that is on its way there.
Status Durable::apply_logged(bool all) {
  while (!ahead_.empty() && (all || ahead_.bytes_held() > kAheadBytesMax || ahead_.is_ready())) {
    SEGUE_TRY(InputBatch input, ahead_.take());
    SEGUE_TRY_STATUS(apply(std::move(input)));
  }
  return {};
}

Status Durable::push(EventBatch batch, std::span<const uint32_t> inputs) {
  const EndOfCall end(outbox_);
  SEGUE_TRY_STATUS(settle());
  if (batch.empty()) return {};
  SEGUE_TRY_STATUS(outbox_.await_room());
  SEGUE_TRY_STATUS(engine_.trouble());
  InputBatch input{std::move(batch), inputs};
  SEGUE_TRY_STATUS(write_batch(input));
  SEGUE_TRY_STATUS(log_->commit());
  SEGUE_TRY_STATUS(apply(std::move(input)));
  checkpoint_when_due();
  return {};
}

Status Durable::push_on(EventBatch batch, std::span<const uint32_t> inputs) {
  const EndOfCall end(outbox_);
  SEGUE_TRY_STATUS(apply_logged(false));
  // A checkpoint holds all that is in the log.
  if (is_checkpoint_due()) {
    SEGUE_TRY_STATUS(apply_logged(true));
    checkpoint_when_due();
  }
  SEGUE_TRY_STATUS(outbox_.await_room());
  SEGUE_TRY_STATUS(engine_.trouble());
  if (!batch.empty()) ahead_.add({std::move(batch), inputs});
  return {};
}

Status Durable::settle() {
  if (ahead_.empty()) return {};
  const EndOfCall end(outbox_);
  SEGUE_TRY_STATUS(apply_logged(true));
  checkpoint_when_due();
  return {};
}

Status Durable::advance_to(Instant through) {
  const EndOfCall end(outbox_);
  SEGUE_TRY_STATUS(settle());
  SEGUE_TRY_STATUS(engine_.trouble());
  if (through.ms <= manifest_.advanced_ms) return {};  // nothing would happen
  SEGUE_TRY_STATUS(outbox_.await_room());
  if (through.ms > kAdvanceMsMax) return Error{Errc::kInvalid, "no clock is moved on so far"};
  payload_.clear();
  put(payload_, through.ms);
  SEGUE_TRY_STATUS(log_->append(RecordKind::kAdvance, payload_));
  manifest_.advanced_ms = through.ms;
  engine_.advance_to(through);
  SEGUE_TRY_STATUS(engine_.trouble());
  checkpoint_when_due();
  return {};
}

Status Durable::finish(Instant until) {
  const EndOfCall end(outbox_);
  SEGUE_TRY_STATUS(settle());
  // As far as the engine goes, so that a recovery goes there too.
  const Instant newest = std::max(engine_.stats().newest, engine_.last_stop());
  SEGUE_TRY_STATUS(advance_to(std::max(newest, until)));
  engine_.finish(until);
  return engine_.trouble();
}

// ---- checkpoints --------------------------------------------------------------------------------

Result<std::unique_ptr<StoreBatch>> Durable::make_checkpoint() {
  engine_.finish_deploy();  // its changes are a part of it
  SEGUE_TRY_STATUS(engine_.trouble());
  if (!options_.rejects.empty()) {
    SEGUE_TRY_STATUS(host_.commit_rejects(manifest_.rejects_position, manifest_.rejects_mark));
  }
  auto batch = store_->batch(options_.batch_bytes, seal_of);
  std::string key;
  const auto give = [&](std::string_view id, std::span<const std::byte> state) {
    key.assign(1, kUserKey).append(id);
    if (state.empty()) {
      erases_ = true;
      return batch->remove(key);
    }
    batch->put_sealed(key, chars(state));
  };
  manifest_.engine = engine_.save(give, true);
  SEGUE_TRY_STATUS(engine_.trouble());  // a cold user may be what could not be read
  std::vector<ForgottenId> forgotten = engine_.take_forgotten();
  erases_ |= !forgotten.empty();  // also of one who had no state: the log may have lines
  save_outbox(*batch);
  manifest_.counts = host_.save_counts();
  manifest_.next_record = log_ ? log_->next() : 1;
  manifest_.written_ms = machine_ms();
  batch->put(kManifestKey, pack_manifest(manifest_));
  std::string number;
  put(number, folder_number_);
  batch->put(kFolderKey, number);
  kept_log_.pass(place());
  if (kept_log_.begin()) {
    batch->put(kKeptLogKey, kept_log_.pack());
    note_forgotten(forgotten_, std::move(forgotten));
  } else {
    if (notes_kept_log_) batch->remove(kKeptLogKey);
    forgotten_.clear();  // no line of theirs is left
  }
  notes_kept_log_ = kept_log_.begin().has_value();
  if (erases_) batch->put(kErasesKey, pack_forgotten(forgotten_));
  return batch;
}

/// What waits for the sink may name who was deleted: then files do, until it is taken.
void Durable::save_outbox(StoreBatch& batch) {
  const Outbox::Saved saved = outbox_.save(batch);
  manifest_.sink_position = saved.position;
  manifest_.sink_mark = saved.mark;
  manifest_.holds_changes = saved.first != saved.next;
  if (erases_) {
    named_until_ = manifest_.holds_changes ? saved.next : 0;
  } else if (named_until_ != 0 && saved.first >= named_until_) {
    named_until_ = 0;
    erases_ = true;
  }
}

/// One that fails is no failure of the input that made it due: it is tried again later; until then
/// the log is kept, and grows. `checkpoint` tells what is wrong. None while users are carried over:
/// it would wait for the last of them.
bool Durable::is_checkpoint_due() const {
  const uint64_t bytes = log_->bytes_written() - checkpoint_at_;
  if (bytes < options_.checkpoint_bytes) return false;
  const bool is_writing = writer_.joinable() && !is_written_.load(std::memory_order_acquire);
  if (is_writing && bytes / kOverdue < options_.checkpoint_bytes) return false;
  return !engine_.is_deploying();
}

void Durable::checkpoint_when_due() {
  if (!is_checkpoint_due()) return;
  checkpoint_at_ = log_->bytes_written();
  if (await_checkpoint().ok()) static_cast<void>(begin_checkpoint());
}

Status Durable::begin_checkpoint() {
  SEGUE_TRY(writing_, make_checkpoint());
  writing_next_ = manifest_.next_record;
  writing_program_ = manifest_.program;
  // What came before stands in segments then that can go as a whole. If not, the next time.
  writing_erases_ = erases_ && log_->cut().ok();
  erases_ = erases_ && !writing_erases_;
  writing_names_ = named_until_ != 0;
  writing_kept_ = kept_log_.begin();
  if (writing_erases_) writing_forgotten_ = std::exchange(forgotten_, {});
  is_written_ = false;
  writer_ = std::thread([this] {
    written_ = write_checkpoint();
    is_written_.store(true, std::memory_order_release);
  });
  return {};
}

Status Durable::write_checkpoint() {
  // A record that the machine loses before others that it does not is a hole in what is kept.
  if (writing_kept_) SEGUE_TRY_STATUS(log_->sync());
  SEGUE_TRY_STATUS(store_->write(*writing_));
  dropped_ = log_->drop_before(writing_kept_ ? writing_kept_->record : writing_next_);
  if (dropped_.ok()) dropped_ = remove_users_of_gone(*options_.files, log_folder(options_.folder));
  return writing_erases_ ? erase_deleted() : Status();
}

/// At whatever step it ends, the next process does it all once more.
Status Durable::erase_deleted() {
  SEGUE_TRY_STATUS(dropped_);  // else the log still has something of them
  if (writing_kept_ && !writing_forgotten_.empty()) {
    SEGUE_TRY_STATUS(erase_from_log(*options_.files, log_folder(options_.folder), *writing_kept_,
                                    lateness_, writing_next_, writing_forgotten_));
    // Nor may the store say any more who they were.
    const auto nameless = store_->batch(options_.batch_bytes);
    nameless->put(kErasesKey, {});
    SEGUE_TRY_STATUS(store_->write(*nameless));
  }
  SEGUE_TRY_STATUS(store_->purge());
  if (writing_names_) return {};  // once more when that is taken
  const auto done = store_->batch(options_.batch_bytes);
  done->remove(kErasesKey);
  return store_->write(*done);
}

/// Nothing is being written any more, and nothing is left to be.
Status Durable::await_checkpoint() {
  if (writer_.joinable()) {
    writer_.join();
  } else if (writing_) {
    written_ = write_checkpoint();
  }
  if (!writing_) return {};
  if (!written_.ok()) return written_;
  writing_.reset();
  SEGUE_TRY_STATUS(dropped_);
  return drop_programs();
}

Status Durable::checkpoint() {
  const EndOfCall end(outbox_);
  SEGUE_TRY_STATUS(settle());
  if (!await_checkpoint().ok()) SEGUE_TRY_STATUS(await_checkpoint());  // there may be room again
  checkpoint_at_ = log_->bytes_written();
  SEGUE_TRY_STATUS(begin_checkpoint());
  return await_checkpoint();
}

}  // namespace segue::durable
