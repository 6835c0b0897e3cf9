#include <fmt/format.h>

#include "compiler/sema/declarations.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/unsupported.h"

namespace segue::sema {

using hir::Type;

namespace {

void check_type(Context& context, const Scope& scope, const ast::Type& type);

void check_fields(Context& context, const Scope& scope, const std::vector<ast::Field>& fields) {
  std::map<std::string_view, const ast::Field*> by_name;
  std::map<std::string_view, const ast::Field*> by_wire;
  for (const ast::Field& field : fields) {
    const std::string& wire = field.wire_name ? field.wire_name->value : field.name.text;
    const auto [named, new_name] = by_name.try_emplace(field.name.text, &field);
    const auto [wired, new_wire] = by_wire.try_emplace(wire, &field);
    if (!new_name || !new_wire) {
      const ast::Field& first = new_name ? *wired->second : *named->second;
      context
          .report(Code::kE0201, field.name.span,
                  fmt::format("`{}` is declared twice", new_name ? wire : field.name.text))
          .label(new_name ? "the same name on the wire" : "another of this name")
          .also(first.name.span, "first declared here");
    }
    check_type(context, scope, field.type);
  }
}

void check_type_name(Context& context, const Scope& scope, const ast::TypeName& type) {
  // `list of list of …` is as deep as the parser lets it be, and that is little.
  if (type.item != nullptr) check_type_name(context, scope, *type.item);
  check_fields(context, scope, type.fields);
  if (type.kind != ast::TypeName::Kind::kNamed) return;
  const std::string& name = type.name.text;
  if (name == "duration") {
    unsupported_declaration(context, type.name.span, "the type `duration`");
    return;
  }
  if (type_of(type) != Type::kAny) return;
  static const std::vector<std::string> kNames{"text", "number", "truth", "date", "instant"};
  auto& found =
      context.report(Code::kE0216, type.name.span, fmt::format("unknown type `{}`", name));
  found.label("not a type");
  const auto near = nearest_names(name, kNames);
  if (near.empty()) {
    found.help("types are `text`, `number`, `truth`, `date`, `instant`, `list of …`, `{ … }`");
  }
  found.suggest(near);
}

/// `number in ("a")`: a limit that no value of the type can keep.
void check_limit(Context& context, const ast::Type& type, const Constant& item) {
  if (item.failed) return;
  const ast::TypeName* name = &type.name;  // of a list the limit is that of its items
  while (name->item != nullptr) name = name->item.get();
  const Type declared = type_of(*name);
  if (declared == Type::kAny || item.literal.type == declared) return;
  context
      .report(Code::kE0309, item.span,
              fmt::format("{} in the limit of {}", noun(item), noun(declared)))
      .label("of another type")
      .also(type.name.span, "declared here");
}

void check_type(Context& context, const Scope& scope, const ast::Type& type) {
  check_type_name(context, scope, type.name);
  if (!type.limit) return;
  const ast::Limit& limit = *type.limit;
  if (const auto* range = std::get_if<ast::Range>(&limit.bound)) {
    check_limit(context, type, signed_constant(context, scope, range->low, range->low_negated));
    check_limit(context, type, signed_constant(context, scope, range->high, range->high_negated));
  } else if (const auto* items = std::get_if<ast::Scalars>(&limit.bound)) {
    for (const ast::Scalar& scalar : items->items) {
      check_limit(context, type, constant(context, scope, scalar));
    }
  } else {
    check_limit(context, type, number_constant(std::get<ast::Number>(limit.bound)));
  }
}

}  // namespace

void check_types(Context& context) {
  for (const Declared& declared : context.names.of(NameKind::kEvent)) {
    const auto& decl = *declared.decl->as<ast::EventDecl>();
    check_fields(context, context.scope_of(declared.file), decl.fields);
  }
  for (const Declared& declared : context.names.of(NameKind::kTrait)) {
    const auto& decl = *declared.decl->as<ast::TraitDecl>();
    if (decl.type) check_type(context, context.scope_of(declared.file), *decl.type);
  }
}

}  // namespace segue::sema
