#include "compiler/codegen/link.h"

#include <llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h>
#include <llvm/ExecutionEngine/Orc/Core.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/Support/MemoryBuffer.h>

#include <cstring>
#include <utility>

#include "compiler/codegen/expander.h"
#include "runtime/native/host.h"

namespace segue::codegen {
namespace {

struct HostFunction {
  const char* symbol;
  const void* address;
};

// SAFETY: a function's address as an object's, as the linker wants it; POSIX allows it.
#define HOST(id, symbol) {#symbol, reinterpret_cast<const void*>(&symbol)},
const HostFunction kHostFunctions[] = {
#include "runtime/native/host.def"
    // Clang and the code generator make calls of these out of copies.
    {"memcpy", reinterpret_cast<const void*>(&std::memcpy)},
    {"memmove", reinterpret_cast<const void*>(&std::memmove)},
    {"memset", reinterpret_cast<const void*>(&std::memset)},
};
#undef HOST

Error failed(llvm::Error error) {
  return {Errc::kUnsupported, "linking generated code: " + llvm::toString(std::move(error))};
}

/// A session of the linker and the code it has mapped.
class Session {
 public:
  explicit Session(std::unique_ptr<llvm::orc::ExecutorProcessControl> process)
      : session_(std::move(process)),
        layer_(session_, session_.getExecutorProcessControl().getMemMgr()),
        library_(session_.createBareJITDylib("segue")) {}

  ~Session() { llvm::consumeError(session_.endSession()); }

  llvm::Error define_host() {
    llvm::orc::SymbolMap symbols;
    for (const HostFunction& function : kHostFunctions) {
      symbols[session_.intern(function.symbol)] = {
          llvm::orc::ExecutorAddr::fromPtr(function.address), llvm::JITSymbolFlags::Exported};
    }
    return library_.define(llvm::orc::absoluteSymbols(std::move(symbols)));
  }

  llvm::Error add(const std::string& object) {
    return layer_.add(library_, llvm::MemoryBuffer::getMemBufferCopy(object, "segue"));
  }

  llvm::Expected<std::vector<LinkedFunction>> find(const std::vector<std::string>& names) {
    llvm::orc::SymbolLookupSet wanted;
    for (const std::string& name : names) wanted.add(session_.intern(name));
    auto found = session_.lookup(llvm::orc::makeJITDylibSearchOrder(&library_), std::move(wanted));
    if (!found) return found.takeError();
    std::vector<LinkedFunction> functions;
    for (const std::string& name : names) {
      const auto symbol = found->find(session_.intern(name));
      functions.push_back({name, symbol->second.getAddress().toPtr<const void*>()});
    }
    return functions;
  }

 private:
  llvm::orc::ExecutionSession session_;
  llvm::orc::ObjectLinkingLayer layer_;
  llvm::orc::JITDylib& library_;
};

}  // namespace

Result<Linked> link(std::vector<std::string> objects, const std::vector<std::string>& names) {
  auto process = llvm::orc::SelfExecutorProcessControl::Create();
  if (!process) return failed(process.takeError());
  auto session = std::make_shared<Session>(std::move(*process));
  if (llvm::Error error = session->define_host()) return failed(std::move(error));
  for (const std::string& object : objects) {
    if (llvm::Error error = session->add(object)) return failed(std::move(error));
  }
  auto functions = session->find(names);
  if (!functions) return failed(functions.takeError());
  return Linked{std::move(*functions), std::move(session)};
}

}  // namespace segue::codegen
