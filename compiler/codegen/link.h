#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/result.h"

namespace segue::codegen {

/// A function that was asked for: its name in the objects, and where it is now.
struct LinkedFunction {
  std::string name;
  const void* address = nullptr;
};

struct Linked {
  std::vector<LinkedFunction> functions;
  std::shared_ptr<const void> owner;  // keeps the code mapped
};

/// Links objects into this process; the only symbols they find beside their own are those of
/// host.def and the copying functions of C. `names` are looked up.
Result<Linked> link(std::vector<std::string> objects, const std::vector<std::string>& names);

/// Appends a line for each function of the objects to /tmp/perf-PID.map, where `perf` looks for
/// names of code made at run time.
void write_perf_map(const std::vector<std::string>& objects, const Linked& linked);

}  // namespace segue::codegen
