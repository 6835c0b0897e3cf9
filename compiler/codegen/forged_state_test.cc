#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/random_history.h"
#include "compiler/codegen/random_image.h"
#include "runtime/interp/program.h"

/// States in which bytes were changed and that are still taken: whatever they say, calls stay
/// inside of them, and time goes on.
namespace segue {
namespace {

class Forger {
 public:
  Forger(const std::string& image_text, uint32_t seed)
      : interpreted_(program_of(image_text)),
        native_(program_of(image_text)),
        seed_(seed),
        random_(seed) {
    Result<NativeCode> code = generate(*native_, {.threads = 1});
    EXPECT_TRUE(code) << code.error().message;
    if (code) native_->install(std::move(*code));
  }

  /// Changes a state after each of so many instants, in so many ways.
  void run(int instants, int ways) {
    codegen::RandomHistory history(native_->view(), seed_);
    Blob blob;
    std::vector<Transition> out;
    for (int i = 0; i < instants; ++i) {
      history.next_instant();
      ASSERT_TRUE(apply(*native_, blob, history.events(), out).ok());
      const std::span<const std::byte> bytes = blob.bytes();
      ASSERT_TRUE(native_->check_state(bytes).ok());
      for (int way = 0; way < ways; ++way) {
        std::vector<uint64_t> words((bytes.size() + 7) / 8);
        std::memcpy(words.data(), bytes.data(), bytes.size());
        const auto forged = std::as_writable_bytes(std::span(words)).first(bytes.size());
        change(forged);
        if (!native_->check_state(forged).ok()) {
          ++refused;
          continue;
        }
        ++taken;
        go_on(*interpreted_, forged, history);
        go_on(*native_, forged, history);
      }
    }
  }

  uint64_t refused = 0;
  uint64_t taken = 0;
  uint64_t ended = 0;  // histories, two of each state that was taken

 private:
  uint32_t below(size_t end) {
    return static_cast<uint32_t>(std::uniform_int_distribution<size_t>(0, end - 1)(random_));
  }

  /// Some bytes, or some word to what is hard to take.
  void change(std::span<std::byte> bytes) {
    constexpr uint64_t kHard[] = {0,          1,          UINT64_MAX,          1ULL << 63,
                                  1ULL << 62, UINT32_MAX, 0x7FF8000000000000u, (1ULL << 63) - 1};
    for (uint32_t times = 1 + below(3); times > 0; --times) {
      if (below(2) == 0) {
        bytes[below(bytes.size())] = static_cast<std::byte>(below(256));
        continue;
      }
      const uint64_t word = kHard[below(std::size(kHard))];
      std::memcpy(&bytes[8 * below(bytes.size() / 8)], &word, sizeof word);
    }
  }

  /// The history goes on from a copy of the state. Deadlines come one by one: of what decays a
  /// forged number may have so many that the history would not end.
  void go_on(const Program& program, std::span<const std::byte> bytes,
             codegen::RandomHistory history) {
    Blob blob = Blob::copy_of(bytes);
    std::vector<Transition> out;
    for (int i = 0; i < 6; ++i) {
      const int64_t now = history.next_instant();
      const std::vector<Event> events = history.events();
      for (int times = 0; times < 20 && next_deadline(blob).ms < now; ++times) {
        advance(program, blob, "u1", next_deadline(blob), out);
      }
      if (next_deadline(blob).ms < now) return;
      for (uint32_t s = 0; s < program.view().scores.size(); ++s) score(program, blob, s);
      if (!apply(program, blob, events, out).ok()) return;
    }
    ++ended;
  }

  std::unique_ptr<Program> interpreted_;
  std::unique_ptr<Program> native_;
  uint32_t seed_;
  std::mt19937 random_;
};

TEST(ForgedState, StaysInsideAndGoesOn) {
  uint64_t refused = 0;
  uint64_t taken = 0;
  uint64_t ended = 0;
  const auto forge = [&](const std::string& text, uint32_t seed) {
    Forger forger(text, seed);
    forger.run(40, 25);
    refused += forger.refused;
    taken += forger.taken;
    ended += forger.ended;
  };
  for (const auto& entry : std::filesystem::directory_iterator("tests/images")) {
    if (entry.path().extension() != ".image") continue;
    SCOPED_TRACE(entry.path());
    for (uint32_t seed = 0; seed < 2; ++seed) forge(file_text(entry.path()), seed);
  }
  for (uint32_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    forge(codegen::random_image(seed, 1 + seed * 3), seed);
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(taken, 1000u);
  EXPECT_GT(ended, taken);
}

}  // namespace
}  // namespace segue
