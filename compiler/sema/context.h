// What the parts of the checker share, and what an expression can turn out to be.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/sema/check.h"
#include "compiler/sema/hir.h"
#include "compiler/sema/names.h"
#include "compiler/sema/nodes.h"
#include "compiler/sema/zones.h"
#include "compiler/syntax/ast.h"

namespace segue::sema {

/// A literal of a rule, parameters replaced. A date stays a day until something says what part of
/// the day is meant.
struct Constant {
  hir::Literal literal;
  std::optional<LocalDay> day;
  Span span{};
  bool failed = false;  ///< was reported: what needs it fails in silence
};

/// `$campaign` inside `signal opened($campaign) = …`.
struct Argument {
  std::string name;
  Constant value;
};

/// Which events a filter sees: those with a declaration, and whether also others (`open`).
struct EventSet {
  std::vector<const Declared*> declared;
  bool open = false;
};

/// Which items a filter inside `any … where` sees; of what type, null if nothing declares it.
struct ItemSet {
  const ast::TypeName* type = nullptr;
};

/// A window as HIR says it, with what HIR asks elsewhere: the zone of its days, and the days of
/// each user's own calendar, which each occurrence is asked for.
struct OccurrenceWindow : hir::Window {
  OccurrenceWindow() = default;
  OccurrenceWindow(hir::Window window) : hir::Window(std::move(window)) {}

  hir::ZoneId zone;
  std::optional<LocalDay> first_day;
  std::optional<LocalDay> end_day;  ///< the day after the last one
};

/// The window that stands behind a whole predicate: for whatever in it has none.
struct WindowUse {
  OccurrenceWindow window;
  bool used = false;
};

/// Where an expression stands.
struct Scope {
  uint32_t file = 0;
  const Zone* zone = nullptr;
  const Argument* argument = nullptr;
  const EventSet* events = nullptr;  ///< in a filter: of these; null in a condition
  const ItemSet* items = nullptr;    ///< in a filter of list items
  WindowUse* window = nullptr;

  bool in_filter() const { return events != nullptr || items != nullptr; }
};

/// A value. Neither an expression nor a day: it was reported.
struct Operand {
  hir::ExprPtr expr;
  std::optional<LocalDay> day;
  Span span{};
  const ast::Type* declared = nullptr;  ///< of a property or trait: its limit is known
  int64_t divisor = 1;  ///< of a scaled duration or instant: `expr` is so many times too large

  bool ok() const { return expr != nullptr || day.has_value(); }
  hir::Type type() const { return day ? hir::Type::kInstant : expr->type; }
};

/// A stream of occurrences: events with a predicate, or derived. Neither: it was reported.
struct Signal {
  hir::ExprPtr predicate;
  std::optional<hir::StreamId> derived;
  hir::ExprPtr union_events;                 ///< of a derived union its arms that are events
  std::vector<hir::StreamId> union_sources;  ///< and its other arms
  EventSet events;
  std::string name;
  Span span{};
  uint32_t chain = 0;  ///< signals inside signals

  bool ok() const { return predicate != nullptr || derived.has_value(); }
};

struct List {
  std::vector<Constant> items;
  bool failed = false;
};

/// Signals, by declaration and argument; `pending` while being worked out, which finds cycles.
struct SignalMemo {
  Signal signal;
  bool pending = true;
};

/// Computed traits, likewise.
struct TraitMemo {
  Operand value;
  std::vector<hir::ExprPtr> anchors;  ///< of windows in it
  bool pending = true;
  uint32_t chain = 0;
};

struct Context {
  Context(std::span<const ast::File> files, const CheckOptions& options, Diagnostics& diagnostics)
      : files(files), options(options), diagnostics(diagnostics), nodes(diagnostics) {}

  std::span<const ast::File> files;
  const CheckOptions& options;
  Diagnostics& diagnostics;
  Names names;
  Nodes nodes;
  Zones zones;
  std::vector<bool> sees_incomplete;  ///< by file
  std::vector<const Zone*> file_zones;
  std::vector<bool> by_user_zone;             ///< by file: `zone user.timezone`
  hir::SlotId user_zone;                      ///< the trait that it names; one for all files
  const ast::Name* user_zone_said = nullptr;  ///< where it was said first
  std::vector<Constant> params;               ///< by Declared::index, as are the next two
  std::vector<List> lists;
  std::map<std::pair<const ast::Decl*, std::string>, SignalMemo> signals;
  std::map<std::pair<const ast::Decl*, bool>, TraitMemo> computed;  ///< also as a condition
  std::map<std::string, hir::ExprPtr> event_predicates;             ///< by wire names, joined
  /// Anchors of windows in the predicate at hand; null where none is worked out.
  std::vector<hir::ExprPtr>* anchors = nullptr;
  std::map<std::tuple<hir::Op, bool, uint32_t, uint32_t>, hir::ExprPtr> anchor_nodes;
  /// Predicates with the days of a user's own calendar, by predicate, first and end day.
  std::map<std::tuple<const hir::Expr*, int32_t, int32_t>, hir::ExprPtr> days_of;
  std::vector<const Declared*> open_signals;  ///< being worked out, outermost first
  std::vector<Span> said;                     ///< their uses with an argument
  bool argument_unknown = false;              ///< checking one that nobody may have said
  std::set<const ast::Decl*> broken_signals;  ///< whatever the argument
  uint32_t repeated =
      0;  ///< not 0: what is worked out was worked out before, and is not said again
  std::set<std::pair<Code, Span>> warned;  ///< inside signals with a parameter
  Diagnostic unsaid;                       ///< takes what was already said
  uint32_t deepest_chain = 0;              ///< of the signals read since last set to 0
  hir::Rules rules;

  bool is_library(uint32_t file) const {
    return file < options.libraries.size() && options.libraries[file];
  }
  Scope scope_of(uint32_t file) const { return {.file = file, .zone = file_zones[file]}; }

  /// Whether a name that `file` does not know may stand in a declaration that could not be read:
  /// its syntax error was reported, and says more.
  bool left_out(uint32_t file) const { return sees_incomplete[file]; }

  /// Inside a signal with a parameter also where the signal was said, since the fault may be there;
  /// and a warning only once, however often the signal is said.
  Diagnostic& report(Code code, Span span, std::string message);
  /// The rule's own words at `span`, blanks made one; `otherwise` without sources or if too long.
  std::string quote(Span span, std::string_view otherwise) const;
};

}  // namespace segue::sema
