#include <fmt/format.h>
#include <re2/re2.h>

#include "compiler/sema/conditions.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

Op op_of(ast::TextTest::Kind kind) {
  switch (kind) {
    case ast::TextTest::Kind::kContains:
      return Op::kContains;
    case ast::TextTest::Kind::kStartsWith:
      return Op::kStartsWith;
    case ast::TextTest::Kind::kEndsWith:
      return Op::kEndsWith;
    case ast::TextTest::Kind::kMatches:
      return Op::kMatches;
  }
  return Op::kContains;
}

std::string_view word(ast::TextTest::Kind kind) {
  switch (kind) {
    case ast::TextTest::Kind::kContains:
      return "contains";
    case ast::TextTest::Kind::kStartsWith:
      return "starts with";
    case ast::TextTest::Kind::kEndsWith:
      return "ends with";
    case ast::TextTest::Kind::kMatches:
      return "matches";
  }
  return "contains";
}

bool is_text(Context& context, const Operand& side, ast::TextTest::Kind kind) {
  if (!side.day && (side.type() == Type::kText || side.type() == Type::kAny)) return true;
  auto& found = context.report(
      Code::kE0304, side.span,
      fmt::format("`{}` with {}", word(kind), side.day ? "a date" : noun(side.type())));
  found.label("not a text");
  if (!side.day && side.type() == Type::kList) {
    found.help(fmt::format("`{} has \"…\"`", context.quote(side.span, "it")));
  }
  return false;
}

/// Only an expression that RE2 takes, at check time: at run time nothing can fail.
bool compiles(Context& context, const std::string& pattern, bool ignoring_case, Span span) {
  if (pattern.size() > kRegexBytesMax) {
    context
        .report(Code::kE0501, span, fmt::format("a regular expression of {} bytes", pattern.size()))
        .label(fmt::format("the limit is {}", kRegexBytesMax));
    return false;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignoring_case);
  options.set_max_mem(kRegexMemoryMax);
  const re2::RE2 compiled(pattern, options);
  if (compiled.ok()) return true;
  auto& found = context.report(Code::kE0307, span, "this is no regular expression of RE2");
  found.label(compiled.error());
  found.help("`\\\\` in a text is one backslash; RE2 has no look-around and no back-references");
  return false;
}

}  // namespace

ExprPtr text_test(Context& context, const Scope& scope, const ast::TextTest& test, Span span) {
  // A quoted name is a property in a filter; nothing that is counted could contain a text.
  const Operand value = scope.in_filter() ? operand(context, scope, *test.value)
                                          : right_operand(context, scope, *test.value);
  const Operand text = right_operand(context, scope, *test.text);
  if (!value.ok() || !text.ok()) return nullptr;
  if (!is_text(context, value, test.kind) || !is_text(context, text, test.kind)) return nullptr;
  Expr expr;
  expr.op = op_of(test.kind);
  expr.span = span;
  expr.ignoring_case = test.ignoring_case;
  if (test.kind != ast::TextTest::Kind::kMatches) {
    expr.children = {value.expr, text.expr};
    return context.nodes.make(std::move(expr));
  }
  if (text.expr->op != Op::kLiteral) {
    context.report(Code::kE0307, text.span, "`matches` with what is no literal")
        .label("must be a text in quotes, so that it can be checked");
    return nullptr;
  }
  if (!compiles(context, text.expr->literal.text, test.ignoring_case, text.span)) return nullptr;
  expr.literal = text.expr->literal;
  expr.children = {value.expr};
  return context.nodes.make(std::move(expr));
}

}  // namespace segue::sema
