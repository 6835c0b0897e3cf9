#include "compiler/codegen/ahead.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/GlobalVariable.h>

#include <vector>

#include "compiler/codegen/workshop.h"
#include "runtime/native/built.h"

namespace segue::codegen {
namespace {

/// Globals of the module, made one by one.
class Data {
 public:
  explicit Data(llvm::Module& module) : module_(module), context_(module.getContext()) {}

  llvm::Constant* word(uint32_t value) const {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(context_), value);
  }
  llvm::Constant* long_word(uint64_t value) const {
    return llvm::ConstantInt::get(llvm::Type::getInt64Ty(context_), value);
  }
  llvm::Constant* null() const { return llvm::ConstantPointerNull::get(pointer()); }

  llvm::Constant* bytes(std::string_view content, const char* name) {
    auto* value = llvm::ConstantDataArray::getString(
        context_, llvm::StringRef(content.data(), content.size()), /*AddNull=*/true);
    return local(value, name);
  }

  llvm::Constant* functions(const std::vector<llvm::Constant*>& list, const char* name) {
    auto* type = llvm::ArrayType::get(pointer(), list.size());
    return local(llvm::ConstantArray::get(type, list), name);
  }

  void external(const std::vector<llvm::Constant*>& members, std::string_view name) {
    auto* value = llvm::ConstantStruct::getAnon(context_, members);
    auto* global = new llvm::GlobalVariable(module_, value->getType(), /*isConstant=*/true,
                                            llvm::GlobalValue::ExternalLinkage, value,
                                            llvm::StringRef(name.data(), name.size()));
    global->setAlignment(llvm::Align(16));
  }

 private:
  llvm::PointerType* pointer() const { return llvm::PointerType::getUnqual(context_); }

  llvm::Constant* local(llvm::Constant* value, const char* name) {
    auto* global = new llvm::GlobalVariable(module_, value->getType(), /*isConstant=*/true,
                                            llvm::GlobalValue::InternalLinkage, value, name);
    global->setAlignment(llvm::Align(16));
    return global;
  }

  llvm::Module& module_;
  llvm::LLVMContext& context_;
};

/// Where the functions of a program are, as `NativeCode` has it.
struct Tables {
  std::vector<llvm::Constant*> kinds;
  std::vector<llvm::Constant*> chunks;
  std::vector<llvm::Constant*> instants;
  llvm::Constant* time;

  llvm::Constant*& place_of(FunctionId function) {
    switch (function.role) {
      case Role::kKind:
        return kinds[function.index];
      case Role::kChunk:
        return chunks[function.index];
      case Role::kInstant:
        return instants[function.index];
      case Role::kTime:
        break;
    }
    return time;
  }
};

}  // namespace

std::string object_of_program(const Program& program, std::string_view symbol) {
  const image::View& view = program.view();
  Unit all;
  for (const Unit& unit : units_of(program)) all.insert(all.end(), unit.begin(), unit.end());
  Workshop workshop;
  const auto module = workshop.module_of(program, all);
  Data data(*module);
  Tables tables{std::vector<llvm::Constant*>(view.kinds.size(), data.null()),
                std::vector<llvm::Constant*>(view.chunks.size(), data.null()),
                std::vector<llvm::Constant*>(view.kinds.size(), data.null()), data.null()};
  for (const FunctionId id : all) {
    llvm::Function* function = module->getFunction(name_of(view, id));
    function->setLinkage(llvm::GlobalValue::InternalLinkage);
    tables.place_of(id) = function;
  }
  const std::span<const std::byte> image = program.image().bytes();
  // SAFETY: any object may be looked at as chars.
  const std::string_view chars(reinterpret_cast<const char*>(image.data()), image.size());
  // In the order of `segue_built_program`.
  data.external(
      {data.word(SEGUE_BUILT_FORMAT), data.word(static_cast<uint32_t>(view.kinds.size())),
       data.word(static_cast<uint32_t>(view.chunks.size())), data.word(0),
       data.bytes(native::runtime_identity(), "segue_runtime"), data.bytes(chars, "segue_image"),
       data.long_word(image.size()), data.functions(tables.kinds, "segue_kinds"),
       data.functions(tables.chunks, "segue_chunks"),
       data.functions(tables.instants, "segue_instants"), tables.time},
      symbol);
  return workshop.machine.object_of(*module);
}

}  // namespace segue::codegen
