// Bytes a user, in words.
#pragma once

#include <cstdint>
#include <string>

#include "segue/program.h"

namespace segue::cli {

/// `104 bytes a user`, `104 bytes a user, typically 360, at most 1.0 MiB`.
std::string bytes_text(const StateSize& size);

/// `812`, `1.5 KiB`, `2.0 GiB`
std::string size_text(uint64_t bytes);

/// `1,271,245`
std::string count_text(uint64_t count);

/// `1 event`, `1,271,245 events`: the word of one with an s where there are not one.
std::string counted(uint64_t count, const char* one);

}  // namespace segue::cli
