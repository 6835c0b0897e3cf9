#pragma once

namespace segue {

/// Prints what failed and where, asks for a bug report, and aborts. `seg` turns the abort into exit
/// code 3.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, const char* why);

}  // namespace segue

/// For what only a bug of ours can make false. Bytes from outside are never a CHECK: they get a
/// `Status`.
#define SEGUE_CHECK(condition, why)                               \
  do {                                                            \
    if (!(condition)) [[unlikely]]                                \
      ::segue::check_failed(__FILE__, __LINE__, #condition, why); \
  } while (false)
