#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/diff.h"
#include "cli/files.h"
#include "cli/findings_report.h"
#include "cli/flags.h"
#include "cli/output.h"

namespace segue::cli {
namespace {

struct FmtFlags {
  std::vector<std::string> paths;
  bool check = false;
  bool diff = false;
  ColorFlags color;
};

class Formatting {
 public:
  explicit Formatting(const FmtFlags& flags) : flags_(flags) {}

  void format_stdin() {
    const std::string text = read_stdin();
    std::string formatted;
    if (!understood("<stdin>", text, formatted)) return;
    if (flags_.check || flags_.diff) {
      report("<stdin>", text, formatted);
    } else {
      out_.write(formatted);
    }
  }

  void format_file(const std::string& path) {
    const std::string text = read_file(path);
    std::string formatted;
    if (!understood(path, text, formatted)) return;
    if (flags_.check || flags_.diff) {
      report(path, text, formatted);
    } else if (text != formatted) {
      replace_file(path, formatted);
      ++changed_;
    }
  }

  Exit done() {
    finish(out_);
    if (flags_.check && changed_ > 0) {
      fmt::print(stderr, "seg: {} file{} would change\n", changed_, changed_ == 1 ? "" : "s");
    }
    return wrong_ || (flags_.check && changed_ > 0) ? Exit::kWrong : Exit::kDone;
  }

 private:
  /// Whether the text could be parsed; what cannot be is reported and left alone.
  bool understood(const std::string& name, const std::string& text, std::string& formatted) {
    const Findings findings = format_rules(name, text, formatted);
    if (findings.error_count() == 0) return true;
    const std::string words = findings_text(findings, flags_.color.use(Stream::kErr));
    std::fwrite(words.data(), 1, words.size(), stderr);
    wrong_ = true;
    return false;
  }

  void report(const std::string& name, const std::string& text, const std::string& formatted) {
    if (text == formatted) return;
    ++changed_;
    if (flags_.diff) {
      out_.write(unified_diff(name, text, formatted, flags_.color.use(Stream::kOut)));
    } else {
      out_.write(name + "\n");
    }
  }

  const FmtFlags& flags_;
  Output out_{STDOUT_FILENO};
  size_t changed_ = 0;
  bool wrong_ = false;
};

Exit format(const FmtFlags& flags) {
  Formatting formatting(flags);
  std::vector<std::string> paths;
  for (const std::string& path : flags.paths) {
    if (path == "-") {
      formatting.format_stdin();
    } else {
      paths.push_back(path);
    }
  }
  std::vector<std::string> files;
  if (!paths.empty()) require(list_rule_files(paths, files));
  for (const std::string& file : files) formatting.format_file(file);
  return formatting.done();
}

}  // namespace

void declare_fmt(CLI::App& app, Job& job) {
  auto flags = std::make_shared<FmtFlags>();
  app.add_option("RULES", flags->paths, "files or folders of .seg, or - for standard input")
      ->required();
  app.add_flag("--check", flags->check, "change nothing, list what would, exit code 1 if any");
  app.add_flag("--diff", flags->diff, "change nothing, show what would change");
  add_color_flag(app, flags->color);
  app.callback([flags, &job] { job = [flags] { return format(*flags); }; });
}

}  // namespace segue::cli
