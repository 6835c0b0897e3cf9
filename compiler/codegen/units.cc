#include "compiler/codegen/units.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/codegen/emit_functions.h"
#include "runtime/image/op_info.h"

namespace segue::codegen {
namespace {

/// Below this a second module costs more than a second thread saves.
constexpr size_t kOneModuleNodesMax = 100;
/// Fewer functions a module spread over more pages, more make the compiler slower than linear.
constexpr size_t kFunctionsPerModule = 12;

std::string identifier_of(std::string_view name) {
  std::string identifier(name);
  for (char& c : identifier) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return identifier;
}

std::string_view kind_name(const image::View& view, uint32_t kind) {
  if (kind == kIdentifyKind.index) return "identify";
  if (kind == kOtherKind.index) return "other";
  return view.text(view.kinds[kind].name);
}

/// Chunks that move a latch or search for the instant at which what decays turns: they loop, and
/// are not worth native code.
bool is_interpreted(const image::View& view, const image::ChunkRow& chunk) {
  const auto nodes = view.nodes.subspan(chunk.first_node, chunk.node_count);
  return std::any_of(nodes.begin(), nodes.end(), [&](const image::NodeRow& node) {
    const auto code = view.code(node.code);
    return std::any_of(code.begin(), code.end(), [](const image::OpRow& row) {
      return row.op == image::Op::kLatch ||
             (image::op_info(row.op).b == image::Use::kBack && row.b != 0);
    });
  });
}

/// The name of the first segment or score whose node is in the chunk; empty if there is none.
std::string_view chunk_name(const image::View& view, const image::ChunkRow& chunk) {
  for (const image::NodeRow& node : view.nodes.subspan(chunk.first_node, chunk.node_count)) {
    if (node.segment != image::kNone) return view.text(view.segments[node.segment].name);
  }
  for (const image::ScoreRow& score : view.scores) {
    if (score.node - chunk.first_node < chunk.node_count) return view.text(score.name);
  }
  return {};
}

}  // namespace

std::vector<Unit> units_of(const image::View& view) {
  Unit all;
  for (uint32_t i = 0; i < view.kinds.size(); ++i) {
    if (view.kinds[i].streams.count != 0) all.push_back({true, i});
  }
  for (uint32_t i = 0; i < view.chunks.size(); ++i) {
    if (!is_interpreted(view, view.chunks[i])) all.push_back({false, i});
  }
  if (all.empty()) return {};
  if (view.nodes.size() < kOneModuleNodesMax) return {all};
  std::vector<Unit> units;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i % kFunctionsPerModule == 0) units.emplace_back();
    units.back().push_back(all[i]);
  }
  return units;
}

std::string name_of(const image::View& view, FunctionId function) {
  if (function.is_kind) {
    return fmt::format("segue_kind_{}_{}", function.index,
                       identifier_of(kind_name(view, function.index)));
  }
  const std::string_view name = chunk_name(view, view.chunks[function.index]);
  return fmt::format("segue_chunk_{}_{}", function.index, identifier_of(name));
}

void build(const Program& program, const Unit& unit, Expander& expander, llvm::Module& module) {
  llvm::LLVMContext& context = module.getContext();
  llvm::FunctionType* type = llvm::FunctionType::get(
      llvm::Type::getVoidTy(context), {llvm::PointerType::getUnqual(context)}, false);
  for (const FunctionId id : unit) {
    llvm::Function* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage,
                                                      name_of(program.view(), id), module);
    function->setDoesNotThrow();
    FunctionEmitter out(expander, program, *function);
    if (id.is_kind) {
      emit_kind(out, KindId{id.index});
    } else {
      emit_chunk(out, id.index);
    }
  }
}

}  // namespace segue::codegen
