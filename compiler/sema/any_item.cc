// `any interests where (key = "cars")`: a question to the items of a list.
#include <fmt/format.h>

#include "compiler/sema/conditions.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/properties.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

ExprPtr any_item(Context& context, const Scope& scope, const ast::AnyItem& any, Span span) {
  const ast::Expr name{ast::Expr::Node(ast::NameRef{any.list}), any.list.span};
  const Operand list = operand(context, scope, name);
  if (!list.ok()) return nullptr;
  if (list.day || (list.type() != Type::kList && list.type() != Type::kAny)) {
    context
        .report(Code::kE0304, list.span, fmt::format("`any … where` behind {}", noun(list.type())))
        .label("only a list has items");
    return nullptr;
  }
  if (any.filter.where != nullptr) {
    report_in_filter(context, any.filter.span, "a filtered event");
    return nullptr;
  }
  ItemSet items;
  if (list.declared != nullptr) items.type = list.declared->name.item.get();
  Scope inside = scope;
  inside.items = &items;
  inside.window = nullptr;
  Expr expr;
  expr.op = Op::kAnyItem;
  expr.span = span;
  expr.children = {list.expr, condition(context, inside, *any.filter.value)};
  return context.nodes.make(std::move(expr));
}

}  // namespace segue::sema
