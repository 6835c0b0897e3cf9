#include <fmt/format.h>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/conditions.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/periods.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

/// The items of `("a", "b")` or of a declared list; empty if they were reported.
std::optional<std::vector<Constant>> items_of(Context& context, const Scope& scope,
                                              const ast::Scalars& scalars) {
  std::vector<Constant> items;
  if (scalars.items.size() > kListItemsMax) {
    context
        .report(Code::kE0501, scalars.span, fmt::format("a list of {} items", scalars.items.size()))
        .label(fmt::format("the limit is {}", kListItemsMax));
    return std::nullopt;
  }
  bool ok = true;
  for (const ast::Scalar& scalar : scalars.items) {
    items.push_back(constant(context, scope, scalar));
    ok = ok && !items.back().failed;
  }
  if (!ok) return std::nullopt;
  return items;
}

std::optional<std::vector<Constant>> items_of(Context& context, const Scope& scope,
                                              const ast::Path& path) {
  const std::string name = path.dotted();
  const Declared* declared = context.names.find(scope.file, Space::kLists, name);
  if (declared == nullptr && context.left_out(scope.file)) return std::nullopt;
  if (declared == nullptr) {
    auto& found = context.report(Code::kE0208, path.span, fmt::format("unknown list `{}`", name));
    found.label("not declared");
    if (context.names.find(scope.file, Space::kSegments, name) != nullptr) {
      found.help(fmt::format("a segment is asked for with `in {}` alone", name));
    }
    const std::vector<std::string> near = context.names.near(scope.file, Space::kLists, name);
    if (near.empty()) {
      found.help(fmt::format(
          "declare it: `list {0} = (\"a\", \"b\")` or `list {0} from \"{0}.csv\"`", name));
    }
    found.suggest(near);
    return std::nullopt;
  }
  const List& list = context.lists[declared->index];
  if (list.failed) return std::nullopt;
  return list.items;
}

std::vector<hir::Literal> literals_of(const std::vector<Constant>& items) {
  std::vector<hir::Literal> literals;
  literals.reserve(items.size());
  for (const Constant& item : items) literals.push_back(item.literal);
  return literals;
}

bool is_user(const Scope& scope, const ast::Expr& expr) {
  const auto* name = expr.as<ast::NameRef>();
  return !scope.in_filter() && name != nullptr && name->path.is_bare() &&
         name->path.parts[0].text == "user";
}

ExprPtr user_in(Context& context, const std::vector<Constant>& items, Span span) {
  Expr expr;
  expr.op = Op::kUserIn;
  expr.span = span;
  for (const Constant& item : items) {
    if (item.literal.type != Type::kText) {
      context.report(Code::kE0309, item.span, fmt::format("{} in a list of users", noun(item)))
          .label("a user's id is a text")
          .help(fmt::format("in quotes: \"{}\"", item.literal.text));
      return nullptr;
    }
  }
  expr.literals = literals_of(items);
  return context.nodes.make(std::move(expr));
}

bool is_wire_type(const Constant& item) {
  return !item.day && (item.literal.type == Type::kText || item.literal.type == Type::kNumber ||
                       item.literal.type == Type::kTruth);
}

/// A number that is worked out, not one that came off the wire.
bool is_computed(const Operand& value) {
  return value.type() == Type::kNumber && value.expr != nullptr && value.expr->op != Op::kTrait &&
         value.expr->op != Op::kProperty;
}

/// Of dates, instants, durations and counts a set is a chain of comparisons: a date is a whole day.
ExprPtr one_of(Context& context, const Scope& scope, const Operand& value,
               const std::vector<Constant>& items, Span span) {
  std::vector<ExprPtr> parts;
  for (const Constant& item : items) {
    const Comparing equal{ast::CompareOp::kEqual, item.span, span, false};
    parts.push_back(compare(context, scope, equal, value, operand_of(context, item, item.span)));
  }
  return context.nodes.any_of(std::move(parts), span);
}

ExprPtr member_of(Context& context, const Scope& scope, const Operand& value,
                  const std::vector<Constant>& items, bool ignoring_case, Span span) {
  if (!value.ok()) return nullptr;
  if (items.empty()) warn_constant(context, span, false, "the list is empty");
  bool wire = true;
  for (const Constant& item : items) wire = wire && is_wire_type(item);
  if (!wire || value.type() == Type::kInstant || is_computed(value)) {
    return one_of(context, scope, value, items, span);
  }
  for (const Constant& item : items) {
    const bool fits = value.type() == Type::kAny || value.type() == item.literal.type;
    if (fits && !ignoring_case) {
      warn_outside_limit(context, scope, value, item.literal, item.span);
    }
    if (fits && (!ignoring_case || item.literal.type == Type::kText)) continue;
    report_mismatch(context, item.span, value, operand_of(context, item, item.span));
    return nullptr;
  }
  Expr expr;
  expr.op = Op::kInSet;
  expr.span = span;
  expr.ignoring_case = ignoring_case;
  expr.literals = literals_of(items);
  expr.children = {value.expr};
  return context.nodes.make(std::move(expr));
}

ExprPtr positive(Context& context, const Scope& scope, const ast::InSet& in_set, Span span) {
  if (const auto* range = std::get_if<ast::Range>(&in_set.set)) {
    return in_range(context, scope, operand(context, scope, *in_set.value), *range, span);
  }
  const auto* scalars = std::get_if<ast::Scalars>(&in_set.set);
  const auto items = scalars != nullptr ? items_of(context, scope, *scalars)
                                        : items_of(context, scope, std::get<ast::Path>(in_set.set));
  if (is_user(scope, *in_set.value)) {
    return items ? user_in(context, *items, span) : nullptr;
  }
  const Operand value = operand(context, scope, *in_set.value);
  if (!items) return nullptr;
  return member_of(context, scope, value, *items, in_set.ignoring_case, span);
}

}  // namespace

ExprPtr in_set(Context& context, const Scope& scope, const ast::InSet& in_set, Span span) {
  Scope inside = scope;
  const auto ask = [&](WindowUse& use) {
    inside.window = &use;
    ExprPtr made = positive(context, inside, in_set, span);
    return in_set.negated ? context.nodes.negate(std::move(made), span) : made;
  };
  if (in_set.periods) return in_periods(context, scope, *in_set.periods, ask, span);
  if (!in_set.window) {
    ExprPtr made = positive(context, scope, in_set, span);
    return in_set.negated ? context.nodes.negate(std::move(made), span) : made;
  }
  if (scope.in_filter()) {
    report_in_filter(context, in_set.window->span, "a window");
    return nullptr;
  }
  const auto window = occurrence_window(context, scope, *in_set.window);
  if (!window) return nullptr;
  WindowUse use{*window};
  ExprPtr made = ask(use);
  if (made == nullptr || use.used) return made;
  report_unused_window(context, in_set.window->span);
  return nullptr;
}

namespace {

/// The one literal behind `has`; empty if it was reported.
std::optional<std::vector<Constant>> one_item(Context& context, const Scope& scope,
                                              const ast::Expr& item) {
  const auto* name = item.as<ast::NameRef>();
  const bool literal =
      item.as<ast::Literal>() != nullptr || item.as<ast::MomentRef>() != nullptr ||
      item.as<ast::Negate>() != nullptr ||
      (name != nullptr && name->path.parts.size() == 1 && name->path.parts[0].quoted);
  if (!literal) {
    auto& found = context.report(Code::kE0309, item.span, "`has` with what is no literal");
    found.label("must be a text, number or truth as it is written");
    if (name != nullptr && name->path.is_bare()) {
      found.help(fmt::format("a text is quoted: `has \"{}\"`", name->path.dotted()));
    }
    return std::nullopt;
  }
  const Operand value = right_operand(context, scope, item);
  if (!value.ok()) return std::nullopt;
  Constant constant;
  constant.span = item.span;
  constant.day = value.day;
  constant.literal.type = value.type();
  if (value.expr != nullptr) constant.literal = value.expr->literal;
  const bool moves = value.expr != nullptr && value.expr->op != Op::kLiteral;
  if (moves && value.type() != Type::kInstant) {
    context.report(Code::kE0309, item.span, "`has` with what is no literal")
        .label("must be a text, number or truth as it is written");
    return std::nullopt;
  }
  if (moves) constant.literal.type = Type::kInstant;  // `now`, `5d ago`
  return std::vector<Constant>{std::move(constant)};
}

/// What `has` looks for; empty if it was reported.
std::optional<std::vector<Constant>> wanted_items(Context& context, const Scope& scope,
                                                  const ast::Has& has) {
  std::optional<std::vector<Constant>> items;
  if (has.kind == ast::Has::Kind::kOne) {
    items = one_item(context, scope, *has.item);
  } else if (const auto* scalars = std::get_if<ast::Scalars>(&has.items)) {
    items = items_of(context, scope, *scalars);
  } else {
    items = items_of(context, scope, std::get<ast::Path>(has.items));
  }
  if (!items) return std::nullopt;
  for (const Constant& item : *items) {
    if (is_wire_type(item)) continue;
    context.report(Code::kE0309, item.span, fmt::format("`has` with {}", noun(item)))
        .label("a list off the wire holds texts, numbers and truths");
    return std::nullopt;
  }
  return items;
}

}  // namespace

ExprPtr has(Context& context, const Scope& scope, const ast::Has& has, Span span) {
  const Operand list = operand(context, scope, *has.value);
  auto items = wanted_items(context, scope, has);
  if (!list.ok() || !items) return nullptr;
  if (list.day || (list.type() != Type::kList && list.type() != Type::kAny)) {
    context.report(Code::kE0304, list.span, fmt::format("`has` behind {}", noun(list.type())))
        .label("only a list has items")
        .help("of a text: `contains`; of one value: `=` or `in (…)`");
    return nullptr;
  }
  if (items->empty()) {
    warn_constant(context, span, has.kind != ast::Has::Kind::kAny, "nothing is looked for");
  }
  Expr expr;
  expr.op = has.kind == ast::Has::Kind::kAll ? Op::kHasAll : Op::kHasAny;
  expr.span = span;
  expr.ignoring_case = has.ignoring_case;
  expr.literals = literals_of(*items);
  expr.children = {list.expr};
  ExprPtr made = context.nodes.make(std::move(expr));
  return has.kind == ast::Has::Kind::kNone ? context.nodes.negate(std::move(made), span) : made;
}

}  // namespace segue::sema
