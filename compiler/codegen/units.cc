#include "compiler/codegen/units.h"

#include <fmt/format.h>

#include "compiler/codegen/emit_functions.h"
#include "compiler/codegen/instants.h"
#include "runtime/interp/prepared.h"

namespace segue::codegen {
namespace {

/// Below this a second module costs more than a second thread saves.
constexpr size_t kOneModuleNodesMax = 100;
/// Fewer functions a module spread over more pages and are linked one by one, more make the
/// compiler slower than linear: 12 chunks that are full, or many small ones.
constexpr size_t kNodesPerModule = 12 * 64;
constexpr size_t kFunctionsPerModule = 128;

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

std::vector<Unit> units_of(const Program& program) {
  const image::View& view = program.view();
  Unit all;
  for (uint32_t i = 0; i < view.kinds.size(); ++i) {
    if (view.kinds[i].streams.count != 0) all.push_back({Role::kKind, i});
  }
  for (uint32_t i = 0; i < view.chunks.size(); ++i) {
    const auto& bands = program.prepared().bands;
    if (bands && bands->cover(view, i)) continue;  // tables need no code
    if (!is_interpreted(view, view.chunks[i])) all.push_back({Role::kChunk, i});
  }
  for (const uint32_t kind : kinds_with_instants(program)) all.push_back({Role::kInstant, kind});
  if (instant_of_time(program)) all.push_back({Role::kTime, 0});
  if (all.empty()) return {};
  if (view.nodes.size() < kOneModuleNodesMax) return {all};
  std::vector<Unit> units;
  size_t nodes = kNodesPerModule;  // of the last unit: as good as full, for there is none yet
  for (const FunctionId& function : all) {
    if (nodes >= kNodesPerModule || units.back().size() >= kFunctionsPerModule) {
      units.emplace_back();
      nodes = 0;
    }
    units.back().push_back(function);
    // Another function is about as large as a full chunk.
    const bool chunk = function.role == Role::kChunk;
    nodes += chunk ? view.chunks[function.index].node_count : 64;
  }
  return units;
}

std::string name_of(const image::View& view, FunctionId function) {
  switch (function.role) {
    case Role::kKind:
      return fmt::format("segue_kind_{}_{}", function.index,
                         identifier_of(kind_name(view, function.index)));
    case Role::kInstant:
      return fmt::format("segue_instant_{}_{}", function.index,
                         identifier_of(kind_name(view, function.index)));
    case Role::kTime:
      return "segue_time";
    case Role::kChunk:
      break;
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
    switch (id.role) {
      case Role::kKind:
        emit_kind(out, KindId{id.index});
        break;
      case Role::kChunk:
        emit_chunk(out, id.index);
        break;
      case Role::kInstant:
        emit_instant(out, KindId{id.index});
        break;
      case Role::kTime:
        emit_time(out);
        break;
    }
  }
}

}  // namespace segue::codegen
