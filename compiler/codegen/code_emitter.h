#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "compiler/codegen/function_emitter.h"
#include "runtime/base/event.h"

namespace segue::codegen {

/// One entry of the stack as SSA values: a B is an i1, an N a double, a T an i64, an X and an S two
/// i64, a V the address of a `Value`. A V that is known now (a constant, the name of the kind, a
/// slot that the kind has not) has no address until one is asked for: most ops on it are constants.
struct Entry {
  llvm::Value* low = nullptr;
  llvm::Value* high = nullptr;
  const Value* known = nullptr;
  uint32_t text = image::kNone;  // of a known one: the constant it is
};

/// Whose code it is. Of an event the kind is known, so that tests of it and places of slots are
/// constants; a node's reads have deadlines, an event's have none.
struct Context {
  std::optional<KindId> kind;  // none: code of a node
};

/// Emits postfix code without branches, op by op, as the interpreter would run it.
class CodeEmitter {
 public:
  CodeEmitter(FunctionEmitter& out, Context context);

  /// The entry that `code` leaves.
  Entry run(std::span<const image::OpRow> code);

  /// A node of this function has been evaluated: later reads take its value from here.
  void define_node(uint32_t node, llvm::Value* value) { nodes_[node] = value; }

 private:
  using Result = std::optional<Entry>;

  Entry emit(const image::OpRow& row);

  // One a group of ops.def; empty if the op is of another group.
  Result leaf(const image::OpRow& row);
  Result event_leaf(const image::OpRow& row);
  Result read(const image::OpRow& row);
  Result value(const image::OpRow& row);
  Result scalar(const image::OpRow& row);
  Result truth(const image::OpRow& row);
  Result number(const image::OpRow& row);
  Result sum(const image::OpRow& row);
  Result time(const image::OpRow& row);
  Result local(const image::OpRow& row);
  Result made(const image::OpRow& row);

  Entry read_anew(const image::OpRow& row);
  Entry read_by_host(const image::OpRow& row);
  Entry nth(const image::OpRow& row);
  llvm::Value* newest_nth(uint32_t cell, uint32_t k);
  llvm::Value* first_instant();
  Entry newest_count(const image::OpRow& row);
  Entry first_or_last(const image::OpRow& row);
  Entry held(const image::OpRow& row);
  Entry kept(uint32_t cell);
  Entry node(uint32_t node);
  Entry slot(uint32_t slot);
  llvm::Value* address_of(const Entry& value);
  Result folded(const image::OpRow& row, std::span<const Entry> values);
  Entry of_value(const image::OpRow& row, const Entry& value);
  Entry of_values(const image::OpRow& row, const Entry& left, const Entry& right);
  Entry at_least(const image::OpRow& row);
  Entry compare_times(const image::OpRow& row, Body test, Body turn);
  Entry words_of(llvm::Value* room);

  Entry pop();
  llvm::Value* pop_low() { return pop().low; }

  FunctionEmitter& out_;
  Context context_;
  Value event_name_;  // of a kind that has one
  std::vector<Entry> stack_;
  std::unordered_map<uint32_t, llvm::Value*> nodes_;
  std::map<std::array<uint32_t, 3>, Entry> shared_;  // reads by nodes: done once a function
};

}  // namespace segue::codegen
