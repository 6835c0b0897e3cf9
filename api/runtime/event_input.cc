#include <sys/stat.h>

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "api/runtime/event_input_state.h"
#include "api/runtime/outcomes.h"
#include "runtime/ingest/future.h"
#include "runtime/pack/pack_source.h"

namespace segue {
namespace {

/// Counts what is read through it. The counter is read by another thread.
class CountedSource final : public ByteSource {
 public:
  CountedSource(std::unique_ptr<ByteSource> source, std::shared_ptr<std::atomic<uint64_t>> count)
      : source_(std::move(source)), count_(std::move(count)) {}

  Result<size_t> read(std::span<char> out) override {
    auto got = source_->read(out);
    if (got) count_->fetch_add(*got, std::memory_order_relaxed);
    return got;
  }
  bool ready() const override { return source_->ready(); }
  const std::string& name() const override { return source_->name(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::shared_ptr<std::atomic<uint64_t>> count_;
};

bool is_file(const std::string& path) {
  struct stat info{};
  return path != "-" && stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

/// Bytes of plain text in a file; 0 if that is not known: compressed, or no file.
uint64_t plain_bytes(const std::string& path) {
  struct stat info{};
  if (!is_file(path) || stat(path.c_str(), &info) != 0) return 0;
  unsigned char head[4] = {};
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(head), sizeof(head));
  const bool gzip = head[0] == 0x1f && head[1] == 0x8b;
  const bool zstd = head[0] == 0x28 && head[1] == 0xb5 && head[2] == 0x2f && head[3] == 0xfd;
  return gzip || zstd || pack::is_pack(path) ? 0 : static_cast<uint64_t>(info.st_size);
}

uint64_t plain_bytes(std::span<const std::string> paths) {
  uint64_t total = 0;
  for (const std::string& path : paths) {
    const uint64_t bytes = plain_bytes(path);
    if (bytes == 0) return 0;
    total += bytes;
  }
  return total;
}

}  // namespace

std::vector<pack::PackInput> EventInput::State::take_counted() {
  for (pack::PackInput& source : sources) {
    if (source.lines == nullptr) continue;
    source.lines = std::make_unique<CountedSource>(std::move(source.lines), bytes_read);
  }
  return std::exchange(sources, {});
}

std::unique_ptr<BatchSource> EventInput::State::read_all(const InputSchema& schema, bool ahead) {
  return read_on(schema, ahead, {}, {});
}

std::unique_ptr<BatchSource> EventInput::State::read_on(const InputSchema& schema, bool ahead,
                                                        std::span<const InputTaken> taken,
                                                        const std::function<Instant()>& newest) {
  ReaderOptions reader;
  reader.keep_raw = rejects != nullptr;
  reader.keep_all_raw = !taken.empty() || (rejects != nullptr && newest);
  std::vector<std::unique_ptr<BatchSource>> inputs;
  for (pack::PackInput& source : take_counted()) {
    const auto file = static_cast<uint32_t>(inputs.size());
    if (!taken.empty()) {
      reader.taken = taken[file];
      const bool may_grow = paths[file] != "-";  // and is read on then
      reader.half_line = may_grow ? std::make_shared<std::atomic<uint64_t>>(0) : nullptr;
      half_lines.push_back(reader.half_line);
    }
    inputs.push_back(source.pack != nullptr
                         ? pack::read_pack(std::move(source.pack), file, schema, reader)
                         : read_events(std::move(source.lines), file, schema, reader));
    if (newest || !reader.taken.future_lines.empty()) {
      const auto never = [] { return Instant{INT64_MAX}; };
      inputs.back() = leave_out_future(std::move(inputs.back()),
                                       newest ? newest : std::function<Instant()>(never),
                                       reader.taken.future_lines);
    }
  }
  std::unique_ptr<BatchSource> all = inputs.size() == 1
                                         ? std::move(inputs[0])
                                         : merge_events(std::move(inputs), reader.batch_events);
  return ahead ? read_ahead(std::move(all)) : std::move(all);
}

bool EventInput::State::reads(const std::string& path) const {
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& input) {
    std::error_code not_there;
    return std::filesystem::equivalent(path, input, not_there);
  });
}

std::string EventInput::State::name_of(uint32_t file) const {
  return paths[file] == "-" ? "standard input" : paths[file];
}

std::vector<InputLine> EventInput::State::half_lines_found() const {
  std::vector<InputLine> found;
  for (size_t i = 0; i < half_lines.size(); ++i) {
    const uint64_t line = half_lines[i] ? half_lines[i]->load(std::memory_order_relaxed) : 0;
    if (line != 0) found.push_back({paths[i], line, {}});
  }
  return found;
}

void EventInput::State::write_reject(std::string_view raw) {
  if (!rejects) return;
  std::fwrite(raw.data(), 1, raw.size(), rejects.get());
  std::fputc('\n', rejects.get());
}

Outcome EventInput::State::close_rejects() {
  if (!rejects) return {};
  const bool written = std::ferror(rejects.get()) == 0;
  if (std::fclose(rejects.release()) == 0 && written) return {};
  return {Fault::kUnreadable,
          fmt::format("cannot write `{}`: {}", options.rejects_path, std::strerror(errno))};
}

EventInput::EventInput() noexcept : state_(std::make_unique<State>()) {}
EventInput::EventInput(EventInput&&) noexcept = default;
EventInput& EventInput::operator=(EventInput&&) noexcept = default;
EventInput::~EventInput() = default;

Outcome open_event_input(std::span<const std::string> paths, const EventInputOptions& options,
                         EventInput& into) noexcept {
  auto state = std::make_unique<EventInput::State>();
  state->options = options;
  state->paths.assign(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    auto source = pack::open_input(path);
    if (!source) return outcome_of(source.error());
    state->sources.push_back(std::move(source).value());
  }
  state->bytes_total = plain_bytes(paths);
  state->are_files = std::all_of(paths.begin(), paths.end(), is_file);
  if (!options.rejects_path.empty()) {
    // Opening the file for rejects empties it.
    if (state->reads(options.rejects_path)) {
      return {Fault::kInvalid, fmt::format("`{}` is an input, it cannot take the rejects too",
                                           options.rejects_path)};
    }
    state->rejects.reset(std::fopen(options.rejects_path.c_str(), "wb"));
    if (!state->rejects) {
      return {Fault::kUnreadable,
              fmt::format("cannot write `{}`: {}", options.rejects_path, std::strerror(errno))};
    }
  }
  into.state_ = std::move(state);
  return {};
}

}  // namespace segue
