#include <gtest/gtest.h>

#include <thread>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/random_image.h"
#include "runtime/interp/test_world.h"

namespace segue {
namespace {

/// Events of one user, one a second, of all kinds in turn and without values.
void apply_events(const Program& program, Blob& blob, uint32_t count,
                  std::vector<Transition>& out) {
  const image::View& view = program.view();
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t kind = i % static_cast<uint32_t>(view.kinds.size());
    const std::vector<Value> slots(view.kinds[kind].slots.count);
    Event event{.at = Instant{1'748'700'000'000 + i * int64_t{1000}},
                .kind = KindId{kind},
                .user = "u1",
                .slots = slots};
    if (kind == kOtherKind.index) event.name = "other";
    if (kind >= kFirstNamedKind) event.name = view.text(view.kinds[kind].name);
    ASSERT_TRUE(apply(program, blob, {&event, 1}, out).ok());
  }
}

/// Users on two threads, and a third that makes code and installs it while they are at work.
TEST(NativeSwap, ChangesNoAnswer) {
  for (uint32_t seed = 1; seed <= 2; ++seed) {
    const std::string text = codegen::random_image(seed, 40);
    const auto interpreted = program_of(text);
    const auto swapped = program_of(text);
    Blob expected;
    std::vector<Transition> changes;
    apply_events(*interpreted, expected, 300, changes);

    std::thread maker([&] {
      Result<NativeCode> code = generate(*swapped, {.threads = 2});
      EXPECT_TRUE(code);
      if (code) swapped->install(std::move(*code));
    });
    Blob blobs[2];
    std::vector<Transition> out[2];
    std::thread other([&] { apply_events(*swapped, blobs[1], 300, out[1]); });
    apply_events(*swapped, blobs[0], 300, out[0]);
    other.join();
    maker.join();
    EXPECT_NE(swapped->native(), nullptr);
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(blobs[i].bytes().size(), expected.bytes().size());
      EXPECT_TRUE(
          std::equal(expected.bytes().begin(), expected.bytes().end(), blobs[i].bytes().begin()));
      EXPECT_EQ(out[i].size(), changes.size());
    }
  }
}

}  // namespace
}  // namespace segue
