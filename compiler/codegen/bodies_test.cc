#include <gtest/gtest.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>

#include "compiler/codegen/expander.h"
#include "compiler/codegen/machine.h"
#include "runtime/cells/kinds.h"
#include "runtime/image/op_info.h"

namespace segue::codegen {
namespace {

std::vector<Body> all_bodies() {
  std::vector<Body> all;
  for (size_t i = 0; i < kBodyCount; ++i) all.push_back(static_cast<Body>(i));
  return all;
}

/// What the expander writes in other words, for FastISel.
bool is_rewritten(const llvm::CallBase& call) {
  return llvm::isa<llvm::MinMaxIntrinsic>(call) || call.getIntrinsicID() == llvm::Intrinsic::abs;
}

TEST(Bodies, AreOneBlockWithoutCalls) {
  llvm::LLVMContext context;
  Expander expander(context);
  for (const Body body : all_bodies()) {
    llvm::Function& function = expander.function(body);
    EXPECT_EQ(function.size(), 1u) << symbol_of(body);
    for (const llvm::Instruction& instruction : function.front()) {
      const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
      EXPECT_TRUE(call == nullptr || is_rewritten(*call)) << symbol_of(body);
      EXPECT_FALSE(llvm::isa<llvm::AllocaInst>(instruction)) << symbol_of(body);
      EXPECT_FALSE(instruction.getType()->isIntegerTy(128)) << symbol_of(body);
      EXPECT_FALSE(instruction.getType()->isVectorTy()) << symbol_of(body);
      EXPECT_FALSE(instruction.getType()->isAggregateType()) << symbol_of(body);
    }
  }
}

/// Each alone in a function, its parameters unknown, through FastISel.
TEST(Bodies, AreSelectedFast) {
  for (const Body body : all_bodies()) {
    llvm::LLVMContext context;
    Expander expander(context);
    Machine machine;
    machine.listen();
    llvm::Module module("body", context);
    machine.prepare(module);
    // A truth as generated code has it: of a comparison, not of a parameter.
    llvm::FunctionType* seen = expander.function(body).getFunctionType();
    llvm::Type* word = llvm::Type::getInt64Ty(context);
    std::vector<llvm::Type*> types;
    for (llvm::Type* type : seen->params()) types.push_back(type->isIntegerTy(1) ? word : type);
    llvm::Function* function =
        llvm::Function::Create(llvm::FunctionType::get(seen->getReturnType(), types, false),
                               llvm::Function::ExternalLinkage, "alone", module);
    llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "entry", function));
    std::vector<llvm::Value*> arguments;
    for (llvm::Argument& argument : function->args()) {
      const bool truth = seen->getParamType(argument.getArgNo())->isIntegerTy(1);
      arguments.push_back(truth ? builder.CreateIsNotNull(&argument) : &argument);
    }
    LocalValues known;
    llvm::Value* result = expander.expand(builder, known, body, arguments);
    if (result != nullptr && result->getType()->isIntegerTy(1)) {
      function->addRetAttr(llvm::Attribute::ZExt);
    }
    result == nullptr ? builder.CreateRetVoid() : builder.CreateRet(result);
    machine.object_of(module);
    EXPECT_EQ(machine.fallbacks(), 0u) << symbol_of(body) << ": " << machine.first_fallback();
  }
}

TEST(Bodies, KindsOfCellsHaveTheBytesTheImageGivesThem) {
  for (uint32_t kind = 0; kind < image::kCellKindCount; ++kind) {
    for (uint32_t k = 0; k < 200; ++k) {
      image::CellRow row{.kind = static_cast<image::CellKind>(kind), .k = k};
      EXPECT_EQ(image::fixed_bytes(row), cells::fixed_bytes(row)) << image::name_of(row.kind);
      row.horizon_ms = image::kNearReachMs;
      EXPECT_EQ(image::fixed_bytes(row), cells::fixed_bytes(row)) << image::name_of(row.kind);
    }
  }
}

}  // namespace
}  // namespace segue::codegen
