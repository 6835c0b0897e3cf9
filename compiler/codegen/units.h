#pragma once

#include <llvm/IR/Module.h>

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/codegen/expander.h"
#include "runtime/interp/program.h"

namespace segue::codegen {

/// What a function to be made is for; see `NativeCode`.
enum class Role : uint8_t { kKind, kChunk, kInstant, kTime };

/// A function to be made: `index` is a kind of event, or a chunk.
struct FunctionId {
  Role role = Role::kKind;
  uint32_t index = 0;
};

/// The functions of one module: compiled by one thread into one object.
using Unit = std::vector<FunctionId>;

/// Divides a program into modules: one if it is small, else a few functions each, which then share
/// pages. A kind without streams has no function, nor have chunks that are interpreted.
std::vector<Unit> units_of(const Program& program);

/// The function's symbol: its number, and for people the name of the event or of the first segment.
std::string name_of(const image::View& view, FunctionId function);

/// Fills `module` with the functions of a unit.
void build(const Program& program, const Unit& unit, Expander& expander, llvm::Module& module);

}  // namespace segue::codegen
