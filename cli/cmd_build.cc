#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/files.h"
#include "cli/findings_report.h"
#include "cli/flags.h"
#include "segue/build.h"

extern char** environ;

namespace segue::cli {
namespace {

namespace fs = std::filesystem;

struct BuildFlags {
  std::vector<std::string> rules;
  std::string out;
  std::string name;
  RuleFlags how;
  ColorFlags color;
};

enum class Form { kImage, kObject, kLibrary };

Form form_of(const fs::path& out) {
  const std::string extension = out.extension().string();
  if (extension == ".segi") return Form::kImage;
  if (extension == ".o") return Form::kObject;
  if (extension == ".so") return Form::kLibrary;
  usage_error(fmt::format("`{}` is none of FILE.segi, FILE.o and FILE.so", out.string()));
}

/// What the program is called in C: said, or of the file.
std::string name_of(const BuildFlags& flags) {
  if (!flags.name.empty()) return flags.name;
  std::string name = fs::path(flags.out).stem().string();
  if (name.starts_with("lib")) name.erase(0, 3);
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

/// Writes beside `path` and moves it there whole.
void write_whole(const fs::path& path, std::string_view bytes) {
  const std::string beside = path.string() + ".part";
  write_file(beside, bytes);
  std::error_code error;
  fs::rename(beside, path, error);
  if (error) usage_error(fmt::format("cannot write `{}`: {}", path.string(), error.message()));
}

/// Has the system's compiler link the object into a shared library. What it calls of the runtime is
/// found in the process that loads it.
void link_library(const std::string& object, const fs::path& path) {
  const char* given = std::getenv("CC");
  std::string compiler = given != nullptr && *given != '\0' ? given : "cc";
  const std::string from = path.string() + ".part.o";
  const std::string beside = path.string() + ".part";
  write_file(from, object);
  std::string shared = "-shared";
  std::string to = "-o";
  std::string input = from;
  std::string output = beside;
  char* arguments[] = {compiler.data(), shared.data(), to.data(),
                       output.data(),   input.data(),  nullptr};
  pid_t child = 0;
  const int failed = posix_spawnp(&child, compiler.c_str(), nullptr, nullptr, arguments, environ);
  int status = 0;
  const bool linked = failed == 0 && waitpid(child, &status, 0) == child && status == 0;
  std::error_code error;
  fs::remove(from, error);
  if (!linked) {
    fs::remove(beside, error);
    usage_error(
        fmt::format("`{}` did not link `{}`: a shared library needs a C compiler, named by "
                    "CC or `cc`",
                    compiler, path.string()));
  }
  fs::rename(beside, path, error);
  if (error) usage_error(fmt::format("cannot write `{}`: {}", path.string(), error.message()));
}

Exit build(const BuildFlags& flags) {
  const fs::path out = flags.out;
  const Form form = form_of(out);
  if (form == Form::kImage && !flags.name.empty()) usage_error("an image has no name in C");
  const Compilation compilation =
      compile_or_fail(flags.rules, flags.how.options(), flags.color.use(Stream::kErr));
  const auto program = program_of(compilation);
  if (form == Form::kImage) {
    const auto image = program->image();
    // SAFETY: any object may be looked at as chars.
    write_whole(out, {reinterpret_cast<const char*>(image.data()), image.size()});
    return Exit::kDone;
  }
  const std::string name = name_of(flags);
  std::string object;
  std::string header;
  require(build_header(*program, name, header));
  require(build_object(*program, name, object));
  if (form == Form::kObject) {
    write_whole(out, object);
  } else {
    link_library(object, out);
  }
  write_whole(fs::path(out).replace_extension(".h"), header);
  return Exit::kDone;
}

}  // namespace

void declare_build(CLI::App& app, Job& job) {
  auto flags = std::make_shared<BuildFlags>();
  add_rules_argument(app, flags->rules);
  app.add_option("-o,--output", flags->out,
                 "a program image (.segi), or with native code an object (.o) or a shared library "
                 "(.so), each with a header (.h) beside it")
      ->option_text("FILE")
      ->required();
  app.add_option("--name", flags->name, "what it is called in C (default: of the file)")
      ->option_text("NAME");
  add_rule_flags(app, flags->how);
  add_color_flag(app, flags->color);
  app.callback([flags, &job] { job = [flags] { return build(*flags); }; });
}

}  // namespace segue::cli
