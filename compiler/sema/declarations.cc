#include "compiler/sema/declarations.h"

#include <fmt/format.h>

#include "compiler/sema/computed.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/unsupported.h"

namespace segue::sema {

namespace {

/// One trait for all files: a user has one zone.
void read_user_zone(Context& context, const ast::ZoneDecl& said) {
  const ast::Name& name = *said.user_trait;
  if (context.user_zone_said == nullptr) {
    context.user_zone_said = &name;
    const auto file = static_cast<uint32_t>(context.by_user_zone.size() - 1);
    const Scope scope{.file = file};
    std::string wire = name.text;
    const Declared* declared = find_trait(context, scope, name);
    const auto* decl = declared != nullptr ? declared->decl->as<ast::TraitDecl>() : nullptr;
    if (decl != nullptr && decl->wire_name) wire = decl->wire_name->value;
    context.user_zone = context.nodes.slot({std::move(wire)}, true);
    return;
  }
  if (context.user_zone_said->text == name.text) return;
  context.report(Code::kE0215, name.span, "a second trait that names each user's zone")
      .label("a user has one zone")
      .also(context.user_zone_said->span, "the first");
}

const Zone* zone_of(Context& context, const ast::File& file) {
  const ast::ZoneDecl* first = nullptr;
  const Zone* zone = context.zones.get(context.options.default_zone);
  if (zone == nullptr) zone = context.zones.get("UTC");
  for (const ast::Decl& decl : file.declarations) {
    const auto* said = decl.as<ast::ZoneDecl>();
    if (said == nullptr) continue;
    if (first != nullptr) {
      context.report(Code::kE0215, decl.span, "a second `zone`").label("a file has one zone");
      continue;
    }
    first = said;
    if (!said->zone) {
      read_user_zone(context, *said);
      context.by_user_zone.back() = true;
      zone = context.zones.get("UTC");
      continue;
    }
    if (const Zone* found = context.zones.get(said->zone->value)) {
      zone = found;
      continue;
    }
    context
        .report(Code::kE0215, said->zone->span,
                fmt::format("unknown time zone \"{}\"", said->zone->value))
        .label("not in the system's tzdata")
        .help("zones are named by place: \"Europe/Paris\", \"America/New_York\", \"UTC\"");
  }
  return zone;
}

void check_later(Context& context, const ast::Decl& decl) {
  if (const auto* later = decl.as<ast::LaterDecl>()) {
    unsupported_declaration(context, later->keyword.span, fmt::format("`{}`", later->keyword.text));
  }
}

void check_computed(Context& context) {
  for (const Declared& declared : context.names.of(NameKind::kTrait)) {
    if (declared.decl->as<ast::TraitDecl>()->computed == nullptr) continue;
    computed_trait(context, context.scope_of(declared.file), declared, declared.name->span);
  }
}

void check_funnels(Context& context) {
  for (const Declared& declared : context.names.of(NameKind::kFunnel)) {
    declared_signal(context, declared, nullptr);
  }
}

/// A signal that nobody says is checked with an argument of which nothing is known.
void check_signals(Context& context) {
  for (const Declared& declared : context.names.of(NameKind::kSignal)) {
    const auto& decl = *declared.decl->as<ast::SignalDecl>();
    if (!decl.param) {
      declared_signal(context, declared, nullptr);
      continue;
    }
    Argument unknown{decl.param->name, {}};
    unknown.value.failed = true;
    const size_t before = context.diagnostics.error_count();
    context.argument_unknown = true;
    declared_signal(context, declared, &unknown);
    context.argument_unknown = false;
    if (context.diagnostics.error_count() > before) context.broken_signals.insert(declared.decl);
  }
}

}  // namespace

void check_declarations(Context& context) {
  for (const ast::File& file : context.files) {
    context.by_user_zone.push_back(false);
    context.file_zones.push_back(zone_of(context, file));
  }
  for (const ast::File& file : context.files) {
    for (const ast::Decl& decl : file.declarations) check_later(context, decl);
  }
  check_types(context);
  check_params(context);
  check_lists(context);
  check_signals(context);
  check_funnels(context);
  check_computed(context);
}

}  // namespace segue::sema
