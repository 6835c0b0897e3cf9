#include "compiler/passes/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "compiler/passes/passes.h"
#include "runtime/base/check.h"

namespace segue::passes {

namespace {

// The order is the design.
constexpr PassInfo kPipeline[] = {
    // First, so that nothing is kept for what is always true or false.
    {"fold", Role::kOptional, fold,
     "constants, windows longer than time, and nested connectives become simple"},
    // Before cells are chosen: cells are shared by the stream they follow.
    {"share-streams", Role::kOptional, share_streams,
     "equal filters and sequences become one stream"},
    {"fit-cells", Role::kOptional, fit_cells,
     "replace a log by the smallest cell that is proven enough"},
    // After the choice: two conditions on one stream then often differ in a constant only.
    {"share-cells", Role::kOptional, share_cells,
     "cells of one stream that one of them can answer for become one"},
    {"share-conditions", Role::kOptional, share_conditions, "equal conditions are computed once"},
    {"drop-dead", Role::kOptional, drop_dead, "what no segment or score needs is dropped"},
    // After cells are shared: every read of a cell is known.
    {"narrow-times", Role::kOptional, narrow_times,
     "times that short windows alone ask for are kept as distances to a base"},
    // Last, so that it cuts what is left: one condition a node.
    {"track-inputs", Role::kOptional, track_inputs,
     "of many conditions an event looks at those alone whose inputs changed"},
    {"sort-constants", Role::kOptional, sort_constants,
     "tests of one shape stand in the order of their constants, so that they are searched"},
    {"lay-out", Role::kRequired, lay_out,
     "assign blob offsets and chunks; must see final cells and nodes"},
};

void check_sound(const plan::Plan& plan, std::string_view after) {
  const std::string wrong = plan::verify(plan);
  if (wrong.empty()) return;
  std::fprintf(
      stderr,
      "%s\nseg: the plan is unsound after `%.*s`: %s\nrepeat: seg explain RULES --stage plan\n",
      plan::print(plan).c_str(), static_cast<int>(after.size()), after.data(), wrong.c_str());
  SEGUE_CHECK(false, "a pass made the plan unsound");
}

}  // namespace

std::span<const PassInfo> pipeline() { return kPipeline; }

Result<Selection> Selection::from_text(std::string_view text) {
  Selection selection;
  if (text == "all") return selection;
  selection.all = false;
  while (!text.empty() && text != "none") {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto known = std::find_if(std::begin(kPipeline), std::end(kPipeline),
                                    [&](const PassInfo& pass) { return pass.name == name; });
    if (known == std::end(kPipeline)) {
      std::string names;
      for (const PassInfo& pass : kPipeline)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", pass.name);
      return Error{Errc::kInvalid,
                   fmt::format("unknown pass `{}`; known are all, none, {}", name, names)};
    }
    selection.only.emplace_back(name);
  }
  return selection;
}

std::vector<PassTime> run(plan::Plan& plan, const Selection& selection) {
  std::vector<PassTime> times;
  check_sound(plan, "lowering");
  for (const PassInfo& pass : kPipeline) {
    const bool chosen = selection.all || std::find(selection.only.begin(), selection.only.end(),
                                                   pass.name) != selection.only.end();
    if (pass.role == Role::kOptional && !chosen) continue;
    const auto begin = std::chrono::steady_clock::now();
    pass.run(plan);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    times.push_back({pass.name, took.count()});
    check_sound(plan, pass.name);
  }
  return times;
}

}  // namespace segue::passes
