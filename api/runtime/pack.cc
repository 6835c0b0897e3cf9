#include "segue/pack.h"

#include <fmt/format.h>
#include <filesystem>
#include <system_error>
#include <utility>

#include "api/runtime/event_input_state.h"
#include "api/runtime/input_rejects.h"
#include "api/runtime/outcomes.h"
#include "runtime/engine/watermark.h"
#include "runtime/pack/writer.h"

namespace segue {
namespace {

Error would_lose(const std::string& path, std::string_view why) {
  return {
      Errc::kInvalid,
      fmt::format("`{}` is an input and would be replaced, but {}: name another file", path, why)};
}

/// A pack that replaces its input must hold all of it, which no pack of lines does.
Status all_kept(const EventInput::State& input, const std::string& path) {
  for (size_t i = 0; i < input.paths.size(); ++i) {
    std::error_code not_there;
    const bool same = std::filesystem::equivalent(path, input.paths[i], not_there);
    if (same && input.sources[i].pack == nullptr) return would_lose(path, "it is not a packed log");
  }
  return {};
}

Status pack_all(EventInput::State& input, const std::string& path, const PackSettings& settings,
                const ProgressSink& progress, InputRejects& rejects, pack::WriterStats& stats) {
  pack::WriterOptions options;
  if (settings.dedupe) options.dedupe = Duration{settings.dedupe->count()};
  const Duration lateness = settings.lateness ? Duration{settings.lateness->count()} : kLatenessAll;
  const bool in_place = input.reads(path);
  if (in_place) SEGUE_TRY_STATUS(all_kept(input, path));
  SEGUE_TRY(pack::NewFile file, pack::NewFile::create(path));
  pack::Writer writer(std::move(file), path, options);
  InputProgress done;
  done.bytes_total = input.bytes_total;
  const auto on_event = [&](uint64_t events) {
    done.events = events;
    done.bytes_read = input.bytes_read->load(std::memory_order_relaxed);
    if (progress) progress(done);
  };
  SEGUE_TRY_STATUS(pack::pack_inputs(input.take_counted(), lateness, writer,
                                     {[&](const Reject& reject) -> Status {
                                        if (in_place && reject.kind == RejectKind::kBlockDamaged) {
                                          return would_lose(path, "it has a damaged block");
                                        }
                                        return rejects.take(reject);
                                      },
                                      on_event}));
  SEGUE_TRY_STATUS(writer.finish());
  stats = writer.stats();
  return {};
}

}  // namespace

Outcome pack_events(EventInput& input, const std::string& path, const PackSettings& settings,
                    const ProgressSink& progress, PackStats& stats) noexcept {
  InputRejects rejects(input.state());
  pack::WriterStats written;
  const Status status = pack_all(input.state(), path, settings, progress, rejects, written);
  const Outcome closed = input.state().close_rejects();
  stats = {written.events, written.duplicates, written.users, written.bytes,
           rejects.tally.counts()};
  return status.ok() ? closed : outcome_of(status.error());
}

}  // namespace segue
