#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/findings_report.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/state_text.h"
#include "segue/compile.h"

namespace segue::cli {
namespace {

struct CheckFlags {
  std::vector<std::string> paths;
  RuleFlags rules;
  ColorFlags color;
  std::string format = "text";
  std::vector<std::string> deny;
  std::vector<std::string> required;

  bool denies(std::string_view what) const {
    return std::find(deny.begin(), deny.end(), what) != deny.end();
  }
};

/// `high_intent  104 bytes a user`, and below it what that grows with.
void print_states(const Compilation& compilation, Output& out) {
  const auto program = program_of(compilation);
  size_t width = 0;
  for (const RuleInfo& rule : program->segments()) width = std::max(width, rule.name.size());
  for (const RuleInfo& rule : program->scores()) width = std::max(width, rule.name.size());
  const auto print = [&](const RuleInfo& rule) {
    out.write(fmt::format("{:<{}}  {}\n", rule.name, width, bytes_text(rule.state)));
    for (const std::string& growth : rule.state.growth) {
      out.write(fmt::format("{:<{}}    grows: {}\n", "", width, growth));
    }
  };
  for (const RuleInfo& rule : program->segments()) print(rule);
  for (const RuleInfo& rule : program->scores()) print(rule);
  const size_t rules = program->segments().size() + program->scores().size();
  if (rules > 1) {
    out.write(fmt::format("{:<{}}  {}\n", "all of them", width, bytes_text(program->user_state())));
  }
}

Exit check(const CheckFlags& flags) {
  CompileOptions options = flags.rules.options();
  options.allow_same_names = true;
  options.require = flags.required;
  options.deny_unbounded = flags.denies("unbounded");
  Compilation compilation;
  require(compile_files(flags.paths, options, compilation));
  const Findings& findings = compilation.findings();

  Output out(STDOUT_FILENO);
  if (flags.format == "text") {
    out.write(findings_text(findings, flags.color.use(Stream::kOut)));
    if (!findings.empty() && compilation.ok()) out.write("\n");
    if (compilation.ok()) print_states(compilation, out);
  } else {
    const FindingsFormat format =
        flags.format == "sarif" ? FindingsFormat::kSarif : FindingsFormat::kJson;
    out.write(findings.render(format));
  }
  finish(out);

  const bool denied = flags.denies("warnings") && findings.warning_count() > 0;
  if (denied && compilation.ok()) fmt::print(stderr, "seg: warnings are denied\n");
  return compilation.ok() && !denied ? Exit::kDone : Exit::kWrong;
}

}  // namespace

void declare_check(CLI::App& app, Job& job) {
  auto flags = std::make_shared<CheckFlags>();
  add_rules_argument(app, flags->paths);
  app.add_option("--format", flags->format, "text, json or sarif (default: text)")
      ->option_text("FORMAT")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  add_repeatable(app, "--deny", flags->deny,
                 "`warnings`: exit code 1 if there are any; `unbounded`: state that grows is an "
                 "error")
      ->option_text("WHAT")
      ->check(CLI::IsMember({"warnings", "unbounded"}));
  add_repeatable(app, "--require", flags->required,
                 "what each segment and score must say of itself: goal,owner")
      ->option_text("NAMES")
      ->delimiter(',');
  add_rule_flags(app, flags->rules);
  add_color_flag(app, flags->color);
  app.callback([flags, &job] { job = [flags] { return check(*flags); }; });
}

}  // namespace segue::cli
