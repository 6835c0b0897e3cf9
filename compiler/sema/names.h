// Which name means what, and from where it can be seen.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/sema/check.h"
#include "compiler/syntax/ast.h"

namespace segue::sema {

enum class NameKind : uint8_t { kEvent, kTrait, kSignal, kFunnel, kScore, kSegment, kList, kParam };

/// "an event", "a trait", …
std::string_view noun(NameKind kind);

/// Names that stand in the same places share a space: what a condition may begin with (events,
/// traits, signals, funnels, scores); what follows `in` as a prefix; what follows it as an
/// operator; what follows `$`.
enum class Space : uint8_t { kOperands, kSegments, kLists, kParams };

struct Declared {
  NameKind kind;
  uint32_t file = 0;
  uint32_t index = 0;  ///< among its kind, over all files in order
  const ast::Decl* decl = nullptr;
  const ast::Name* name = nullptr;
};

class Names {
 public:
  /// Collects the declarations; reports names declared twice, and kinds declared too often.
  void collect(std::span<const ast::File> files, const CheckOptions& options,
               Diagnostics& diagnostics);

  /// What `name` means in `file`; null if nothing there has it.
  const Declared* find(uint32_t file, Space space, std::string_view name) const;
  /// The event, the trait declared with that name on the wire.
  const Declared* find_event(uint32_t file, std::string_view wire_name) const;
  const Declared* find_trait(uint32_t file, std::string_view wire_name) const;
  /// A declaration of that name which `file` cannot see.
  const Declared* find_elsewhere(Space space, std::string_view name) const;

  const std::vector<Declared>& of(NameKind kind) const { return kinds_[index_of(kind)]; }
  bool visible(uint32_t from, uint32_t file) const { return visible_[from][file]; }

  /// Near names of the space that `file` sees, for "did you mean". Empty after some hundred
  /// questions: on a hostile file the search would cost more than the check.
  std::vector<std::string> near(uint32_t file, Space space, std::string_view name);

 private:
  using Table = std::unordered_map<std::string_view, std::vector<Declared>>;

  static size_t index_of(NameKind kind) { return static_cast<size_t>(kind); }
  void see(size_t files, const std::vector<std::vector<uint32_t>>& uses);
  void declare(uint32_t file, const ast::Decl& decl, Diagnostics& diagnostics);
  void declare(NameKind kind, uint32_t file, const ast::Decl& decl, const ast::Name& name,
               Diagnostics& diagnostics);
  void declare_wires();
  void report_twice(const Table& table, bool wires, bool everywhere,
                    Diagnostics& diagnostics) const;
  std::vector<const Declared*> clashes(const std::vector<Declared>& all, bool everywhere) const;
  const Declared* find(const Table& table, uint32_t file, std::string_view name) const;

  std::array<std::vector<Declared>, 8> kinds_;
  std::array<Table, 4> spaces_;
  Table event_wires_;
  Table trait_wires_;
  std::vector<std::vector<bool>> visible_;
  std::vector<uint32_t>
      joining_;  ///< files that see more than themselves, one of each group that sees the same
  int near_left_ = 300;
};

Space space_of(NameKind kind);

}  // namespace segue::sema
