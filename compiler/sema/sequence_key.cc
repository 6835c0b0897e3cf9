// `by campaign`: the property that tells the matches of a sequence apart.
#include <fmt/format.h>

#include "compiler/sema/properties.h"
#include "compiler/sema/sequences.h"

namespace segue::sema {

namespace {

/// Where a declaration stops to say what the path leads to.
struct Followed {
  const ast::Name* unknown = nullptr;
  const std::vector<ast::Field>* among = nullptr;
  hir::Type type = hir::Type::kAny;
};

Followed follow(const std::vector<ast::Field>& fields, const ast::Path& path) {
  const std::vector<ast::Field>* among = &fields;
  hir::Type type = hir::Type::kRecord;
  for (const ast::Name& part : path.parts) {
    const ast::Field* field = among != nullptr ? find_field(*among, part) : nullptr;
    if (field == nullptr) return {&part, among, hir::Type::kAny};
    const ast::TypeName& name = field->type.name;
    type = type_of(name);
    among = name.kind == ast::TypeName::Kind::kRecord ? &name.fields : nullptr;
  }
  return {nullptr, nullptr, type};
}

void report_undeclared(Context& context, const ast::Path& key, const ast::Name& event,
                       const Followed& followed) {
  auto& found =
      context.report(Code::kE0321, key.span,
                     fmt::format("event `{}` declares no property `{}`", event.text, key.dotted()));
  found.label("every step of the sequence must have it").also(event.span, "declared here");
  if (followed.among == nullptr) return;
  std::vector<std::string> names;
  for (const ast::Field& field : *followed.among) names.push_back(field.name.text);
  found.suggest(nearest_names(followed.unknown->text, names));
}

/// Each event that says what it has must have it, as one value.
bool check_declared(Context& context, const ast::Path& key, const Signal& signal) {
  bool ok = true;
  for (const Declared* event : signal.events.declared) {
    const auto& decl = *event->decl->as<ast::EventDecl>();
    if (!decl.has_body) continue;
    const Followed followed = follow(decl.fields, key);
    if (followed.unknown != nullptr) {
      report_undeclared(context, key, decl.name, followed);
      ok = false;
      continue;
    }
    const bool list = followed.type == hir::Type::kList;
    if (!list && followed.type != hir::Type::kRecord) continue;
    context
        .report(Code::kE0321, key.span,
                fmt::format("`{}` is {}", key.dotted(), list ? "a list" : "a record"))
        .label("steps share a text, number, truth or instant")
        .also(decl.name.span, "declared here");
    ok = false;
  }
  return ok;
}

/// Of what is derived only a sequence by the same property has one.
bool check_derived(Context& context, const ast::SequenceSuffix& by, const Signal& signal,
                   hir::SlotId slot) {
  const hir::Stream& stream = context.nodes.streams()[signal.derived->index];
  if (stream.by == slot) return true;
  context
      .report(Code::kE0321, signal.span,
              fmt::format("`{}` has no `{}`", signal.name, by.key.dotted()))
      .label("not of events")
      .also(by.span, "asked for here")
      .help(fmt::format("events have properties, and sequences that are by the same one: `(a then "
                        "b) by {}`",
                        by.key.dotted()));
  return false;
}

/// The property itself, without what reads it as an instant.
const hir::ExprPtr& bare_property(const hir::ExprPtr& value) {
  return value->op == hir::Op::kProperty ? value : value->children[0];
}

}  // namespace

bool read_key(Context& context, const Scope& scope, const ast::SequenceSuffix& by,
              const std::vector<const Signal*>& signals, ReadSequence& sequence) {
  EventSet events;
  bool ok = true;
  for (const Signal* signal : signals) {
    if (signal->derived) continue;
    ok = check_declared(context, by.key, *signal) && ok;
    events.open = events.open || signal->events.open;
    events.declared.insert(events.declared.end(), signal->events.declared.begin(),
                           signal->events.declared.end());
  }
  if (!ok) return false;
  events.open = events.open || events.declared.empty();
  const Operand key = property(context, scope, events, by.key.parts, by.key.span);
  if (!key.ok()) return false;
  sequence.key = bare_property(key.expr);
  sequence.by = sequence.key->slot;
  for (const Signal* signal : signals) {
    if (signal->derived) ok = check_derived(context, by, *signal, *sequence.by) && ok;
  }
  return ok;
}

}  // namespace segue::sema
