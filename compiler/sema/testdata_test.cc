// Every file of testdata/: rule text in, printed HIR or findings out (see its README.md).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/sema/checked_text.h"

namespace segue {
namespace {

constexpr const char* kFolder = "compiler/sema/testdata";

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string output_of(const std::string& kind, const std::string& text) {
  if (kind == "# conditions") return when(text);
  if (kind == "# findings") return found(text);
  if (kind == "# rules") return rules(text, "");
  if (kind.starts_with("# rules ")) return rules(text, kind.substr(8));
  return "unknown kind of test: " + kind + "\n";
}

/// The file as it should be: its cases and comments kept, its output made anew.
std::string made_anew(const std::string& text) {
  std::istringstream lines(text);
  std::string kind;
  std::getline(lines, kind);
  std::string out = kind + "\n";
  std::string input;
  std::string line;
  bool skipping = false;
  const auto finish = [&] {
    if (input.empty()) return;
    input.pop_back();
    out += output_of(kind, input);
    input.clear();
    skipping = true;
  };
  while (std::getline(lines, line)) {
    if (line.starts_with("> ") || line == ">") {
      input += (line.size() > 2 ? line.substr(2) : "") + "\n";
      out += line + "\n";
      continue;
    }
    finish();
    if (line.empty() || line.starts_with("#")) skipping = false;
    if (!skipping) out += line + "\n";
  }
  finish();
  return out;
}

TEST(Testdata, IsWhatTheCheckerSays) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".txt") continue;
    ++files;
    const std::string text = read(entry.path());
    const std::string expected = made_anew(text);
    if (std::getenv("SEGUE_UPDATE") != nullptr) {
      std::ofstream(entry.path()) << expected;
    } else {
      EXPECT_EQ(text, expected) << entry.path();
    }
  }
  EXPECT_GE(files, 10);
}

}  // namespace
}  // namespace segue
