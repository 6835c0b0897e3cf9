#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "runtime/image/assemble.h"
#include "runtime/interp/program.h"

/// The program that the tests of engines run.
namespace segue {

// zz_hot: two views within 100 ms. idle: no view within 50 ms. Named so that the order of rows is
// not the order of names. One score: views within 100 ms, up to 4.
inline constexpr const char* kTestRules = R"(
window 0 rolling 100 0
kind 0 streams
kind 1
kind 2 name "view" streams 0 chunks 0
stream 0 name "view" cells 0
  kind-in k0
kind-set 0 2
cell 0 newest source 0 k 4 at 56 bytes 24
node 0 B place 0 timed segment 0
  nth-within c0 2 100
node 1 B place 1 timed segment 1
  nth-within c0 1 50
  not
node 2 N place 48 timed
  newest-count c0 w0
chunk 0 first 0 count 3 timed
segment 0 name "zz_hot" node 0
segment 1 name "idle" node 1
score 0 name "heat" node 2
)";

// What takes its place in tests of deploys. zz_hot as it is; warm: two views within 150 ms; idle is
// gone; other: any other event within 80 ms, of which nothing was known before.
inline constexpr const char* kOtherTestRules = R"(
window 0 rolling 100 0
kind 0 streams
kind 1 streams 1 chunks 0
kind 2 name "view" streams 0 chunks 0
stream 0 name "view" cells 0
  kind-in k0
stream 1 name "other" cells 1
  kind-in k1
kind-set 0 2
kind-set 1 1
cell 0 newest source 0 k 4 at 56 bytes 24
cell 1 newest source 1 k 4 at 80 bytes 24
node 0 B place 0 timed segment 0
  nth-within c0 2 100
node 1 B place 1 timed segment 1
  nth-within c0 2 150
node 2 B place 2 timed segment 2
  nth-within c1 1 80
chunk 0 first 0 count 3 timed
segment 0 name "zz_hot" node 0
segment 1 name "warm" node 1
segment 2 name "other" node 2
)";

inline std::shared_ptr<const Program> program_of(const char* rules) {
  Result<image::Tables> tables = image::assemble(rules);
  if (!tables) ADD_FAILURE() << tables.error().message;
  Result<image::Image> image = image::Image::open(tables->finish());
  if (!image) ADD_FAILURE() << image.error().message;
  return std::make_shared<const Program>(std::move(*image));
}

inline std::shared_ptr<const Program> program() {
  static const std::shared_ptr<const Program> made = program_of(kTestRules);
  return made;
}

inline std::shared_ptr<const Program> other_program() {
  static const std::shared_ptr<const Program> made = program_of(kOtherTestRules);
  return made;
}

}  // namespace segue
