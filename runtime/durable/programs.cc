#include "runtime/durable/programs.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string_view>

namespace segue::durable {
namespace {

std::string name_of(uint64_t identity) { return fmt::format("{:016x}.segi", identity); }

}  // namespace

std::string ProgramFiles::path(uint64_t identity) const {
  return folder_ + "/" + name_of(identity);
}

Status ProgramFiles::keep(uint64_t identity, std::span<const std::byte> image) {
  // SAFETY: any object may be looked at as chars.
  const std::string_view bytes(reinterpret_cast<const char*>(image.data()), image.size());
  SEGUE_TRY_STATUS(files_.make_folder(folder_));
  const auto before = read(identity);
  if (!before || *before != bytes) SEGUE_TRY_STATUS(write(path(identity), bytes));
  // Also if the file was there: its name may be nowhere but in memory.
  SEGUE_TRY_STATUS(files_.sync_folder(folder_));
  return files_.sync_folder(std::filesystem::path(folder_).parent_path().string());
}

Status ProgramFiles::write(const std::string& path, std::string_view bytes) {
  const std::string part = path + ".part";
  SEGUE_TRY(const std::unique_ptr<File> file, files_.open(part, OpenMode::kAppend));
  SEGUE_TRY_STATUS(file->truncate(0));  // a process that ended may have begun it
  SEGUE_TRY_STATUS(file->append(bytes));
  SEGUE_TRY_STATUS(file->sync());
  return files_.rename(part, path);
}

Result<std::string> ProgramFiles::read(uint64_t identity) const {
  return read_file(files_, path(identity));
}

Error ProgramFiles::wrong(uint64_t identity, const Error& error) const {
  const bool is_of_another_version = error.code == Errc::kUnsupported;
  const std::string_view what(error.message);
  return {error.code,
          fmt::format("`{}`: {}{}", path(identity),
                      is_of_another_version ? what.substr(0, what.find(';')) : what,
                      is_of_another_version ? "; go on with the version that wrote it, or begin "
                                              "another folder from the events"
                                            : "")};
}

Status ProgramFiles::keep_only(const std::set<uint64_t>& identities) {
  std::set<std::string> names;
  for (const uint64_t identity : identities) names.insert(name_of(identity));
  SEGUE_TRY(const auto found, files_.list(folder_));
  for (const std::string& name : found) {
    if (!names.contains(name)) SEGUE_TRY_STATUS(files_.remove(folder_ + "/" + name));
  }
  return {};
}

}  // namespace segue::durable
