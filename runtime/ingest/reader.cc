#include "runtime/ingest/reader.h"

#include <algorithm>
#include <utility>

#include "runtime/base/hash.h"
#include "runtime/ingest/decode.h"
#include "runtime/ingest/lines.h"

namespace segue {
namespace {

class LineEvents : public BatchSource {
 public:
  LineEvents(std::unique_ptr<ByteSource> source, uint32_t file, const InputSchema& schema,
             const ReaderOptions& options)
      : name_(source->name()),
        lines_(std::move(source)),
        decoder_(schema),
        file_(file),
        options_(options) {}

  Status next(EventBatch& batch) override {
    batch = decoder_.make_batch();
    batch.events.reserve(options_.batch_events);
    batch.origins.reserve(options_.batch_events);
    batch.user_hashes.reserve(options_.batch_events);
    SEGUE_TRY_STATUS(pass_over_taken());
    Line line;
    // Whatever is there goes out before a read that may wait: a live feed is answered at once.
    while (!full(batch) && (batch.empty() || lines_.ready()) && lines_.next(line)) {
      const auto reject =
          line.too_long ? RejectKind::kLineTooLong
                        : decoder_.decode(line.text, batch, line.is_marked ? &line.marks : nullptr);
      if (reject && is_half(line)) continue;
      if (reject && line.number <= options_.taken.reject_lines) continue;
      if (reject) {
        batch.rejects.push_back({*reject, file_, line.number, std::string(line.text)});
        reject_bytes_ += line.text.size();
      } else {
        add_origin(line, batch);
      }
    }
    batch.more = full(batch) && lines_.ready();
    reject_bytes_ = 0;
    return batch.empty() ? lines_.status() : Status();
  }

 private:
  /// Lines that were taken before, without looking into them.
  Status pass_over_taken() {
    if (options_.taken.lines == 0) return {};
    Line line;
    while (line.number < options_.taken.lines && lines_.next(line)) {
    }
    SEGUE_TRY_STATUS(lines_.status());
    const uint64_t wanted = std::exchange(options_.taken.lines, 0);
    if (line.number == wanted && hash64(line.text) == options_.taken.line_hash) return {};
    return Error{Errc::kUnreadable,
                 "`" + name_ + "` is not what was read before: " +
                     (line.number < wanted ? "it ends before line " : "it has another line ") +
                     std::to_string(wanted)};
  }

  /// The writer of the file was in its midst.
  bool is_half(const Line& line) const {
    if (line.has_end || !options_.half_line) return false;
    options_.half_line->store(line.number, std::memory_order_relaxed);
    return true;
  }

  bool full(const EventBatch& batch) const {
    return batch.events.size() >= options_.batch_events ||
           batch.rejects.size() >= options_.batch_events ||
           batch.arena->bytes_held() + reject_bytes_ >= options_.batch_bytes;
  }

  void add_origin(const Line& line, EventBatch& batch) {
    // Made in place, like the event: a copy would wait for what it has just written.
    Origin& origin = batch.origins.emplace_back();
    origin.file = file_;
    origin.line = line.number;
    const Instant at = batch.events.back().at;
    if (options_.keep_all_raw || (options_.keep_raw && at < newest_))
      origin.raw = batch.arena->copy(line.text);
    newest_ = std::max(newest_, at);
  }

  std::string name_;
  LineReader lines_;
  Decoder decoder_;
  uint32_t file_;
  ReaderOptions options_;
  Instant newest_ = kLongAgo;
  size_t reject_bytes_ = 0;  // of the batch being made
};

}  // namespace

std::unique_ptr<BatchSource> read_events(std::unique_ptr<ByteSource> source, uint32_t file,
                                         const InputSchema& schema, const ReaderOptions& options) {
  return std::make_unique<LineEvents>(std::move(source), file, schema, options);
}

Result<std::unique_ptr<BatchSource>> open_events(std::span<const std::string> paths,
                                                 const InputSchema& schema,
                                                 const ReaderOptions& options) {
  std::vector<std::unique_ptr<ByteSource>> sources;
  for (const std::string& path : paths) {
    SEGUE_TRY(sources.emplace_back(), open_source(path));
  }
  std::vector<std::unique_ptr<BatchSource>> inputs;
  for (uint32_t file = 0; file < sources.size(); ++file) {
    inputs.push_back(read_events(std::move(sources[file]), file, schema, options));
  }
  std::unique_ptr<BatchSource> all = inputs.size() == 1
                                         ? std::move(inputs[0])
                                         : merge_events(std::move(inputs), options.batch_events);
  if (options.ahead) all = read_ahead(std::move(all));
  return all;
}

}  // namespace segue
