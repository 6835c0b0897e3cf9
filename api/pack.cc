#include "segue/pack.h"

#include <utility>

#include "api/event_input_state.h"
#include "api/input_rejects.h"
#include "api/outcomes.h"
#include "runtime/engine/watermark.h"
#include "runtime/pack/writer.h"

namespace segue {
namespace {

Status pack_all(EventInput::State& input, const std::string& path, const PackSettings& settings,
                const ProgressSink& progress, InputRejects& rejects, pack::WriterStats& stats) {
  pack::WriterOptions options;
  if (settings.dedupe) options.dedupe = Duration{settings.dedupe->count()};
  const Duration lateness = settings.lateness ? Duration{settings.lateness->count()} : kLatenessAll;
  SEGUE_TRY(pack::NewFile file, pack::NewFile::create(path));
  pack::Writer writer(std::move(file), path, options);
  InputProgress done;
  done.bytes_total = input.bytes_total;
  const auto on_event = [&](uint64_t events) {
    done.events = events;
    done.bytes_read = input.bytes_read->load(std::memory_order_relaxed);
    if (progress) progress(done);
  };
  SEGUE_TRY_STATUS(
      pack::pack_inputs(input.take_counted(), lateness, writer,
                        {[&](const Reject& reject) { return rejects.take(reject); }, on_event}));
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
