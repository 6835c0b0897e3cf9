#include <fmt/format.h>

#include "compiler/sema/conditions.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

ExprPtr segment_member(Context& context, const Scope& scope, const ast::Path& path) {
  const std::string name = path.dotted();
  const Declared* declared = context.names.find(scope.file, Space::kSegments, name);
  if (declared == nullptr) {
    report_unknown_segment(context, scope, path.span, name);
    return nullptr;
  }
  Expr expr;
  expr.op = Op::kMember;
  expr.span = path.span;
  expr.segment = {declared->index};
  return context.nodes.make(std::move(expr));
}

namespace {

/// The band is the first from the top that is reached: so it ends where the one above it begins.
ExprPtr band_reached(Context& context, const std::vector<ast::Band>& bands, size_t index,
                     const ExprPtr& score, Span span) {
  Nodes& nodes = context.nodes;
  std::vector<ExprPtr> parts;
  const auto begins_at = [&](const ast::Band& band) {
    return nodes.literal(number_constant(band.bound).literal, band.bound.span);
  };
  if (bands[index].compare) {
    parts.push_back(
        nodes.make(Op::kLessEqual, Type::kTruth, span, {begins_at(bands[index]), score}));
  }
  if (index > 0 && bands[index - 1].compare) {
    parts.push_back(
        nodes.make(Op::kLess, Type::kTruth, span, {score, begins_at(bands[index - 1])}));
  }
  return nodes.all_of(std::move(parts), span);
}

}  // namespace

void report_unknown_segment(Context& context, const Scope& scope, Span span,
                            const std::string& name) {
  if (context.left_out(scope.file)) return;
  auto& found = context.report(Code::kE0204, span, fmt::format("unknown segment `{}`", name));
  found.label("not declared");
  if (const Declared* other = context.names.find_elsewhere(Space::kSegments, name)) {
    found.also(other->name->span, "declared in a file that this one does not use");
    found.help("name that file with `use` at the top of this one");
    return;
  }
  if (context.names.find(scope.file, Space::kLists, name) != nullptr) {
    found.help(fmt::format("a list holds values: `user in {}`, `plan in {}`", name, name));
  }
  found.suggest(context.names.near(scope.file, Space::kSegments, name));
}

ExprPtr member(Context& context, const Scope& scope, const ast::Member& member, Span span) {
  std::vector<ExprPtr> parts;
  for (const ast::Path& path : member.segments)
    parts.push_back(segment_member(context, scope, path));
  return context.nodes.any_of(std::move(parts), span);
}

ExprPtr band(Context& context, const Scope& scope, const ast::Is& is, Span span) {
  const Operand value = operand(context, scope, *is.value);
  if (!value.ok()) return nullptr;
  if (value.expr == nullptr || value.expr->op != Op::kScore) {
    auto& found = context.report(Code::kE0303, value.span,
                                 fmt::format("`is {}` of what is no score", is.band.text));
    found.label("only a score has bands");
    const std::string days[] = {"today", "yesterday", "tomorrow", "missing"};
    const std::vector<std::string> near = nearest_names(is.band.text, days);
    if (near.empty()) {
      found.help(fmt::format("`{} = \"{}\"`", context.quote(value.span, "it"), is.band.text));
    }
    found.suggest_at(is.band.span, near);
    return nullptr;
  }
  const Declared& declared = context.names.of(NameKind::kScore)[value.expr->score.index];
  const std::vector<ast::Band>& bands = declared.decl->as<ast::ScoreDecl>()->bands;
  std::vector<std::string> names;
  for (size_t i = 0; i < bands.size(); ++i) {
    names.push_back(bands[i].name.text);
    if (bands[i].name.text != is.band.text) continue;
    ExprPtr reached = band_reached(context, bands, i, value.expr, span);
    return is.negated ? context.nodes.negate(std::move(reached), span) : reached;
  }
  auto& found =
      context.report(Code::kE0209, is.band.span,
                     fmt::format("score `{}` has no band `{}`", declared.name->text, is.band.text));
  found.label("not declared").also(declared.name->span, "declared here");
  found.suggest(nearest_names(is.band.text, names));
  return nullptr;
}

}  // namespace segue::sema
