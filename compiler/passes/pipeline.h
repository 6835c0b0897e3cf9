#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/plan/plan.h"
#include "runtime/base/result.h"

namespace segue::passes {

enum class Role : uint8_t { kOptional, kRequired };

struct PassInfo {
  std::string_view name;
  Role role;
  void (*run)(plan::Plan&);
  std::string_view does;
};

/// All passes in the order they run.
std::span<const PassInfo> pipeline();

/// Which optional passes run.
struct Selection {
  bool all = true;
  std::vector<std::string> only;  // if not `all`: these, in pipeline order; none is allowed

  /// "all", "none", or names joined by commas; an unknown name is an error that lists the known
  /// ones.
  static Result<Selection> from_text(std::string_view text);
};

struct PassTime {
  std::string_view name;
  double ms = 0;
};

/// Runs the selected passes and all required ones, and verifies the plan before and after each. A
/// plan that a pass made unsound is a bug of ours: the plan, the pass and how to repeat it are
/// printed, and the process aborts.
std::vector<PassTime> run(plan::Plan& plan, const Selection& selection);

/// How many distinct forms the nodes have once constants are left out: what code size and compile
/// time follow.
size_t count_shapes(const plan::Plan& plan);

}  // namespace segue::passes
