#include <fmt/format.h>
#include <chrono>
#include <filesystem>

#include "api/compilation_state.h"
#include "api/native_maker.h"
#include "api/runtime/outcomes.h"
#include "api/zone_tables.h"
#include "compiler/emit/emit.h"
#include "compiler/passes/pipeline.h"
#include "compiler/plan/lower.h"
#include "compiler/sema/check.h"
#include "compiler/sema/zones.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"
#include "runtime/base/check.h"

namespace segue {
namespace {

passes::Selection selection_of(const CompileOptions& options) {
  passes::Selection selection;
  selection.all = !options.passes.has_value();
  if (options.passes) selection.only = *options.passes;
  return selection;
}

Outcome check_options(const CompileOptions& options) {
  if (!zone_exists(options.zone)) {
    return {Fault::kInvalid, fmt::format("there is no zone `{}`", options.zone)};
  }
  for (const std::string& key : options.require) {
    const bool name = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_';
    });
    if (!name) return {Fault::kInvalid, fmt::format("`{}` is not a name of metadata", key)};
  }
  if (!options.passes || options.passes->empty()) return {};
  const auto known =
      passes::Selection::from_text(fmt::format("{}", fmt::join(*options.passes, ",")));
  return known ? Outcome() : outcome_of(known.error());
}

/// Adds to `ms` how long it lived.
class Stopwatch {
 public:
  explicit Stopwatch(double& ms) : ms_(ms), begin_(std::chrono::steady_clock::now()) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - begin_;
    ms_ += took.count();
  }

 private:
  double& ms_;
  std::chrono::steady_clock::time_point begin_;
};

/// From parsed files to a plan before passes; stops where there are errors.
void check_and_lower(Compilation::State& state) {
  Diagnostics& diagnostics = state.found->diagnostics;
  CheckOptions options;
  options.params = state.options.params;
  options.default_zone = state.options.zone;
  options.uses = state.loaded.uses;
  options.list_files = state.loaded.list_files;
  options.libraries = state.loaded.libraries;
  options.required = state.options.require;
  if (state.options.deny_unbounded) diagnostics.raise(Code::kW0512);
  options.allow_same_names = state.options.allow_same_names;
  options.sources = &state.found->sources;
  // Checked in spite of errors of syntax, so that one run shows all there is to mend.
  {
    const Stopwatch stopwatch(state.times.check_ms);
    state.rules = check(state.loaded.files, options, diagnostics);
  }
  if (diagnostics.has_errors()) return;
  const Stopwatch stopwatch(state.times.plan_ms);
  state.lowered = plan::lower(state.rules, diagnostics);
}

bool is_plan_text(std::span<const std::string> paths) {
  return paths.size() == 1 && paths[0].ends_with(".plan");
}

Outcome read_plan(const std::string& path, Compilation::State& state) {
  const LoadResult loaded = state.found->sources.load_file(path);
  if (loaded.error != LoadError::kNone) {
    return {Fault::kUnreadable, fmt::format("{}: {}", path, loaded.message)};
  }
  auto plan = plan::parse(state.found->sources.file(loaded.id).text());
  if (!plan) return {Fault::kInvalid, fmt::format("{}: {}", path, plan.error().message)};
  const std::string wrong = plan::verify(*plan);
  if (!wrong.empty()) return {Fault::kInvalid, fmt::format("{}: {}", path, wrong)};
  state.lowered = std::move(plan).value();
  return {};
}

/// Says where rules are written. Of a plan that was read as text there are none.
template <class Rule>
void locate(const std::vector<Rule>& rules, const SourceManager& sources,
            std::vector<RuleInfo>& infos) {
  for (size_t i = 0; i < std::min(rules.size(), infos.size()); ++i) {
    const TextRange at = range_of(sources, rules[i].span);
    infos[i].path = at.path;
    infos[i].line = at.line;
  }
}

}  // namespace

const plan::Plan& Compilation::State::plan() const {
  if (!optimised) {
    const Stopwatch stopwatch(times.passes_ms);
    optimised = lowered;
    passes::run(*optimised, selection_of(options));
  }
  return *optimised;
}

/// The program of this image of the plan, with what only the rules say of it.
std::shared_ptr<const CompiledProgram> Compilation::State::describe(image::Image image) const {
  auto described = describe_image(std::move(image));
  described->counts.shapes = passes::count_shapes(plan());
  locate(rules.segments, found->sources, described->segments);
  locate(rules.scores, found->sources, described->scores);
  described->make_native = &make_native;
  return std::make_shared<CompiledProgram>(std::move(described));
}

// ---- loading ------------------------------------------------------------------------------------

Outcome compile_files(std::span<const std::string> paths, const CompileOptions& options,
                      Compilation& into) noexcept {
  if (Outcome wrong = check_options(options); !wrong.ok()) return wrong;
  auto state = std::make_unique<Compilation::State>();
  state->options = options;
  if (is_plan_text(paths)) {
    if (Outcome wrong = read_plan(paths[0], *state); !wrong.ok()) return wrong;
    into.state_ = std::move(state);
    return {};
  }
  {
    const Stopwatch stopwatch(state->times.parse_ms);
    state->loaded = load(state->found->sources, paths, state->found->diagnostics);
  }
  if (!state->loaded.unreadable.empty()) {
    return {Fault::kUnreadable, "cannot read " + state->loaded.unreadable.front()};
  }
  if (state->loaded.files.empty()) {
    return {Fault::kUnreadable,
            fmt::format("there are no .seg files in {}", fmt::join(paths, ", "))};
  }
  check_and_lower(*state);
  into.state_ = std::move(state);
  return {};
}

Outcome compile_text(std::string name, std::string text, const CompileOptions& options,
                     Compilation& into) noexcept {
  if (Outcome wrong = check_options(options); !wrong.ok()) return wrong;
  auto state = std::make_unique<Compilation::State>();
  state->options = options;
  {
    const Stopwatch stopwatch(state->times.parse_ms);
    state->loaded = load_text(state->found->sources, std::move(name), std::move(text),
                              state->found->diagnostics);
  }
  check_and_lower(*state);
  into.state_ = std::move(state);
  return {};
}

void check_with(const Compilation::State& base,
                const std::vector<std::pair<std::string, std::string>>& params, Compilation& into) {
  auto state = std::make_unique<Compilation::State>();
  state->options = base.options;
  auto& values = state->options.params;
  for (const auto& param : params) {
    std::erase_if(values, [&](const auto& value) { return value.first == param.first; });
    values.push_back(param);
  }
  // In the same order, so that a place in one is the same place in the other.
  SourceManager& sources = state->found->sources;
  for (uint32_t i = 0; i < base.found->sources.file_count(); ++i) {
    const SourceFile& file = base.found->sources.file({i});
    sources.add_text(file.path(), std::string(file.text()));
  }
  Diagnostics& diagnostics = state->found->diagnostics;
  for (size_t i = 0; i < base.loaded.files.size(); ++i) {
    const SourceId id = base.loaded.files[i].id;
    if (base.loaded.libraries[i]) diagnostics.quiet(id);
    state->loaded.files.push_back(parse(sources, id, diagnostics));
  }
  state->loaded.uses = base.loaded.uses;
  state->loaded.list_files = base.loaded.list_files;
  state->loaded.libraries = base.loaded.libraries;
  check_and_lower(*state);
  into.state_ = std::move(state);
}

Outcome list_rule_files(std::span<const std::string> paths,
                        std::vector<std::string>& files) noexcept {
  for (const std::string& path : paths) {
    auto found = rule_files(path);
    if (!found) return {Fault::kUnreadable, "cannot read " + found.error().message};
    for (std::string& file : *found) {
      if (std::find(files.begin(), files.end(), file) == files.end())
        files.push_back(std::move(file));
    }
  }
  return {};
}

Findings format_rules(const std::string& name, std::string text, std::string& formatted) noexcept {
  auto found = std::make_shared<Findings::State>();
  const SourceId id = found->sources.add_text(name, std::move(text));
  const ParsedText parsed = parse_with_tokens(found->sources, id, found->diagnostics);
  if (!found->diagnostics.has_errors()) {
    formatted = format(found->sources.file(id).text(), parsed);
  }
  return Findings(std::move(found));
}

std::span<const PassName> optional_passes() noexcept {
  static const std::vector<PassName> kNames = [] {
    std::vector<PassName> names;
    for (const passes::PassInfo& pass : passes::pipeline()) {
      if (pass.role == passes::Role::kOptional) names.push_back({pass.name, pass.does});
    }
    return names;
  }();
  return kNames;
}

// ---- the compilation ----------------------------------------------------------------------------

Compilation::Compilation() noexcept : state_(std::make_unique<State>()) {}
Compilation::Compilation(Compilation&&) noexcept = default;
Compilation& Compilation::operator=(Compilation&&) noexcept = default;
Compilation::~Compilation() = default;

CompileTimes Compilation::times() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return state_->times;
}

const Findings& Compilation::findings() const noexcept { return state_->findings; }

Outcome Compilation::program(std::shared_ptr<const CompiledProgram>& program) const noexcept {
  if (!ok()) return {Fault::kInvalid, "the rules are wrong"};
  const std::lock_guard lock(state_->mutex);
  if (!state_->program) {
    const plan::Plan& plan = state_->plan();
    const Stopwatch stopwatch(state_->times.emit_ms);
    auto image = emit(plan, system_zones());
    if (!image) return outcome_of(image.error());
    state_->program = state_->describe(std::move(image).value());
  }
  program = state_->program;
  return {};
}

}  // namespace segue
