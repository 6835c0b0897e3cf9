#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "runtime/base/result.h"

namespace segue {

/// Where states lie that memory has no room for. They are known by table and number, not by user,
/// and need not outlive the engine.
///
/// Threads: several at once, each with tables of its own.
class ColdStates {
 public:
  struct State {
    uint32_t number;
    std::span<const std::byte> bytes;
  };

  virtual ~ColdStates() = default;

  /// A space of numbers that nobody else uses.
  virtual uint32_t add_table() = 0;

  /// All of them or none; each takes the place of what was put under its number before.
  [[nodiscard]] virtual Status put(uint32_t table, std::span<const State> states) = 0;

  /// What was put under that number last, byte by byte. `kCorrupt` if it is not that, or not there;
  /// `kUnreadable`.
  [[nodiscard]] virtual Status get(uint32_t table, uint32_t number, std::string& into) = 0;

  /// Nothing is under that number any more.
  [[nodiscard]] virtual Status remove(uint32_t table, uint32_t number) = 0;
  [[nodiscard]] virtual Status remove_table(uint32_t table) = 0;
};

/// How many bytes of states a table of users keeps in memory, and where the others go.
struct MemoryBound {
  size_t bytes = 0;            // 0: all of them
  ColdStates* cold = nullptr;  // null: nowhere yet, so all stay
};

}  // namespace segue
