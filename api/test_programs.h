#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "segue/compile.h"

namespace segue {

/// Of rules that are right.
inline std::shared_ptr<const CompiledProgram> program_of(std::string_view rules) {
  Compilation compilation;
  EXPECT_TRUE(compile_text("r.seg", std::string(rules), {}, compilation).ok());
  EXPECT_TRUE(compilation.ok()) << compilation.findings().render(FindingsFormat::kText);
  std::shared_ptr<const CompiledProgram> program;
  EXPECT_TRUE(compilation.program(program).ok());
  return program;
}

}  // namespace segue
