// How a kept engine goes over to another program, and finds the one it had.
#include <fmt/format.h>

#include <set>
#include <utility>

#include "runtime/base/byte_fields.h"
#include "runtime/durable/durable.h"
#include "runtime/durable/folder.h"
#include "runtime/ingest/lines.h"

namespace segue::durable {
namespace {

/// Gives an engine the events of the log once more, as they were given; of lines that it would not
/// take in it was the same then.
class PastReader {
 public:
  PastReader(Engine& past, const InputSchema& schema) : past_(past), decoder_(schema) {}

  Status take(const Record& record) {
    if (record.kind == RecordKind::kAdvance) {
      Instant through;
      if (!ByteReader(record.payload).take(through.ms) || through.ms > kAdvanceMsMax) {
        return damaged(record);
      }
      past_.advance_to(through);
      return {};
    }
    if (!has_lines(record.kind)) return {};
    EventBatch batch = decoder_.make_batch();
    const auto pass = [&](Instant passed) {
      past_.push(std::exchange(batch, decoder_.make_batch()));
      past_.advance_to(passed - Duration{1});
    };
    const auto line = [&](std::string_view text) -> Status {
      line_.assign(text).append(kLinePadding, '\0');
      if (decoder_.decode(std::string_view(line_).substr(0, text.size()), batch)) {
        return damaged(record);
      }
      return {};
    };
    SEGUE_TRY_STATUS(each_line(record, pass, line));
    batch.more = true;
    past_.push(std::move(batch));
    return {};
  }

 private:
  static Error damaged(const Record& record) {
    return {Errc::kCorrupt, fmt::format("record {} of the log is damaged", record.number)};
  }

  Engine& past_;
  Decoder decoder_;
  std::string line_;
};

}  // namespace

Status Durable::deploy(std::shared_ptr<const Program> next, const DeployOptions& options) {
  SEGUE_TRY_STATUS(settle());
  SEGUE_TRY_STATUS(engine_.trouble());
  const uint64_t identity = next->image().identity();
  if (identity == manifest_.program) return {};
  SEGUE_TRY_STATUS(outbox_.await_room());
  engine_.finish_deploy();
  SEGUE_TRY_STATUS(engine_.trouble());
  std::unique_ptr<Engine> past;
  uint64_t filled_from = 0;
  if (kept_log_.keeps()) {
    // Then who was deleted is in no record that is read, and recovery needs those behind it alone.
    SEGUE_TRY_STATUS(checkpoint());
    filled_from = kept_log_.begin()->record;
    SEGUE_TRY(past, read_past(next, *kept_log_.begin(), log_->next()));
  }
  SEGUE_TRY_STATUS(programs_.keep(identity, next->image().bytes()));
  const LoggedDeploy deploy{log_->next(), identity, options.history_starts_now, filled_from};
  payload_.clear();
  put_deploy(payload_, deploy);
  SEGUE_TRY_STATUS(log_->append(kind_of(deploy), payload_));
  deploys_.push_back(deploy);
  log_->set_program(identity);
  SEGUE_TRY_STATUS(go_over(next, std::move(past), options));
  work_with(std::move(next));
  outbox_.hand_over();
  return {};
}

Status Durable::go_over(const std::shared_ptr<const Program>& next, std::unique_ptr<Engine> past,
                        const DeployOptions& options) {
  return past ? engine_.deploy_filled(std::move(past), options) : engine_.deploy(next, options);
}

/// An engine of the program that has read the log once more, up to a record.
Result<std::unique_ptr<Engine>> Durable::read_past(const std::shared_ptr<const Program>& program,
                                                   const LogPlace& from, uint64_t until) {
  static EngineListener nobody;
  std::unique_ptr<Engine> past = engine_.begin_past(program, from.since(), nobody);
  PastReader reader(*past, program->schema());
  const auto take = [&](const Record& record) { return reader.take(record); };
  const auto reading =
      read_log(*options_.files, log_folder(options_.folder), {from.record, until}, false, take);
  if (!reading) return reading.error();
  past->push({});
  return past;
}

/// What the checkpoint is of.
Status Durable::load_program() {
  SEGUE_TRY(auto program, find_program(manifest_.program));
  if (program == given_) return {};
  engine_.begin_with(program);
  work_with(std::move(program));
  return {};
}

Status Durable::replay_deploy(const Record& record) {
  SEGUE_TRY(const LoggedDeploy deploy, take_deploy(record));
  SEGUE_TRY(auto program, find_program(deploy.program));
  deploys_.push_back(deploy);
  std::unique_ptr<Engine> past;
  if (deploy.filled_from != 0) {
    const std::optional<LogPlace> from = kept_log_.find(deploy.filled_from);
    if (!from) {
      return Error{Errc::kCorrupt,
                   fmt::format("record {} of the log is of a deploy that was filled "
                               "from record {}, which the checkpoint does not know",
                               record.number, deploy.filled_from)};
    }
    SEGUE_TRY(past, read_past(program, *from, record.number));
  }
  SEGUE_TRY_STATUS(
      go_over(program, std::move(past), {.history_starts_now = deploy.history_starts_now}));
  work_with(std::move(program));
  return engine_.trouble();
}

/// Its image is in the folder then: the checkpoint or the log names it.
Result<std::shared_ptr<const Program>> Durable::find_program(uint64_t identity) {
  if (identity == given_->image().identity()) {
    // It may be gone, and a folder of a version without deploys has none.
    SEGUE_TRY_STATUS(programs_.keep(identity, given_->image().bytes()));
    return given_;
  }
  const auto image = programs_.read(identity);
  if (!image) {
    return Error{
        Errc::kInvalid,
        fmt::format("the state in `{}` was made by other rules (program {:016x}, not "
                    "{:016x}), whose image is not there: {}",
                    options_.folder, identity, given_->image().identity(), image.error().message)};
  }
  auto program = host_.open_program(*image);
  if (!program) return programs_.wrong(identity, program.error());
  if ((*program)->image().identity() == identity) return program;
  return Error{Errc::kCorrupt, fmt::format("`{}` holds another program", programs_.path(identity))};
}

void Durable::work_with(std::shared_ptr<const Program> program) {
  manifest_.program = program->image().identity();
  decoder_.emplace(program->schema());
  program_ = std::move(program);
  host_.on_program(program_);
}

/// Those that no checkpoint and no record behind it names any more.
Status Durable::drop_programs() {
  std::erase_if(deploys_,
                [&](const LoggedDeploy& deploy) { return deploy.record < writing_next_; });
  std::set<uint64_t> named = {writing_program_, manifest_.program};
  for (const LoggedDeploy& deploy : deploys_) named.insert(deploy.program);
  return programs_.keep_only(named);
}

}  // namespace segue::durable
