// make_set FOLDER: a new set, made by this version: README.md.
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "segue/compile.h"
#include "segue/pack.h"
#include "tests/compat/read_set.h"

namespace segue::compat {
namespace {

void must(const Outcome& outcome) {
  if (outcome.ok()) return;
  std::cerr << outcome.message() << '\n';
  std::exit(1);
}

void write(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.flush()) return;
  std::cerr << "cannot write " << path << '\n';
  std::exit(1);
}

std::string_view chars(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What ann's state comes to, event by event.
void seal(const CompiledProgram& program, const std::string& path) {
  StateBlob blob;
  std::vector<StateChange> changes;
  const std::string lines = events();
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    if (line.find("\"ann\"") != std::string_view::npos) {
      must(apply_lines(program, blob, line, changes));
    }
  }
  std::vector<std::byte> bytes;
  blob.seal(bytes);
  write(path + "/" + std::string(kSealed), chars(bytes));
}

/// One that takes nothing more from some instant on, so that changes wait for it.
class HeldSink final : public DurableSink {
 public:
  std::string name() const override { return ""; }
  Outcome resume(uint64_t) override { return {}; }
  void give(const MembershipChange&) override { ++given_; }
  Outcome commit(uint64_t& position) override {
    position = given_;
    return holds ? Outcome(Fault::kUnreadable, "held") : Outcome();
  }
  std::string mark() const override { return "what stands there"; }

  std::atomic<bool> holds = false;

 private:
  uint64_t given_ = 0;
};

/// A folder whose process ends without a word, while changes wait.
void keep(const std::shared_ptr<const CompiledProgram>& program, const std::string& folder) {
  HeldSink sink;
  MembershipEngine engine;
  DurableSettings kept;
  kept.folder = folder;
  kept.sink = &sink;
  Recovery found;
  must(open_engine(program, {}, kept, engine, found));
  const std::string lines = events();
  const size_t held_after = lines.find('\n', checkpoint_after() / 2) + 1;
  must(engine.push(std::string_view(lines).substr(0, held_after)));
  must(engine.flush_sink());
  sink.holds = true;
  must(engine.push(std::string_view(lines).substr(held_after, checkpoint_after() - held_after)));
  must(engine.checkpoint());
  must(engine.push(
      std::string_view(lines).substr(checkpoint_after(), ended_after() - checkpoint_after())));
}

void make(const std::string& set) {
  std::filesystem::create_directories(set);
  Compilation rules;
  std::shared_ptr<const CompiledProgram> program;
  must(compile_text("rules.seg", kRules, {}, rules));
  if (!rules.ok()) std::cerr << rules.findings().render(FindingsFormat::kText);
  must(rules.program(program));
  write(set + "/rules.seg", kRules);
  write(set + "/events.jsonl", events());
  const std::string image = set + "/" + std::string(kImage);
  write(image, chars(program->image()));
  EventInput input;
  const std::string log = set + "/events.jsonl";
  must(open_event_input({&log, 1}, {}, input));
  PackStats packed;
  must(pack_events(input, set + "/" + std::string(kPack), {}, {}, packed));
  seal(*program, set);
  keep(program, set + "/kept");
  const std::string tar = fmt::format(
      "cd '{}' && tar --exclude=LOG --exclude='LOG.old*' --sort=name --owner=0 --group=0 "
      "--numeric-owner -czf {} kept",
      set, kKept);
  if (std::system(tar.c_str()) != 0) std::exit(1);
  const auto record = [&](std::string_view name, const Reading& reading) {
    must(reading.refused);
    write(fmt::format("{}/{}.answers", set, name), reading.answers);
  };
  std::shared_ptr<const CompiledProgram> opened;
  record(kImage, read_image(image, opened));
  record(kPack, read_pack(set + "/" + std::string(kPack), opened));
  record(kSealed, read_sealed(set + "/" + std::string(kSealed), *opened));
  record(kKept, read_kept(set + "/kept", opened));
  std::filesystem::remove_all(set + "/kept");
}

}  // namespace
}  // namespace segue::compat

int main(int argc, char** argv) {
  if (argc != 2 || std::filesystem::exists(argv[1])) {
    std::cerr << "make_set FOLDER: a new one, sets are never written over\n";
    return 2;
  }
  segue::compat::make(argv[1]);
  return 0;
}
