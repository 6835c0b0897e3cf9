// What a start finds in the folder: a checkpoint, or nothing yet.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "runtime/durable/durable.h"
#include "runtime/durable/folder.h"

namespace segue::durable {
namespace {

Error of_other(const DurableOptions& options, std::string_view what, std::string_view had,
               std::string_view has) {
  return {Errc::kInvalid, fmt::format("the state in `{}` was made with {} {}, not {}",
                                      options.folder, what, had, has)};
}

Status check_same(const DurableOptions& options, const Manifest& manifest) {
  if (manifest.settings != options.settings) {
    return of_other(options, "the settings", manifest.settings, options.settings);
  }
  const auto shown = [](const std::string& path) {
    return path.empty() ? std::string("to no file") : "to `" + path + "`";
  };
  if (manifest.sink != options.sink) {
    return of_other(options, "changes going", shown(manifest.sink), shown(options.sink));
  }
  // Where there was none, one may begin.
  if (manifest.rejects.empty() || manifest.rejects == options.rejects) return {};
  return of_other(options, "rejects going", shown(manifest.rejects), shown(options.rejects));
}

}  // namespace

Status Durable::load() {
  SEGUE_TRY(const auto bytes, store_->get(kManifestKey));
  SEGUE_TRY(const auto segments, list_segments(*options_.files, log_folder(options_.folder)));
  if (!bytes) {
    SEGUE_TRY(const bool has_records, has_log());
    if (!has_records) return make_new();
    return Error{Errc::kCorrupt,
                 fmt::format("`{}` has a log, but its checkpoint is gone", options_.folder)};
  }
  SEGUE_TRY(manifest_, open_manifest(*bytes));
  SEGUE_TRY_STATUS(check_same(options_, manifest_));
  if (segments.empty()) {
    return Error{Errc::kCorrupt,
                 fmt::format("`{}` has a checkpoint, but its log is gone", options_.folder)};
  }
  SEGUE_TRY(const uint32_t number, folder_number(*store_));
  is_numbered_ = number != 0;
  if (is_numbered_) folder_number_ = number;
  SEGUE_TRY_STATUS(load_program());
  SEGUE_TRY_STATUS(engine_.restore(manifest_.engine));
  SEGUE_TRY_STATUS(load_users());
  SEGUE_TRY_STATUS(load_kept_log());
  SEGUE_TRY_STATUS(host_.restore_counts(manifest_.counts));
  return load_files();
}

/// Each is looked at before any is cut.
Status Durable::load_files() {
  SEGUE_TRY_STATUS(host_.check_sink(manifest_.sink_position, manifest_.sink_mark));
  manifest_.rejects = options_.rejects;
  if (!options_.rejects.empty()) {
    SEGUE_TRY_STATUS(host_.resume_rejects(manifest_.rejects_position, manifest_.rejects_mark));
  }
  SEGUE_TRY_STATUS(host_.resume_sink(manifest_.sink_position));
  return outbox_.load(*store_, manifest_.sink_position, manifest_.sink_mark);
}

Status Durable::load_kept_log() {
  SEGUE_TRY_STATUS(remove_parts(*options_.files, log_folder(options_.folder)));
  SEGUE_TRY(const auto erases, store_->get(kErasesKey));
  erases_ = erases.has_value();
  SEGUE_TRY(forgotten_, open_forgotten(erases.value_or("")));
  SEGUE_TRY(const auto kept, store_->get(kKeptLogKey));
  notes_kept_log_ = kept.has_value();
  if (kept) return kept_log_.open(*kept);
  // What is behind the checkpoint is there in any case.
  if (kept_log_.keeps()) kept_log_.pass(place());
  return {};
}

/// What comes next.
LogPlace Durable::place() const {
  const Watermark& watermark = engine_.watermark();
  return {log_ ? log_->next() : manifest_.next_record, watermark.newest(), watermark.floor()};
}

Status Durable::load_users() {
  const std::string_view prefix(&kUserKey, 1);
  return store_->scan(prefix, [&](std::string_view key, std::string_view value) -> Status {
    const std::string_view id = key.substr(1);
    SEGUE_TRY(const std::string_view state, open_user(id, value));
    ++report_.users;
    return engine_.restore_user(id, std::as_bytes(std::span(state)));
  });
}

/// More than the segment without a record that comes before the first checkpoint.
Result<bool> Durable::has_log() {
  SEGUE_TRY(const auto segments, list_segments(*options_.files, log_folder(options_.folder)));
  if (segments.empty()) {
    SEGUE_TRY(const auto names, options_.files->list(log_folder(options_.folder)));
    return std::binary_search(names.begin(), names.end(), kNewestName);  // it named one
  }
  if (segments.size() > 1 || segments[0] != segment_name(1)) return true;
  SEGUE_TRY(const auto bytes,
            read_file(*options_.files, log_folder(options_.folder) + "/" + segments[0]));
  return bytes.size() > sizeof(SegmentHead);
}

/// A log without records, then a checkpoint of nothing: so each that is missing later is missed.
Status Durable::make_new() {
  report_.is_new = true;
  manifest_.program = program_->image().identity();
  manifest_.settings = options_.settings;
  manifest_.sink = options_.sink;
  manifest_.advanced_ms = kLongAgo.ms;
  manifest_.inputs.push_back({"input", {}});
  SEGUE_TRY_STATUS(load_files());
  SEGUE_TRY(log_, LogWriter::open(*options_.files, log_folder(options_.folder), 1, log_options()));
  log_.reset();  // until it has been read
  SEGUE_TRY_STATUS(programs_.keep(manifest_.program, program_->image().bytes()));
  SEGUE_TRY(const auto batch, make_checkpoint());
  SEGUE_TRY_STATUS(store_->write(*batch));
  SEGUE_TRY_STATUS(options_.files->sync_folder(options_.folder));
  return options_.files->sync_folder(options_.folder + "/..");  // where its own name is
}

}  // namespace segue::durable
