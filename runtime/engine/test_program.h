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

inline std::shared_ptr<const Program> program() {
  static const std::shared_ptr<const Program> made = [] {
    Result<image::Tables> tables = image::assemble(kTestRules);
    if (!tables) ADD_FAILURE() << tables.error().message;
    Result<image::Image> image = image::Image::open(tables->finish());
    if (!image) ADD_FAILURE() << image.error().message;
    return std::make_shared<const Program>(std::move(*image));
  }();
  return made;
}

}  // namespace segue
