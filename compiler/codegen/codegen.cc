#include "compiler/codegen/codegen.h"

#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "compiler/codegen/link.h"
#include "compiler/codegen/object_cache.h"
#include "compiler/codegen/units.h"
#include "compiler/codegen/workshop.h"

namespace segue {
namespace {

using codegen::FunctionId;
using codegen::Unit;
using codegen::Workshop;

constexpr size_t kKeptNodesMin = 100;

bool stopped(const CodegenOptions& options) {
  return options.stop != nullptr && options.stop->load(std::memory_order_relaxed);
}

/// The objects of all units, in their order. Threads take the next unit until none is left.
std::vector<std::string> compile(const Program& program, const std::vector<Unit>& units,
                                 const CodegenOptions& options) {
  std::vector<std::string> objects(units.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    Workshop workshop;
    for (size_t i = next++; i < units.size() && !stopped(options); i = next++) {
      objects[i] = workshop.machine.object_of(*workshop.module_of(program, units[i]));
    }
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min<size_t>(options.threads, units.size()); ++i)
    others.emplace_back(work);
  if (!units.empty()) work();
  for (std::thread& thread : others) thread.join();
  return objects;
}

std::vector<std::string> names_of(const image::View& view, const std::vector<Unit>& units) {
  std::vector<std::string> names;
  for (const Unit& unit : units) {
    for (const FunctionId function : unit) names.push_back(codegen::name_of(view, function));
  }
  return names;
}

NativeCode::Fn& place_of(NativeCode& code, FunctionId function) {
  switch (function.role) {
    case codegen::Role::kKind:
      return code.kinds[function.index];
    case codegen::Role::kChunk:
      return code.chunks[function.index];
    case codegen::Role::kInstant:
      return code.instants[function.index];
    case codegen::Role::kTime:
      break;
  }
  return code.time;
}

NativeCode native_of(const image::View& view, const std::vector<Unit>& units,
                     const codegen::Linked& linked) {
  NativeCode code;
  code.kinds.resize(view.kinds.size());
  code.chunks.resize(view.chunks.size());
  code.instants.resize(view.kinds.size());
  code.owner = linked.owner;
  auto next = linked.functions.begin();
  for (const Unit& unit : units) {
    for (const FunctionId function : unit) {
      // SAFETY: the address is that of a `void (Frame*)` which `build` made under this name.
      const auto entry = reinterpret_cast<NativeCode::Fn>(const_cast<void*>(next++->address));
      place_of(code, function) = entry;
    }
  }
  return code;
}

Unit whole(const Program& program) {
  Unit all;
  for (const Unit& unit : codegen::units_of(program))
    all.insert(all.end(), unit.begin(), unit.end());
  return all;
}

}  // namespace

Result<NativeCode> generate(const Program& program, const CodegenOptions& options,
                            CodegenStats* stats) {
  const auto begin = std::chrono::steady_clock::now();
  const image::View& view = program.view();
  const std::vector<Unit> units = codegen::units_of(program);
  const bool kept = view.nodes.size() >= kKeptNodesMin && !options.cache_dir.empty();
  const codegen::ObjectCache cache(kept ? options.cache_dir : "", program.image(),
                                   codegen::Machine::identity(), options.cache_bytes_max);
  std::vector<std::string> objects = cache.load();
  const bool cached = !objects.empty() && objects.size() == units.size();
  if (!cached) objects = compile(program, units, options);
  if (stopped(options)) return Error{Errc::kUnsupported, "stopped before it was done"};
  if (!cached) cache.store(objects);
  SEGUE_TRY(const codegen::Linked linked, codegen::link(objects, names_of(view, units)));
  if (options.debug_names) codegen::write_perf_map(objects, linked);
  if (stats != nullptr) {
    stats->functions = static_cast<uint32_t>(linked.functions.size());
    stats->modules = static_cast<uint32_t>(units.size());
    stats->kept = kept;
    stats->cached_modules = cached ? stats->modules : 0;
    for (const std::string& object : objects) stats->bytes += object.size();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    stats->ms = took.count();
  }
  return native_of(view, units, linked);
}

std::string print_llvm(const Program& program) {
  Workshop workshop;
  std::string text;
  llvm::raw_string_ostream out(text);
  workshop.module_of(program, whole(program))->print(out, nullptr);
  return out.str();
}

std::string print_asm(const Program& program) {
  Workshop workshop;
  return workshop.machine.assembly_of(*workshop.module_of(program, whole(program)));
}

}  // namespace segue
