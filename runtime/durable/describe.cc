#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include "runtime/durable/durable.h"
#include "runtime/durable/folder.h"
#include "runtime/image/view.h"

namespace segue::durable {

namespace {

/// Images of all programs that are needed to go on, but those of a folder of a version without
/// deploys, which the host gives.
Status verify_programs(const std::string& folder, const FolderReport& report) {
  const ProgramFiles programs(posix_files(), programs_folder(folder));
  std::vector<uint64_t> needed = report.deployed;
  if (std::filesystem::exists(programs_folder(folder))) needed.push_back(report.manifest.program);
  for (const uint64_t identity : needed) {
    SEGUE_TRY(const std::string bytes, programs.read(identity));
    const auto first = std::as_bytes(std::span(bytes));
    const auto image = image::Image::open({first.begin(), first.end()});
    if (image && image->identity() == identity) continue;
    if (!image && image.error().code == Errc::kUnsupported) {
      return programs.wrong(identity, image.error());
    }
    return Error{Errc::kCorrupt,
                 fmt::format("`{}` is damaged: {}", programs.path(identity),
                             image ? "it holds another program" : image.error().message)};
  }
  return {};
}

/// Their names are in the program's image.
Status describe_warming(const std::string& folder, FolderReport& report) {
  SEGUE_TRY(const auto warming, warming_in(report.manifest.engine));
  if (warming.empty()) return {};
  const ProgramFiles programs(posix_files(), programs_folder(folder));
  SEGUE_TRY(const std::string bytes, programs.read(report.manifest.program));
  const auto first = std::as_bytes(std::span(bytes));
  const auto image = image::Image::open({first.begin(), first.end()});
  if (!image) return programs.wrong(report.manifest.program, image.error());
  const image::View& view = image->view();
  for (const SavedWarming& saved : warming) {
    if (saved.row >= view.segments.size()) {
      return Error{Errc::kCorrupt, "the engine's state is damaged: which segments warm"};
    }
    report.warming.push_back({std::string(view.text(view.segments[saved.row].name)), saved.until});
  }
  return {};
}

/// What lies before the checkpoint.
Status read_kept_log(Store& store, const std::string& folder, bool verify, FolderReport& report) {
  SEGUE_TRY(const auto bytes, store.get(kKeptLogKey));
  if (!bytes) return {};
  KeptLog kept(std::nullopt);
  SEGUE_TRY_STATUS(kept.open(*bytes));
  report.kept = kept.begin();
  if (!report.kept) return {};
  report.kept_records = report.manifest.next_record - report.kept->record;
  if (!verify) return {};
  const auto ignore = [](const Record&) { return Status(); };
  SEGUE_TRY(const uint32_t number, folder_number(store));
  const LogPart part{report.kept->record, report.manifest.next_record, number};
  const auto reading = read_log(posix_files(), log_folder(folder), part, false, ignore);
  if (!reading) return reading.error();
  if (reading->next < report.manifest.next_record) {
    return Error{Errc::kCorrupt, fmt::format("`{}/log` ends before record {}", folder,
                                             report.manifest.next_record)};
  }
  return {};
}

Result<FolderReport> read_once(const std::string& folder, bool verify) {
  Files& files = posix_files();
  FolderReport report;
  SEGUE_TRY(const auto store, open_store(checkpoint_folder(folder), StoreMode::kRead));
  if (verify) SEGUE_TRY_STATUS(store->verify());
  SEGUE_TRY(const auto manifest, store->get(kManifestKey));
  if (!manifest) return Error{Errc::kUnreadable, "`" + folder + "` holds no checkpoint"};
  SEGUE_TRY(report.manifest, open_manifest(*manifest));
  SEGUE_TRY_STATUS(describe_warming(folder, report));
  const std::string_view prefix(&kUserKey, 1);
  SEGUE_TRY_STATUS(store->scan(prefix, [&](std::string_view key, std::string_view value) -> Status {
    SEGUE_TRY(const std::string_view state, open_user(key.substr(1), value));
    ++report.users;
    report.state_bytes += state.size();
    return {};
  }));
  SEGUE_TRY(report.waiting, waiting_in(*store));
  report.checkpoint_bytes = store->bytes_on_disk();
  SEGUE_TRY(const uint32_t number, folder_number(*store));
  const LogPart part{report.manifest.next_record, UINT64_MAX, number};
  SEGUE_TRY(report.log,
            read_log(files, log_folder(folder), part, false, [&](const Record& record) -> Status {
              if (!is_deploy(record.kind)) return {};
              SEGUE_TRY(const LoggedDeploy deploy, take_deploy(record));
              report.deployed.push_back(deploy.program);
              return {};
            }));
  SEGUE_TRY_STATUS(read_kept_log(*store, folder, verify, report));
  if (verify) SEGUE_TRY_STATUS(verify_programs(folder, report));
  SEGUE_TRY(const auto segments, list_segments(files, log_folder(folder)));
  report.log_segments = segments.size();
  for (const std::string& segment : segments) {
    std::error_code gone;
    const uintmax_t bytes = std::filesystem::file_size(folder + "/log/" + segment, gone);
    if (!gone) report.log_bytes += bytes;
  }
  return report;
}

}  // namespace

/// A process that has the folder removes files while they are read, and is in the midst of a record
/// now and then: what looks damaged or torn is looked at again.
Result<FolderReport> describe(const std::string& folder, bool verify) {
  std::error_code unknown;
  if (!std::filesystem::exists(checkpoint_folder(folder), unknown)) {
    return Error{Errc::kUnreadable, "`" + folder + "` holds no engine's state"};
  }
  auto report = read_once(folder, verify);
  for (int turn = 0; turn < 4 && (!report || report->log.cut_bytes > 0); ++turn) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    report = read_once(folder, verify);
  }
  return report;
}

}  // namespace segue::durable
