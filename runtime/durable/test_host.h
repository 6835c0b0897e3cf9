// An engine kept in a folder, its input and its host: what the tests of this folder kill and mend.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/byte_fields.h"
#include "runtime/durable/durable.h"
#include "runtime/durable/test_files.h"
#include "runtime/engine/test_program.h"
#include "runtime/ingest/lines.h"

namespace segue::durable {

/// A build without a store has nothing to test here.
class KeptTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto store = open_store(folder_.path() + "/probe", StoreMode::kWrite);
    if (!store && store.error().code == Errc::kUnsupported) GTEST_SKIP() << store.error().message;
  }

  TestFolder folder_;
};

/// What a file of changes is to a process: it stays when the engine goes.
struct KeptSink {
  std::vector<std::string> changes;
};

/// A step of input: lines, or the clock moved on, or another program. Only lines have a place to go
/// on from; the others are found done.
struct Step {
  std::vector<std::string> lines;
  int64_t advance_ms = 0;
  std::shared_ptr<const Program> deploy;
};

inline std::vector<Step> some_steps(uint32_t seed, int count) {
  std::mt19937 random(seed);
  std::vector<Step> steps;
  int64_t now_ms = 10'000;
  for (int i = 0; i < count; ++i) {
    Step step;
    const auto lines = random() % 6;
    for (unsigned k = 0; k < lines; ++k) {
      step.lines.push_back(random() % 9 == 0
                               ? std::string("no event")
                               : fmt::format(R"({{"userId":"user {}","event":"view",)"
                                             R"("timestamp":{},"messageId":"m{}"}})",
                                             random() % 7, now_ms + int64_t(random() % 40),
                                             random() % 30));
    }
    step.advance_ms = random() % 5 == 0 ? now_ms - 20 : 0;
    now_ms += 25;
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Every now and then the one program takes the place of the other, which is of `program()`.
inline std::vector<Step> with_deploys(std::vector<Step> steps, size_t every) {
  for (size_t i = 1; i < steps.size(); ++i) {
    if (i % every == 0) steps[i].deploy = i / every % 2 == 1 ? other_program() : program();
  }
  return steps;
}

/// One process: an engine, its listener and its host.
class TestHost final : public EngineListener, public DurableHost {
 public:
  TestHost(KeptSink& sink, const DurableOptions& options, uint32_t threads = 1,
           const std::shared_ptr<const Program>& given = program())
      : sink_(sink),
        engine_(given,
                {threads, Duration{30}, Duration{50}, state_bytes_of(options.memory_bytes), 500},
                *this),
        at_work_(given) {
    auto opened = Durable::open(options, given, engine_, *this);
    if (!opened) {
      status = opened.error();
      return;
    }
    durable = std::move(opened).value();
    status = durable->recover();
    if (!status.ok()) return;
    auto number = durable->input("events");
    status = number ? Status() : Status(number.error());
    if (number) input_ = *number;
  }

  /// Lines of the input that are accepted, counted from its begin.
  uint64_t taken() const {
    const InputTaken taken = durable->taken(input_);
    return std::max(taken.lines, taken.reject_lines);
  }

  /// The lines behind `first` lines of the input.
  Status push(const Step& step, uint64_t first) {
    return durable->push(batch_of(step, first), {&input_, 1});
  }
  Status push_on(const Step& step, uint64_t first) {
    return durable->push_on(batch_of(step, first), {&input_, 1});
  }

  Status stop_at(Instant at) { return engine_.stop_at(at); }

  EventBatch batch_of(const Step& step, uint64_t first) {
    Decoder decoder(at_work_->schema());
    EventBatch batch = decoder.make_batch();
    uint64_t number = first;
    for (const std::string& line : step.lines) {
      ++number;
      char* const copy = batch.arena->bytes(line.size() + kLinePadding);
      std::fill_n(copy, line.size() + kLinePadding, '\0');
      line.copy(copy, line.size());
      const std::string_view text(copy, line.size());
      if (const auto reject = decoder.decode(text, batch)) {
        batch.rejects.push_back({*reject, 0, number, {}});
      } else {
        batch.origins.push_back({0, number, text});
      }
    }
    return batch;
  }

  /// What is behind the lines of a step.
  Status finish_step(const Step& step) {
    if (step.advance_ms > 0) SEGUE_TRY_STATUS(durable->advance_to({step.advance_ms}));
    return step.deploy ? durable->deploy(step.deploy) : Status();
  }

  const Engine& engine() const { return engine_; }

  /// The sink has all that was made so far.
  void flush() {
    const Status flushed = durable->outbox().flush(OutboxOptions::kForEver);
    EXPECT_TRUE(flushed.ok()) << flushed.error().message;
  }

  /// All that there is to tell apart two engines of the same past.
  std::string told() {
    flush();
    std::string out;
    for (const std::string& change : sink_.changes) out += change;
    const auto members = engine_.members();
    for (uint32_t i = 0; i < members.size(); ++i) {
      const std::string_view name = engine_.segment_name(i);
      for (const auto& user : members[i]) out += fmt::format("{} in {}\n", user, name);
    }
    const EngineStats stats = engine_.stats();
    out += fmt::format("{} events, {} copies, {} late, {} changes, {} users, newest {}\n",
                       stats.events, stats.duplicates, stats.late, stats.changes, stats.users,
                       stats.newest.ms);
    return out;
  }

  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      durable->outbox().add(fmt::format(
          "{}@{} {}{}{}\n", change.user, change.at.ms, change.entered ? '+' : '-',
          engine_.segment_name(change.segment), change.cause == Cause::kDeploy ? " deploy" : ""));
    }
  }
  Status resume_sink(uint64_t position) override {
    if (position > sink_.changes.size()) return Error{Errc::kCorrupt, "the sink has lost changes"};
    sink_.changes.resize(position);
    return {};
  }
  void give_to_sink(std::string_view records) override {
    while (!records.empty()) {
      const size_t end = records.find('\n') + 1;
      sink_.changes.emplace_back(records.substr(0, end));
      records.remove_prefix(end);
    }
  }
  Status check_records(std::string_view records) const override {
    return records.ends_with('\n') ? Status() : Status(Error{Errc::kCorrupt, "no changes"});
  }
  Result<uint64_t> commit_sink() override {
    if (sink_fails) return Error{Errc::kUnreadable, "the sink has no room"};
    return uint64_t{sink_.changes.size()};
  }
  std::string save_counts() override { return "counts"; }
  Status restore_counts(std::string_view bytes) override {
    return bytes == "counts" ? Status() : Status(Error{Errc::kCorrupt, "other counts"});
  }
  void on_logged(const EventBatch&) override {}
  void on_replay(const EventBatch& batch) override { replayed += batch.events.size(); }
  Result<std::shared_ptr<const Program>> open_program(std::string_view bytes) override {
    const auto first = std::as_bytes(std::span(bytes));
    SEGUE_TRY(image::Image image, image::Image::open({first.begin(), first.end()}));
    return std::shared_ptr<const Program>(std::make_shared<const Program>(std::move(image)));
  }
  void on_program(const std::shared_ptr<const Program>& program) override { at_work_ = program; }
  void on_stop(Instant at) override { durable->outbox().add(fmt::format("stop at {}\n", at.ms)); }

  Status status;  // of opening
  uint64_t replayed = 0;
  std::atomic<bool> sink_fails = false;

 private:
  KeptSink& sink_;
  Engine engine_;
  std::shared_ptr<const Program> at_work_;
  uint32_t input_ = 0;

 public:
  std::unique_ptr<Durable> durable;  // before the engine goes
};

}  // namespace segue::durable
