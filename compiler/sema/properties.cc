#include "compiler/sema/properties.h"

#include <fmt/format.h>

#include "compiler/sema/computed.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

/// Where a path leads below a declaration.
struct Place {
  std::vector<std::string> wire;
  Type type = Type::kAny;
  const ast::Type* declared = nullptr;
  const ast::Name* unknown = nullptr;              // the first part that is not declared
  const std::vector<ast::Field>* among = nullptr;  // where it was looked for; null in a scalar
  bool in_list = false;                            // a part of a list's items

  bool same_as(const Place& other) const { return wire == other.wire && type == other.type; }
};

void append_as_written(std::span<const ast::Name> parts, Place& place) {
  for (const ast::Name& part : parts) place.wire.push_back(part.text);
}

/// Follows `parts` from a value of type `type`.
void follow_item(const ast::TypeName& type, std::span<const ast::Name> parts, Place& place) {
  const ast::TypeName* at = &type;
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool record = at->kind == ast::TypeName::Kind::kRecord;
    const ast::Field* field = record ? find_field(at->fields, parts[i]) : nullptr;
    if (field == nullptr) {
      place.unknown = &parts[i];
      place.declared = nullptr;
      place.among = record ? &at->fields : nullptr;
      place.in_list = at->kind == ast::TypeName::Kind::kList;
      append_as_written(parts.subspan(i), place);
      return;
    }
    place.wire.push_back(wire_name_of(*field));
    at = &field->type.name;
    place.declared = &field->type;
  }
  place.type = type_of(*at);
}

void follow(const ast::Type& type, std::span<const ast::Name> parts, Place& place) {
  place.declared = &type;
  follow_item(type.name, parts, place);
}

Place follow_fields(const std::vector<ast::Field>& fields, std::span<const ast::Name> parts) {
  Place place;
  const ast::Field* field = find_field(fields, parts[0]);
  if (field == nullptr) {
    place.unknown = &parts[0];
    place.among = &fields;
    append_as_written(parts, place);
    return place;
  }
  place.wire.push_back(wire_name_of(*field));
  follow(field->type, parts.subspan(1), place);
  return place;
}

bool too_deep(Context& context, std::span<const ast::Name> parts, Span span) {
  if (parts.size() <= kPathMax) return false;
  context.report(Code::kE0501, span, fmt::format("a name of {} parts", parts.size()))
      .label(fmt::format("the limit is {}", kPathMax));
  return true;
}

void suggest_fields(const Place& place, Diagnostic& found) {
  if (place.among == nullptr) return;
  std::vector<std::string> names;
  for (const ast::Field& field : *place.among) names.push_back(field.name.text);
  found.suggest(nearest_names(place.unknown->text, names));
}

void report_in_list(Context& context, Span span) {
  context.report(Code::kE0315, span, "a part of a list's items")
      .label("of which item?")
      .help(
          "`any products where (price > 3)` asks whether there is one; `sum(order.products.price)` "
          "adds them up");
}

/// A value of that slot, as an instant if it is declared as one.
Operand value_of(Context& context, const Scope& scope, Op op, const Place& place, Span span) {
  Expr expr;
  expr.op = op;
  expr.type = place.type == Type::kInstant ? Type::kAny : place.type;
  expr.span = span;
  expr.slot = context.nodes.slot(place.wire, op == Op::kTrait);
  ExprPtr value = context.nodes.make(std::move(expr));
  if (place.type == Type::kInstant) value = to_instant(context, scope, value);
  return {value, std::nullopt, span, place.declared};
}

void warn_undeclared(Context& context, const EventSet& events, const Place& place) {
  const Declared& first = *events.declared.front();
  auto& found = context.report(
      Code::kW0211, place.unknown->span,
      events.declared.size() == 1
          ? fmt::format("event `{}` declares no property `{}`", first.name->text,
                        place.unknown->text)
          : fmt::format("none of these events declares a property `{}`", place.unknown->text));
  found.label("not declared");
  for (const Declared* event : events.declared) found.also(event->name->span, "declared here");
  suggest_fields(place, found);
}

}  // namespace

const std::string& wire_name_of(const ast::Field& field) {
  return field.wire_name ? field.wire_name->value : field.name.text;
}

const ast::Field* find_field(const std::vector<ast::Field>& fields, const ast::Name& name) {
  for (const ast::Field& field : fields) {
    const std::string& own = name.quoted ? wire_name_of(field) : field.name.text;
    if (own == name.text) return &field;
  }
  return nullptr;
}

const Declared* find_trait(const Context& context, const Scope& scope, const ast::Name& name) {
  if (!name.quoted) {
    const Declared* declared = context.names.find(scope.file, Space::kOperands, name.text);
    if (declared != nullptr && declared->kind == NameKind::kTrait) return declared;
  }
  return context.names.find_trait(scope.file, name.text);
}

Type type_of(const ast::TypeName& type) {
  if (type.kind == ast::TypeName::Kind::kList) return Type::kList;
  if (type.kind == ast::TypeName::Kind::kRecord) return Type::kRecord;
  const std::string& name = type.name.text;
  if (name == "text") return Type::kText;
  if (name == "number") return Type::kNumber;
  if (name == "truth") return Type::kTruth;
  if (name == "date" || name == "instant") return Type::kInstant;
  return Type::kAny;  // wrong, and reported where it is declared
}

namespace {

/// A property that events call differently on the wire: which name, by which event it is. Others
/// have it as it is written.
Operand by_event(Context& context, const Scope& scope, const EventSet& events,
                 std::span<const ast::Name> parts, const Place& known, Span span) {
  const auto slot = [&](std::vector<std::string> wire) {
    Expr expr;
    expr.op = Op::kProperty;
    expr.type = known.type == Type::kInstant ? Type::kAny : known.type;
    expr.span = span;
    expr.slot = context.nodes.slot(std::move(wire), false);
    return context.nodes.make(std::move(expr));
  };
  Place written;
  append_as_written(parts, written);
  ExprPtr value = slot(written.wire);
  std::map<std::vector<std::string>, std::vector<KindId>> kinds;
  for (const Declared* event : events.declared) {
    const auto& decl = *event->decl->as<ast::EventDecl>();
    const Place place = decl.has_body ? follow_fields(decl.fields, parts) : written;
    if (place.unknown != nullptr || place.wire == written.wire) continue;
    std::vector<KindId>& of = kinds[place.wire];
    for (const ast::Text& name : decl.wire_names) of.push_back(context.nodes.kind(name.value));
    if (decl.wire_names.empty()) of.push_back(context.nodes.kind(decl.name.text));
  }
  for (auto& [wire, of] : kinds) {
    const Type type = value == nullptr ? Type::kAny : value->type;
    std::vector<ExprPtr> children{context.nodes.event_is(std::move(of), span), slot(wire),
                                  std::move(value)};
    value = context.nodes.make(Op::kSelect, type, span, std::move(children));
  }
  if (known.type == Type::kInstant) value = to_instant(context, scope, value);
  return {value, std::nullopt, span};
}

}  // namespace

Operand property(Context& context, const Scope& scope, const EventSet& events,
                 std::span<const ast::Name> parts, Span span) {
  const Operand failed{nullptr, std::nullopt, span};
  if (too_deep(context, parts, span)) return failed;
  std::optional<Place> known;
  std::optional<Place> unknown;
  bool differs = false;
  bool said = !events.open && !events.declared.empty();  // every event says what it has
  for (const Declared* event : events.declared) {
    const auto& decl = *event->decl->as<ast::EventDecl>();
    said = said && decl.has_body;
    if (!decl.has_body) continue;
    Place place = follow_fields(decl.fields, parts);
    if (place.in_list) {
      report_in_list(context, span);
      return failed;
    }
    if (place.unknown != nullptr) {
      if (!unknown) unknown = std::move(place);
      continue;
    }
    if (known && known->wire != place.wire) differs = true;
    if (known && known->type != place.type) place.type = Type::kAny;
    if (known) place.declared = nullptr;  // two declarations, two limits
    known = std::move(place);
  }
  if (known) {
    if (!said) {  // an event of the set says nothing of it
      known->type = Type::kAny;
      known->declared = nullptr;
    }
    if (differs) return by_event(context, scope, events, parts, *known, span);
    return value_of(context, scope, Op::kProperty, *known, span);
  }
  if (unknown && said) warn_undeclared(context, events, *unknown);
  Place place;
  append_as_written(parts, place);
  return value_of(context, scope, Op::kProperty, place, span);
}

std::optional<Operand> item_sum(Context& context, const Scope& scope, const EventSet& events,
                                std::span<const ast::Name> parts, Span span) {
  for (const Declared* event : events.declared) {
    const auto& decl = *event->decl->as<ast::EventDecl>();
    for (size_t n = 1; decl.has_body && n <= parts.size(); ++n) {
      const Place place = follow_fields(decl.fields, parts.first(n));
      if (place.unknown != nullptr) break;
      if (place.type != Type::kList) continue;
      const Operand list = property(context, scope, events, parts.first(n), span);
      Place inner;
      follow_item(*place.declared->name.item, parts.subspan(n), inner);
      if (inner.type != Type::kNumber && inner.type != Type::kAny) return std::nullopt;
      if (inner.unknown != nullptr || inner.in_list) return std::nullopt;
      Expr expr;
      expr.op = Op::kItemSum;
      expr.type = Type::kNumber;
      expr.span = span;
      expr.path = inner.wire;
      expr.children = {list.expr};
      return Operand{context.nodes.make(std::move(expr)), std::nullopt, span};
    }
  }
  return std::nullopt;
}

Operand item(Context& context, const Scope& scope, const ItemSet& items,
             std::span<const ast::Name> parts, Span span) {
  const Operand failed{nullptr, std::nullopt, span};
  if (too_deep(context, parts, span)) return failed;
  Place place;
  if (items.type == nullptr) {
    append_as_written(parts, place);
  } else {
    follow_item(*items.type, parts, place);
  }
  if (place.in_list) {
    report_in_list(context, span);
    return failed;
  }
  if (place.unknown != nullptr) {
    auto& found =
        context.report(Code::kW0211, place.unknown->span,
                       fmt::format("the items declare no part `{}`", place.unknown->text));
    found.label("not declared");
    suggest_fields(place, found);
  }
  Expr expr;
  expr.op = Op::kItem;
  expr.type = place.type == Type::kInstant ? Type::kAny : place.type;
  expr.span = span;
  expr.path = place.wire;
  ExprPtr value = context.nodes.make(std::move(expr));
  if (place.type == Type::kInstant) value = to_instant(context, scope, value);
  return {value, std::nullopt, span, place.declared};
}

Operand trait(Context& context, const Scope& scope, std::span<const ast::Name> parts, Span span) {
  const Operand failed{nullptr, std::nullopt, span};
  if (too_deep(context, parts, span)) return failed;
  const Declared* declared = find_trait(context, scope, parts[0]);
  Place place;
  const ast::TraitDecl* decl = declared ? declared->decl->as<ast::TraitDecl>() : nullptr;
  if (decl != nullptr && decl->computed != nullptr) {
    if (parts.size() == 1) return computed_trait(context, scope, *declared, span);
    context
        .report(Code::kE0303, span,
                fmt::format("`{}` is a computed trait and has no parts", parts[0].text))
        .label("nothing of it has a name")
        .also(decl->name.span, "computed here");
    return failed;
  }
  if (decl == nullptr || !decl->type) {
    append_as_written(parts, place);
    return value_of(context, scope, Op::kTrait, place, span);
  }
  place.wire.push_back(decl->wire_name ? decl->wire_name->value : decl->name.text);
  follow(*decl->type, parts.subspan(1), place);
  if (place.in_list) {
    report_in_list(context, span);
    return failed;
  }
  if (place.unknown != nullptr) {
    auto& found = context.report(
        Code::kW0211, place.unknown->span,
        fmt::format("trait `{}` declares no part `{}`", decl->name.text, place.unknown->text));
    found.label("not declared").also(decl->name.span, "declared here");
    suggest_fields(place, found);
  }
  return value_of(context, scope, Op::kTrait, place, span);
}

// The newest value of a property is kept as an instant, not as the text it was: so the conversion
// moves inside `first` and `last`.
ExprPtr to_instant(Context& context, const Scope& scope, const ExprPtr& value) {
  if (value == nullptr || value->type == Type::kInstant) return value;
  const bool kept = value->op == Op::kAggregate && (value->aggregate == hir::Aggregate::kFirst ||
                                                    value->aggregate == hir::Aggregate::kLast);
  if (kept) {
    Expr outer = *value;
    outer.type = Type::kInstant;
    outer.children = {to_instant(context, scope, value->children[0])};
    return context.nodes.make(std::move(outer));
  }
  Expr expr;
  expr.op = Op::kToInstant;
  expr.type = Type::kInstant;
  expr.span = value->span;
  expr.zone = zone_of(context, scope);
  expr.children = {value};
  return context.nodes.make(std::move(expr));
}

}  // namespace segue::sema
