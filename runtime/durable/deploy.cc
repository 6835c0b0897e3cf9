// How a kept engine goes over to another program, and finds the one it had.
#include <fmt/format.h>

#include <set>
#include <utility>

#include "runtime/durable/durable.h"

namespace segue::durable {

Status Durable::deploy(std::shared_ptr<const Program> next, const DeployOptions& options) {
  SEGUE_TRY_STATUS(settle());
  SEGUE_TRY_STATUS(engine_.trouble());
  const uint64_t identity = next->image().identity();
  if (identity == manifest_.program) return {};
  engine_.finish_deploy();
  SEGUE_TRY_STATUS(engine_.trouble());
  SEGUE_TRY_STATUS(programs_.keep(identity, next->image().bytes()));
  const LoggedDeploy deploy{log_->next(), identity, options.history_starts_now};
  payload_.clear();
  put_deploy(payload_, deploy);
  SEGUE_TRY_STATUS(log_->append(RecordKind::kDeploy, payload_));
  deploys_.push_back(deploy);
  log_->set_program(identity);
  SEGUE_TRY_STATUS(engine_.deploy(next, options));
  work_with(std::move(next));
  return {};
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
  SEGUE_TRY(const LoggedDeploy deploy, take_deploy(record.number, record.payload));
  SEGUE_TRY(auto program, find_program(deploy.program));
  deploys_.push_back(deploy);
  SEGUE_TRY_STATUS(engine_.deploy(program, {.history_starts_now = deploy.history_starts_now}));
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
