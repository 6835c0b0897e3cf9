// Whole files; whatever goes wrong is a `Complaint` with exit code 2.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace segue::cli {

std::string read_file(const std::string& path);
std::string read_stdin();

/// Makes a new file, or fills an existing one anew.
void write_file(const std::string& path, std::string_view text);

/// Writes a file beside `path` and moves it over it, so that neither a crash nor a full disk leaves
/// half a rule file. Keeps the permissions; a symbolic link stays one.
void replace_file(const std::string& path, std::string_view text);

bool is_one_file(const std::string& a, const std::string& b);

/// Ends the command if `out` is one of what it reads: a file, rules in a folder of them, or any
/// other file of rules. Nothing if `out` is empty. `what` it cannot take too: `the changes`.
void check_not_read(const std::string& out, std::span<const std::string> read, const char* what);

}  // namespace segue::cli
