#include "bench/reach/rules.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "bench/reach/measure.h"
#include "compiler/codegen/codegen.h"
#include "compiler/emit/emit.h"
#include "compiler/passes/pipeline.h"
#include "compiler/plan/lower.h"
#include "compiler/sema/check.h"
#include "compiler/sema/zones.h"
#include "compiler/syntax/parse.h"
#include "runtime/base/check.h"
#include "runtime/ingest/reader.h"

namespace segue::bench {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench: {}\n", why);
  std::exit(2);
}

/// Texts as a feed: copied piece by piece, as from a file in the page cache.
class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}
  Result<size_t> read(std::span<char> out) override {
    const size_t size = text_.copy(out.data(), out.size());
    text_.remove_prefix(size);
    return size;
  }
  const std::string& name() const override { return name_; }

 private:
  std::string_view text_;
  std::string name_ = "lines";
};

}  // namespace

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) give_up(fmt::format("`{}` cannot be read; run it from the tree's root", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string lifecycle_rules() {
  const std::string folder = "examples/02-saas-lifecycle/";
  std::string rules = file_text(folder + "rules.seg");
  rules.erase(0, rules.find('\n'));  // its `use` of the events
  return file_text(folder + "events.seg") + rules;
}

std::shared_ptr<Program> program_of(const std::string& rules, bool native) {
  SourceManager sources;
  const SourceId id = sources.add_text("rules.seg", rules);
  Diagnostics diagnostics;
  std::vector<ast::File> files;
  files.push_back(parse(sources, id, diagnostics));
  CheckOptions options;
  options.sources = &sources;
  hir::Rules checked;
  if (!diagnostics.has_errors()) checked = check(files, options, diagnostics);
  for (const Diagnostic* found : diagnostics.sorted()) {
    if (found->level == Level::kError) give_up(found->message);
  }
  plan::Plan plan = plan::lower(checked, diagnostics);
  passes::run(plan, *passes::Selection::from_text("all"));
  sema::Zones zones;
  const ZoneSource zone_source{[&](const std::string& name) { return zones.get(name)->rows; },
                               zone_names, "bench"};
  Result<image::Image> image = emit(plan, zone_source);
  if (!image) give_up(image.error().message);
  auto program = std::make_shared<Program>(std::move(image).value());
  if (native) {
    Result<NativeCode> code = generate(*program, {.threads = 2});
    if (!code) give_up(code.error().message);
    program->install(std::move(code).value());
  }
  return program;
}

std::vector<EventBatch> decode_all(const Program& program, std::string_view lines) {
  const auto source = read_events(std::make_unique<TextSource>(lines), 0, program.schema(), {});
  std::vector<EventBatch> batches;
  for (;;) {
    EventBatch batch;
    SEGUE_CHECK(source->next(batch).ok(), "memory does not fail");
    if (batch.empty()) return batches;
    batches.push_back(std::move(batch));
  }
}

std::vector<EventBatch> copies_of(const std::vector<EventBatch>& batches) { return batches; }

double run_engine(const std::shared_ptr<Program>& program, const EngineOptions& options,
                  std::vector<EventBatch> batches, EngineListener& listener, EngineStats* stats) {
  Engine engine(program, options, listener);
  const auto clock = options.threads == 1 ? cpu_seconds : now_seconds;
  const double begin = clock();
  for (EventBatch& batch : batches) engine.push(std::move(batch));
  engine.finish();
  const double seconds = clock() - begin;
  if (stats != nullptr) *stats = engine.stats();
  return seconds;
}

}  // namespace segue::bench
