#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/declarations.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"

namespace segue::sema {

using hir::Type;

namespace {

bool same(const Constant& a, const Constant& b) {
  return same_type(a, b) && order_of(a, b) == 0 && a.literal.truth == b.literal.truth;
}

}  // namespace

/// Reports a value outside of what `in …` allows.
bool within_limit(Context& context, const Scope& scope, const ast::ParamDecl& decl,
                  const Constant& value) {
  if (!decl.limit || value.failed) return true;
  const auto refuse = [&](Span limit, std::string_view rule) {
    context
        .report(Code::kE0308, value.span, fmt::format("`{}` is {}", decl.name.text, written(value)))
        .label(std::string(rule))
        .also(limit, "the values it may have");
    return false;
  };
  if (const auto* range = std::get_if<ast::Range>(&*decl.limit)) {
    const Constant low = signed_constant(context, scope, range->low, range->low_negated);
    const Constant high = signed_constant(context, scope, range->high, range->high_negated);
    if (low.failed || high.failed) return false;
    if (!same_type(value, low) || !same_type(value, high)) {
      return refuse(range->span, fmt::format("{}, the range is of another type", noun(value)));
    }
    if (order_of(value, low) >= 0 && order_of(value, high) <= 0) return true;
    return refuse(range->span, "outside of its range");
  }
  const auto& allowed = std::get<ast::Scalars>(*decl.limit);
  for (const ast::Scalar& scalar : allowed.items) {
    const Constant item = constant(context, scope, scalar);
    if (item.failed || same(value, item)) return true;
  }
  return refuse(allowed.span, "none of its values");
}

namespace {

/// What was given from outside, or nothing.
const std::string* given(const CheckOptions& options, const std::string& name) {
  const std::string* value = nullptr;
  for (const auto& [param, text] : options.params) {
    if (param == name) value = &text;  // the last one counts
  }
  return value;
}

Constant check_param(Context& context, const Declared& declared) {
  const auto& decl = *declared.decl->as<ast::ParamDecl>();
  const Scope scope = context.scope_of(declared.file);
  if (const auto* other = std::get_if<ast::Param>(&decl.value)) {
    context.report(Code::kE0309, other->span, "a parameter whose value is another parameter")
        .label("must be a literal");
    Constant failed;
    failed.failed = true;
    return failed;
  }
  Constant value = constant(context, scope, decl.value);
  if (value.failed) return value;
  value.failed = !within_limit(context, scope, decl, value);
  const std::string* text = given(context.options, decl.name.text);
  if (text == nullptr || value.failed) return value;
  Constant replaced = parse_param(scope, *text, value);
  replaced.span = ast::span_of(decl.value);
  if (replaced.failed) {
    context
        .report(Code::kE0309, decl.name.span,
                fmt::format("`--param {}={}` is not {}", decl.name.text, *text, noun(value)))
        .label(fmt::format("declared as {}", written(value)));
    return replaced;
  }
  replaced.failed = !within_limit(context, scope, decl, replaced);
  return replaced;
}

}  // namespace

void check_params(Context& context) {
  for (const Declared& declared : context.names.of(NameKind::kParam)) {
    context.params.push_back(check_param(context, declared));
  }
  std::vector<std::string> names;
  for (const Declared& declared : context.names.of(NameKind::kParam)) {
    names.push_back(declared.name->text);
  }
  for (const auto& [name, value] : context.options.params) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    // There is no place to show but the first file: the value came with the command.
    const Span nowhere{context.files.empty() ? SourceId{} : context.files[0].id, 0, 0};
    context.report(Code::kE0206, nowhere, fmt::format("unknown parameter `{}` in `--param`", name))
        .label("no file declares it")
        .suggest(nearest_names(name, names));
  }
}

}  // namespace segue::sema
