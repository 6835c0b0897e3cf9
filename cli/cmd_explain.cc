#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <memory>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/event_flags.h"
#include "cli/explain_deploy.h"
#include "cli/explain_plan.h"
#include "cli/explain_why.h"
#include "cli/files.h"
#include "cli/findings_report.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/progress.h"

namespace segue::cli {
namespace {

struct ExplainFlags {
  InputPaths paths;
  std::string stage;
  std::string passes;
  std::string only;
  std::string user;
  std::string segment;
  std::string at;
  bool deploy = false;
  bool history_starts_now = false;
  RuleFlags rules;
  EventFlags events;
  ColorFlags color;
};

/// `E0207`, `W0512`
bool is_code(const std::string& text) {
  if (text.size() != 5 || (text[0] != 'E' && text[0] != 'W')) return false;
  for (size_t i = 1; i < text.size(); ++i) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

std::optional<std::vector<std::string>> pass_list(const std::string& text) {
  if (text.empty() || text == "all") return std::nullopt;
  std::vector<std::string> names;
  if (text == "none") return names;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    names.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

CompileOptions compile_options(const ExplainFlags& flags) {
  CompileOptions options = flags.rules.options();
  options.passes = pass_list(flags.passes);
  return options;
}

void explain_diagnostic(const std::string& code, Output& out) {
  const std::string_view page = explain_code(code);
  if (page.empty()) usage_error(fmt::format("there is no diagnostic `{}`", code));
  out.write(page);
}

void explain_stage(const ExplainFlags& flags, Output& out) {
  const std::optional<Stage> stage = parse_stage(flags.stage);
  if (!stage) usage_error(fmt::format("there is no stage `{}`", flags.stage));
  Compilation compilation;
  require(compile_files(flags.paths.given, compile_options(flags), compilation));
  const std::string words = findings_text(compilation.findings(), flags.color.use(Stream::kErr));
  std::fwrite(words.data(), 1, words.size(), stderr);
  if (!compilation.ok() && stage != Stage::kAst) {
    throw Complaint(Exit::kWrong, "the rules are wrong");
  }
  std::string text;
  require(compilation.dump(*stage, flags.only, text));
  out.write(text);
  if (!compilation.ok()) throw Complaint(Exit::kWrong, "the rules are wrong");
}

void explain_why(const ExplainFlags& flags, Output& out) {
  if (flags.user.empty() || flags.segment.empty()) {
    usage_error("with EVENTS, explain takes --user and --segment");
  }
  ExplainQuery query{flags.user, flags.segment, std::nullopt};
  if (!flags.at.empty()) query.at = time_argument("--at", flags.at, flags.rules.zone);
  const Compilation compilation =
      compile_or_fail(flags.paths.rules(), compile_options(flags), flags.color.use(Stream::kErr));
  EventInput input;
  require(open_event_input(flags.paths.events(), flags.events.input_options(), input));
  Progress progress;
  Explanation explanation;
  TimePoint at;
  require(explain_membership(
      compilation, input, query, [&](const InputProgress& now) { progress.show(now); }, explanation,
      at));
  progress.clear();
  out.write(why_text(query, at, explanation, flags.color.use(Stream::kOut)));
}

/// Whether a segment or score is called so.
bool has_rule(const CompiledProgram& program, const std::string& name) {
  const auto is_it = [&](const RuleInfo& rule) { return rule.name == name; };
  const auto segments = program.segments();
  const auto scores = program.scores();
  return std::any_of(segments.begin(), segments.end(), is_it) ||
         std::any_of(scores.begin(), scores.end(), is_it);
}

void explain_rules(const ExplainFlags& flags, Output& out) {
  const Compilation compilation =
      compile_or_fail(flags.paths.given, compile_options(flags), flags.color.use(Stream::kErr));
  const auto program = program_of(compilation);
  if (!flags.segment.empty() && !has_rule(*program, flags.segment)) {
    usage_error(fmt::format("the rules have no segment `{}`", flags.segment));
  }
  out.write(plan_text(*program, flags.segment, flags.color.use(Stream::kOut)));
}

/// The program of rules, or of an image as `seg build` writes it.
std::shared_ptr<const CompiledProgram> program_at(const std::string& path,
                                                  const ExplainFlags& flags) {
  if (!path.ends_with(".segi")) {
    return program_of(
        compile_or_fail({path}, compile_options(flags), flags.color.use(Stream::kErr)));
  }
  const std::string bytes = read_file(path);
  std::shared_ptr<const CompiledProgram> program;
  const Outcome opened = open_program(std::as_bytes(std::span(bytes)), program);
  if (!opened.ok()) {
    throw Complaint(Exit::kUsage, fmt::format("`{}`: {}", path, opened.message()));
  }
  return program;
}

void explain_deploy(const ExplainFlags& flags, Output& out) {
  const std::vector<std::string>& given = flags.paths.given;
  if (given.size() != 2) usage_error("--deploy takes OLD and NEW");
  std::optional<TimePoint> at;
  if (!flags.at.empty()) at = time_argument("--at", flags.at, flags.rules.zone);
  const auto old = program_at(given[0], flags);
  const auto next = program_at(given[1], flags);
  if (!flags.segment.empty() && !has_rule(*old, flags.segment) && !has_rule(*next, flags.segment)) {
    usage_error(fmt::format("neither program has a segment `{}`", flags.segment));
  }
  out.write(deploy_text(plan_deploy(*old, *next, at, flags.history_starts_now), flags.segment,
                        flags.color.use(Stream::kOut)));
}

Exit explain(const ExplainFlags& flags) {
  Output out(STDOUT_FILENO);
  const std::vector<std::string>& given = flags.paths.given;
  const bool asks_why = !flags.user.empty() || !flags.at.empty();
  if (given.size() == 1 && is_code(given[0])) {
    explain_diagnostic(given[0], out);
  } else if (flags.deploy) {
    explain_deploy(flags, out);
  } else if (!flags.stage.empty()) {
    explain_stage(flags, out);
  } else if (asks_why || !flags.paths.events().empty()) {
    explain_why(flags, out);
  } else {
    explain_rules(flags, out);
  }
  finish(out);
  return Exit::kDone;
}

std::string pass_names() {
  std::string names;
  for (const PassName& pass : optional_passes()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", pass.name);
  }
  return names;
}

}  // namespace

void declare_explain(CLI::App& app, Job& job) {
  auto flags = std::make_shared<ExplainFlags>();
  app.add_option("RULES EVENTS", flags->paths.given,
                 "rules: files or folders of .seg; with events, why a user is in or out; or the "
                 "code of a diagnostic")
      ->required();
  app.add_option("--user", flags->user, "the user to explain")->option_text("U");
  app.add_option("--segment", flags->segment, "the segment to explain")->option_text("S");
  app.add_option("--at", flags->at, "as of this instant, included (default: the last event's)")
      ->option_text("T");
  app.add_option("--stage", flags->stage, "print a stage: ast, hir, plan, image, llvm or asm")
      ->option_text("STAGE")
      ->check(CLI::IsMember({"ast", "hir", "plan", "image", "llvm", "asm"}));
  app.add_option("--passes", flags->passes,
                 "run these optional passes only: all, none, or some of " + pass_names())
      ->option_text("LIST");
  app.add_option("--only", flags->only, "print only this part of the stage, as `streams`")
      ->option_text("PART");
  add_rule_flags(app, flags->rules);
  add_color_flag(app, flags->color);
  CLI::Option* const deploy = app.add_flag(
      "--deploy", flags->deploy,
      "of OLD and NEW, rules or images: which segments keep, gain or lose state when NEW is "
      "deployed over OLD (at --at)");
  for (const char* const other : {"--user", "--stage", "--only"}) deploy->excludes(other);
  app.add_flag("--history-starts-now", flags->history_starts_now,
               "with --deploy: what looks at all of history may answer from the deploy on")
      ->needs(deploy);
  app.callback([flags, &job] { job = [flags] { return explain(*flags); }; });
}

}  // namespace segue::cli
