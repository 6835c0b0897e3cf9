// What an `EventInput` keeps: opened feeds, and what is left out of them.
#pragma once

#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/ingest/reader.h"
#include "runtime/pack/inputs.h"
#include "segue/events.h"

namespace segue {

struct EventInput::State {
  EventInputOptions options;
  std::vector<std::string> paths;
  std::vector<pack::PackInput> sources;  // one a path; taken by `take_counted`
  std::shared_ptr<std::atomic<uint64_t>> bytes_read = std::make_shared<std::atomic<uint64_t>>(0);
  uint64_t bytes_total = 0;
  bool are_files = false;  // none has to be waited for
  // By path: of a file whose last line was left to be read when the rest is there, its number.
  std::vector<std::shared_ptr<std::atomic<uint64_t>>> half_lines;

  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> rejects;

  /// One feed of all inputs, merged by time.
  std::unique_ptr<BatchSource> read_all(const InputSchema& schema, bool ahead);

  /// The same with every line kept, and each input read from behind what was taken of it; unless
  /// it is empty, `newest` is after what is dated in the future.
  std::unique_ptr<BatchSource> read_on(const InputSchema& schema, bool ahead,
                                       std::span<const InputTaken> taken,
                                       const std::function<Instant()>& newest);

  /// The inputs as they were opened, what is read of lines counted.
  std::vector<pack::PackInput> take_counted();

  std::vector<InputLine> half_lines_found() const;

  /// `events.jsonl`, or `standard input`.
  std::string name_of(uint32_t file) const;

  /// Whether that path is one of the inputs, whatever it is called.
  bool reads(const std::string& path) const;

  /// Writes a line that does not count to the file for such lines, if there is one.
  void write_reject(std::string_view raw);

  /// Whether all that was written has reached the file. Closes it.
  Outcome close_rejects();
};

}  // namespace segue
