#include "compiler/codegen/codegen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <random>
#include <set>

#include "compiler/codegen/filter_families.h"
#include "compiler/codegen/instants.h"
#include "compiler/codegen/random_history.h"
#include "compiler/codegen/random_image.h"
#include "compiler/codegen/units.h"
#include "compiler/codegen/workshop.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/settle.h"
#include "runtime/interp/test_world.h"

namespace segue {
namespace {

using testing::HasSubstr;

/// One user of a program, interpreted and by native code: the same calls, and after each the same
/// bytes.
class Twin {
 public:
  explicit Twin(const std::string& image_text, unsigned threads = 1)
      : interpreted_(program_of(image_text)), native_(program_of(image_text)) {
    Result<NativeCode> code = generate(*native_, {.threads = threads});
    EXPECT_TRUE(code) << code.error().message;
    if (code) native_->install(std::move(*code));
    alone_.emplace(*native_);
  }

  const image::View& view() const { return native_->view(); }

  [[nodiscard]] bool apply(std::span<const Event> events) {
    EXPECT_TRUE(segue::apply(*interpreted_, blob_, events, out_).ok());
    if (!is_settled_alone(events)) {
      EXPECT_TRUE(segue::apply(*native_, native_blob_, events, native_out_).ok());
    }
    return same();
  }

  [[nodiscard]] bool advance(int64_t through_ms) {
    segue::advance(*interpreted_, blob_, "u1", Instant{through_ms}, out_);
    segue::advance(*native_, native_blob_, "u1", Instant{through_ms}, native_out_);
    return same();
  }

  int64_t next_ms() const { return next_deadline(blob_).ms; }
  /// What is said of the state if it came from outside.
  std::string wrong_state() const {
    const Status status = native_->check_state(native_blob_.bytes());
    return status.ok() ? "" : status.error().message;
  }
  size_t transitions() const { return out_.size(); }

 private:
  /// As an engine does it; every other instant.
  bool is_settled_alone(std::span<const Event> events) {
    return events.size() == 1 && ++lone_events_ % 2 == 0 &&
           alone_->settle(native_blob_, events[0], native_out_);
  }

  bool same() {
    const auto bytes = blob_.bytes();
    const auto native_bytes = native_blob_.bytes();
    if (bytes.size() != native_bytes.size()) return false;
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == native_bytes[i]) continue;
      ADD_FAILURE() << "byte " << i << " of the blob differs";
      return false;
    }
    if (out_.size() != native_out_.size()) return false;
    return std::equal(out_.begin(), out_.end(), native_out_.begin(),
                      [](const Transition& a, const Transition& b) {
                        return a.at == b.at && a.segment == b.segment && a.entered == b.entered &&
                               a.cause == b.cause && a.event == b.event;
                      });
  }

  std::unique_ptr<Program> interpreted_;
  std::unique_ptr<Program> native_;
  Blob blob_;
  Blob native_blob_;
  std::vector<Transition> out_;
  std::vector<Transition> native_out_;
  std::optional<interp::Alone> alone_;
  uint32_t lone_events_ = 0;
};

void compare(const std::string& image_text, uint32_t seed, int steps) {
  Twin twin(image_text);
  codegen::RandomHistory history(twin.view(), seed);
  for (int step = 0; step < steps; ++step) {
    const int64_t now = history.next_instant();
    // Deadline by deadline: the first that differs is the one to look at.
    while (twin.next_ms() < now) {
      ASSERT_TRUE(twin.advance(twin.next_ms())) << "seed " << seed << " step " << step;
    }
    ASSERT_TRUE(twin.apply(history.events())) << "seed " << seed << " step " << step;
    ASSERT_EQ(twin.wrong_state(), "") << "seed " << seed << " step " << step;
  }
}

TEST(Codegen, SamplesAnswerAsTheInterpreterDoes) {
  for (const auto& entry : std::filesystem::directory_iterator("tests/images")) {
    if (entry.path().extension() != ".image") continue;
    SCOPED_TRACE(entry.path());
    for (uint32_t seed = 0; seed < 5; ++seed) compare(file_text(entry.path()), seed, 400);
  }
}

TEST(Codegen, RandomImagesAnswerAsTheInterpreterDoes) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    compare(codegen::random_image(seed, 1 + seed * 2), seed, 150);
    if (HasFailure()) return;
  }
}

/// Many filters on one slot share the key of its text.
TEST(Codegen, ManyComparisonsOfOneTextAnswerAsTheInterpreterDoes) {
  constexpr std::string_view kWords[] = {"paris", "rome", "a", "", "PARIS", "spring", "oslo"};
  std::string streams;
  std::string cells;
  std::string list;
  for (uint32_t i = 0; i < std::size(kWords); ++i) {
    const std::string test = fmt::format("  slot 0\n  equal-text \"{}\" 0\n", kWords[i]);
    streams += fmt::format("stream {} cells {}\n{}{}", i, i, test, i % 2 == 0 ? "" : "  not\n");
    cells += fmt::format("cell {} total source {} at {} bytes 5\n", i, i, 40 + 8 * i);
    list += fmt::format(" {}", i);
  }
  const std::string kinds =
      fmt::format("kind 0\nkind 1\nkind 2 name \"page\" slots 0 streams{}\n", list);
  const std::string text = "slot 0 property \"city\"\n" + kinds + streams + cells;
  EXPECT_THAT(print_llvm(*program_of(text)), HasSubstr("segue_text_key"));
  for (uint32_t seed = 0; seed < 5; ++seed) compare(text, seed, 200);
}

/// Filters that differ in one constant are searched, whatever the order of their streams.
TEST(Codegen, FamiliesOfFiltersAnswerAsTheInterpreterDoes) {
  constexpr std::string_view kNumbers[] = {"2.5", "0", "1e9", "-2.5", "3", "7", "2", "-1"};
  constexpr std::string_view kWords[] = {"paris", "rome", "a",    "",       "PARIS", "h",
                                         "oslo",  "page", "nice", "spring", "rome",  "oslo"};
  std::vector<std::string> tests;
  for (const std::string_view number : kNumbers) {
    for (const std::string_view op : {"less", "less-equal"}) {
      tests.push_back(fmt::format("number {}\n  slot 0\n  value-number\n  {}", number, op));
      tests.push_back(fmt::format("slot 0\n  value-number\n  number {}\n  {}", number, op));
    }
  }
  for (const std::string_view word : kWords) {
    tests.push_back(fmt::format("slot 0\n  equal-text \"{}\" 0", word));
  }
  std::string streams;
  std::string cells;
  std::string list;
  for (size_t i = 0; i < tests.size(); ++i) {
    const size_t cell = tests.size() - 1 - i;
    streams += fmt::format("stream {} cells {}\n  kind-in k0\n  {}\n  and 2\n", i, cell, tests[i]);
    cells += fmt::format("cell {} newest source {} k 2 at {} bytes 12\n", i, tests.size() - 1 - i,
                         40 + 12 * i);
    list += fmt::format(" {}", i);
  }
  const std::string text =
      "slot 0 property \"city\"\nkind-set 0 2\n" +
      fmt::format("kind 0\nkind 1\nkind 2 name \"page\" slots 0 streams{}\n", list) + streams +
      cells;
  const auto program = program_of(text);
  EXPECT_EQ(codegen::filter_families(program->view(), KindId{2}, 6).size(), 5u);
  EXPECT_THAT(print_llvm(*program), HasSubstr("low:")) << "texts are searched";
  for (uint32_t seed = 0; seed < 5; ++seed) compare(text, seed, 300);
}

/// Of the images above few settle instants whole: most have something that climbs or loops.
TEST(Codegen, WholeInstantsAnswerAsTheInterpreterDoes) {
  uint32_t alone = 0;
  uint32_t times = 0;
  for (uint32_t seed = 1000; seed < 1400; ++seed) {
    SCOPED_TRACE(seed);
    const std::string text = codegen::random_image(seed, 1 + seed % 12);
    const auto program = program_of(text);
    const bool has_alone = !codegen::kinds_with_instants(*program).empty();
    const bool has_time = codegen::instant_of_time(*program).has_value();
    if (!has_alone && !has_time) continue;
    alone += has_alone ? 1 : 0;
    times += has_time ? 1 : 0;
    compare(text, seed, 300);
    if (HasFailure()) return;
  }
  EXPECT_GT(alone, 20u);
  EXPECT_GT(times, 20u);
}

/// All functions for whole instants together hold conditions in proportion to the program's.
TEST(Codegen, WholeInstantsAreBounded) {
  constexpr uint32_t kKinds = 100;
  constexpr uint32_t kNodes = 60;
  std::string kinds = "kind 0\nkind 1\n";
  for (uint32_t kind = 2; kind < 2 + kKinds; ++kind) {
    kinds += fmt::format("kind {} name \"event {:03}\" streams 0 chunks 0\n", kind, kind);
  }
  std::string nodes;
  for (uint32_t node = 0; node < kNodes; ++node) {
    nodes += fmt::format("node {} B place {}\n  seen c0\n", node, node);
  }
  const auto program =
      program_of(kinds + "stream 0 cells 0\n  any-kind\n" + "cell 0 seen source 0 at 40 bytes 1\n" +
                 nodes + fmt::format("chunk 0 first 0 count {}\n", kNodes));
  // The two kinds that change nothing are free.
  EXPECT_EQ(codegen::kinds_with_instants(*program).size(), 2 + (512 + kNodes / 2) / kNodes);
}

/// What is compared above is everything there is.
TEST(Codegen, SamplesAndRandomImagesHaveEveryOp) {
  std::set<image::Op> ops;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    const auto program = program_of(codegen::random_image(seed, 1 + seed * 2));
    for (const image::OpRow& row : program->view().ops) ops.insert(row.op);
  }
  for (uint32_t i = 0; i < image::kOpCount; ++i) {
    EXPECT_TRUE(ops.contains(static_cast<image::Op>(i)))
        << image::op_info(static_cast<image::Op>(i)).name;
  }
}

TEST(Codegen, NothingFallsBackFromFastISel) {
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator("tests/images")) {
    if (entry.path().extension() == ".image") texts.push_back(file_text(entry.path()));
  }
  for (uint32_t seed = 0; seed < 20; ++seed) texts.push_back(codegen::random_image(seed, 60));
  for (const std::string& text : texts) {
    const auto program = program_of(text);
    codegen::Workshop workshop;
    workshop.machine.listen();
    for (const codegen::Unit& unit : codegen::units_of(*program)) {
      workshop.machine.object_of(*workshop.module_of(*program, unit));
    }
    EXPECT_EQ(workshop.machine.fallbacks(), 0u) << workshop.machine.first_fallback();
  }
}

TEST(Codegen, ThreadsMakeTheSameCode) {
  const std::string text = codegen::random_image(7, 900);
  Twin one(text, 1);
  Twin three(text, 3);
  codegen::RandomHistory history(one.view(), 7);
  for (int step = 0; step < 30; ++step) {
    history.next_instant();
    const std::vector<Event> events = history.events();
    ASSERT_TRUE(one.apply(events));
    ASSERT_TRUE(three.apply(events));
  }
  EXPECT_EQ(one.transitions(), three.transitions());
}

TEST(Codegen, PerfFindsNames) {
  const auto program = program_of(file_text("tests/images/segments.image"));
  ASSERT_TRUE(generate(*program, {.debug_names = true}));
  const std::string path = fmt::format("/tmp/perf-{}.map", getpid());
  EXPECT_THAT(file_text(path), HasSubstr(" segue_chunk_0_free\n"));
  std::filesystem::remove(path);
}

TEST(Codegen, PrintsWhatItMakes) {
  const auto program = program_of(file_text("tests/images/segments.image"));
  EXPECT_THAT(print_llvm(*program), HasSubstr("define void @segue_chunk_0_free(ptr"));
  EXPECT_THAT(print_asm(*program), HasSubstr("segue_kind_2_page_viewed:"));
}

TEST(Codegen, AProgramWithoutRulesHasNoCode) {
  const auto program = program_of("kind 0\nkind 1\n");
  CodegenStats stats;
  const Result<NativeCode> code = generate(*program, {}, &stats);
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(stats.functions, 0u);
  EXPECT_EQ(code->kinds.size(), 2u);
  EXPECT_EQ(code->kinds[0], nullptr);
}

}  // namespace
}  // namespace segue
