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
    : options_(std::move(options)), wanted_(options_.segments.begin(), options_.segments.end()) {}

ChangeOutput::~ChangeOutput() {
  writer_.reset();
  output_.reset();
  if (!options_.path.empty() && descriptor_ >= 0) close(descriptor_);
}

std::string ChangeOutput::name() const {
  if (options_.path.empty()) return {};
  std::error_code unknown;
  // Absolute first: of a name alone that is not there yet nothing else is canonical.
  const auto whole =
      std::filesystem::weakly_canonical(std::filesystem::absolute(options_.path), unknown);
  std::string name = unknown ? options_.path : whole.string();
  // What stands in the file already was chosen and written so.
  if (options_.format == RecordFormat::kCsv) name += " as csv";
  for (const std::string& segment : options_.segments) name += " of " + segment;
  return name;
}

Outcome ChangeOutput::open(uint64_t position) {
  descriptor_ = ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  struct stat info{};
  if (descriptor_ < 0 || fstat(descriptor_, &info) != 0) return failed("write", options_.path);
  is_file_ = S_ISREG(info.st_mode);
  if (!is_file_) {  // a pipe or a device takes nothing back
    return position == 0 ? Outcome()
                         : Outcome(Fault::kInvalid, fmt::format("`{}` is no file", options_.path));
  }
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size < position) {
    return {Fault::kInvalid,
            fmt::format("`{}` has {} bytes, and the state goes on behind {} that it wrote there: "
                        "put that file back, or begin anew in another folder",
                        options_.path, size, position)};
  }
  const auto offset = static_cast<off_t>(position);
  if (ftruncate(descriptor_, offset) != 0) return failed("cut", options_.path);
  return lseek(descriptor_, offset, SEEK_SET) == offset ? Outcome()
                                                        : failed("write", options_.path);
}

Outcome ChangeOutput::resume(uint64_t position) {
  writer_.reset();  // what was left when a write failed is given again
  output_.reset();
  if (!options_.path.empty() && descriptor_ >= 0) close(descriptor_);
  descriptor_ = STDOUT_FILENO;
  if (!options_.path.empty()) {
    if (Outcome wrong = open(position); !wrong.ok()) return wrong;
  }
  output_ = std::make_unique<Output>(descriptor_);
  writer_ = make_record_writer(
      options_.format, {"at", "user", "segment", "change", "cause", "event", "id"}, *output_);
  if (position > 0) output_->forget();  // a header is there already
  return {};
}

void ChangeOutput::give(const MembershipChange& change) {
  if (options_.until && change.at > *options_.until) return;
  if (!wanted_.empty() && !wanted_.contains(change.segment_name)) return;
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
  if (!output_->failure().empty()) {
    return {Fault::kUnreadable, "cannot write the changes: " + output_->failure()};
  }
  if (options_.path.empty() || !is_file_) return {};
  const off_t at = lseek(descriptor_, 0, SEEK_CUR);
  if (at < 0 || fdatasync(descriptor_) != 0) return failed("sync", options_.path);
  position = static_cast<uint64_t>(at);
  return {};
}

void ChangeOutput::finish() {
  writer_->finish();
  output_->flush();
  if (output_->failure().empty()) return;
  const std::string where = options_.path.empty() ? "standard output" : "`" + options_.path + "`";
  throw Complaint(Exit::kUsage, "cannot write " + where + ": " + output_->failure());
}

}  // namespace segue::cli
