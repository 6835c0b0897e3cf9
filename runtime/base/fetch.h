#pragma once

namespace segue {

/// Asks for the line of memory at `at`, which may be anything. To be called, like whatever calls it
/// and does nothing else, as part of its caller: of a function that only fetches, GCC finds that it
/// changes nothing and returns nothing, and drops the calls (seen in GCC 12). The empty statement
/// keeps it from that.
[[gnu::always_inline]] inline void fetch_line(const void* at) {
  __builtin_prefetch(at);
  asm volatile("");
}

}  // namespace segue
