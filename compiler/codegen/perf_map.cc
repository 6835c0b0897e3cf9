#include <fmt/format.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Object/ObjectFile.h>
#include <unistd.h>

#include <fstream>
#include <unordered_map>

#include "compiler/codegen/link.h"

namespace segue::codegen {
namespace {

/// Sizes of the functions of an object, by name.
void add_sizes(const std::string& object, std::unordered_map<std::string, uint64_t>& sizes) {
  auto file = llvm::object::ObjectFile::createObjectFile({object, "segue"});
  if (!file) {
    llvm::consumeError(file.takeError());
    return;
  }
  for (const llvm::object::SymbolRef& symbol : (*file)->symbols()) {
    auto name = symbol.getName();
    if (name) {
      sizes[name->str()] = llvm::object::ELFSymbolRef(symbol).getSize();
    } else {
      llvm::consumeError(name.takeError());
    }
  }
}

}  // namespace

void write_perf_map(const std::vector<std::string>& objects, const Linked& linked) {
  std::unordered_map<std::string, uint64_t> sizes;
  for (const std::string& object : objects) add_sizes(object, sizes);
  std::ofstream file(fmt::format("/tmp/perf-{}.map", getpid()), std::ios::app);
  for (const LinkedFunction& function : linked.functions) {
    file << fmt::format("{:x} {:x} {}\n", reinterpret_cast<uintptr_t>(function.address),
                        sizes[function.name], function.name);
  }
}

}  // namespace segue::codegen
