#include "cli/change_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/complaint.h"

namespace segue::cli {
namespace {

Outcome failed(const char* what, const std::string& path) {
  return {Fault::kUnreadable, fmt::format("cannot {} `{}`: {}", what, path, std::strerror(errno))};
}

}  // namespace

Outcome can_write(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) == 0) {
    const bool is_folder = S_ISDIR(info.st_mode);
    if (!is_folder && access(path.c_str(), W_OK) == 0) return {};
    if (is_folder) errno = EISDIR;
    return failed("write", path);
  }
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  return access(folder.c_str(), W_OK | X_OK) == 0 ? Outcome() : failed("write", path);
}

ChangeOutput::ChangeOutput(Options options)
    : options_(std::move(options)), wanted_(options_.segments.begin(), options_.segments.end()) {
  if (!options_.path.empty()) file_.emplace(options_.path);
}

std::string ChangeOutput::name() const {
  if (!file_) return {};
  std::string name = file_->name();
  // What stands in the file already was chosen and written so.
  if (options_.format == RecordFormat::kCsv) name += " as csv";
  for (const std::string& segment : options_.segments) name += " of " + segment;
  return name;
}

Outcome ChangeOutput::check(uint64_t position, std::string_view mark) {
  return file_ ? file_->check(position, mark) : Outcome();
}

Outcome ChangeOutput::resume(uint64_t position) {
  writer_.reset();  // what was left when a write failed is given again
  output_.reset();
  if (file_) {
    if (Outcome wrong = file_->resume(position); !wrong.ok()) return wrong;
    output_ = std::make_unique<Output>(*file_);
  } else {
    output_ = std::make_unique<Output>(STDOUT_FILENO);
  }
  writer_ = make_record_writer(
      options_.format, {"at", "user", "segment", "change", "cause", "event", "id"}, *output_);
  if (position > 0) output_->forget();  // a header is there already
  return {};
}

void ChangeOutput::give(const MembershipChange& change) {
  if (options_.until && change.at > *options_.until) return;
  if (!wanted_.empty() && !wanted_.contains(change.segment_name)) return;
  has_given_ = true;
  const std::string at = format_time(change.at);
  const std::array<Field, 7> fields = {
      Field::text(at),
      Field::text(change.user),
      Field::text(change.segment_name),
      Field::text(change.entered ? "entered" : "left"),
      Field::text(name_of(change.cause)),
      change.cause == ChangeCause::kEvent ? Field::text(change.event) : Field::absent(),
      Field::text(change.id),
  };
  writer_->write(fields);
}

Outcome ChangeOutput::commit(uint64_t& position) {
  position = 0;
  output_->flush();
  if (!output_->failure().empty()) return failed_write();
  return file_ ? file_->commit(position, mark_) : Outcome();
}

void ChangeOutput::finish() {
  writer_->finish();
  output_->flush();
  if (!output_->failure().empty()) require(failed_write());
}

Outcome ChangeOutput::failed_write() const {
  if (file_) return {Fault::kUnreadable, output_->failure()};
  return {Fault::kUnreadable, "cannot write standard output: " + output_->failure()};
}

}  // namespace segue::cli
