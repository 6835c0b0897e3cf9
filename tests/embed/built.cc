// built LIBRARY EVENTS: programs built ahead of time, run without a compiler.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <lifecycle.h>
#include "segue/build.h"
#include "segue/engine.h"

namespace {

#define CHECK(condition, message)                                                    \
  do {                                                                               \
    if (!(condition)) {                                                              \
      std::fprintf(stderr, "%d: %s: %s\n", __LINE__, #condition, (message).c_str()); \
      std::exit(1);                                                                  \
    }                                                                                \
  } while (0)

using Program = std::shared_ptr<const segue::CompiledProgram>;

std::string changes_of(const Program& program, const std::string& lines) {
  segue::MembershipEngine engine;
  CHECK(segue::start_engine(program, {}, engine).ok(), lines);
  std::string text;
  engine.on_change([&](const segue::MembershipChange& change) {
    text += std::string(change.id) + " " + std::string(name_of(change.cause)) + "\n";
  });
  CHECK(engine.push(lines).ok(), lines);
  CHECK(engine.finish(*engine.stats().newest + std::chrono::hours(24 * 60)).ok(), lines);
  return text;
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string lines = text_of(argv[2]);
  Program built;
  segue::Outcome outcome = segue::open_built(lifecycle, built);
  CHECK(outcome.ok(), outcome.message());
  CHECK(built->segments()[lifecycle_segment_power_user].name == "power_user", outcome.message());
  CHECK(built->scores()[lifecycle_score_intent].name == "intent", outcome.message());

  Program interpreted;
  outcome = segue::open_program(built->image(), interpreted);
  CHECK(outcome.ok(), outcome.message());
  const std::string wanted = changes_of(interpreted, lines);
  CHECK(wanted.size() > 200, wanted);
  CHECK(changes_of(built, lines) == wanted, wanted);

  void* const library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  CHECK(library != nullptr, std::string(dlerror()));
  const auto* const found = static_cast<const segue_built_program*>(dlsym(library, "loaded"));
  CHECK(found != nullptr && found->chunk_code != lifecycle.chunk_code, std::string("loaded"));
  Program loaded;
  outcome = segue::open_built(*found, loaded);
  CHECK(outcome.ok(), outcome.message());
  CHECK(loaded->identity() == built->identity(), outcome.message());
  CHECK(changes_of(loaded, lines) == wanted, wanted);

  segue_built_program other = lifecycle;
  other.runtime = "of another day";
  CHECK(segue::open_built(other, loaded).fault() == segue::Fault::kUnsupported, wanted);
  other = lifecycle;
  ++other.chunks;
  CHECK(segue::open_built(other, loaded).fault() == segue::Fault::kInvalid, wanted);
  other = lifecycle;
  --other.image_bytes;
  CHECK(segue::open_built(other, loaded).fault() == segue::Fault::kCorrupt, wanted);
  std::puts("built programs say what the interpreter says");
  return 0;
}
