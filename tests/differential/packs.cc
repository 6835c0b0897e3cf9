#include "tests/differential/packs.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/engine/watermark.h"
#include "runtime/ingest/memory_source.h"
#include "runtime/pack/as_of_pack.h"
#include "runtime/pack/inputs.h"

namespace segue::differential {
namespace {

std::shared_ptr<const pack::Pack> pack_of(const std::vector<GeneratedEvent>& events) {
  std::string lines;
  for (const GeneratedEvent& event : events) lines += event.to_json() + "\n";
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const std::string path = folder / ("segue-differential-" + std::to_string(getpid()) + ".segl");
  pack::Writer writer(std::move(pack::NewFile::create(path)).value(), path, {});
  std::vector<pack::PackInput> inputs;
  inputs.push_back({std::make_unique<MemorySource>(lines), nullptr});
  const pack::PackListener listener{[](const Reject&) { return Status(); }, [](uint64_t) {}};
  SEGUE_CHECK(pack_inputs(std::move(inputs), kLatenessAll, writer, listener).ok(),
              "the generator's lines can be packed");
  SEGUE_CHECK(writer.finish().ok(), "there is room for a pack");
  std::shared_ptr<const pack::Pack> opened = pack::Pack::open(path).value();
  std::filesystem::remove(path);
  return opened;
}

}  // namespace

Answer ask_pack(const hir::Rules& rules, const std::vector<GeneratedEvent>& events,
                const Mode& mode, const std::vector<Instant>& stops) {
  const std::shared_ptr<Program> program = compile(rules, mode);
  pack::AsOfRequest request;
  request.at = stops;
  request.with_scores = true;
  request.threads = 2;
  std::vector<Reject> damaged;
  const pack::AsOfResult result =
      pack::answer_pack(*program, *pack_of(events), request, 0, damaged);
  SEGUE_CHECK(damaged.empty(), "a new pack is whole");
  Answer lines;
  for (const pack::Answers& answers : result.answers) {
    for (uint32_t i = 0; i < answers.members.size(); ++i) {
      for (const std::string_view user : answers.members[i]) {
        lines.push_back(member_line(user, answers.at.ms, rules.segments[i].name));
      }
    }
    for (uint32_t i = 0; i < answers.scores.size(); ++i) {
      for (const auto& [user, value] : answers.scores[i]) {
        lines.push_back(score_line(user, answers.at.ms, rules.scores[i].name, value));
      }
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace segue::differential
