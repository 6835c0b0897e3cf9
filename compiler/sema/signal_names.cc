#include <fmt/format.h>

#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/sequences.h"
#include "compiler/sema/signals.h"

namespace segue::sema {

namespace {

std::string argument_key(const Argument* argument) {
  if (argument == nullptr) return {};
  const Constant& value = argument->value;
  if (value.failed) return "?";
  return fmt::format("{} {} {}", static_cast<int>(value.literal.type),
                     value.day ? value.day->number : 0, value.literal.text) +
         (value.literal.truth ? " true" : "");
}

}  // namespace

void report_cycle(Context& context, const Declared& declared) {
  std::string chain;
  bool inside = false;
  std::vector<const Declared*> members;
  for (const Declared* open : context.open_signals) {
    inside = inside || open->decl == declared.decl;
    if (!inside) continue;
    members.push_back(open);
    chain += "`" + open->name->text + "` → ";
  }
  auto& found = context.report(Code::kE0213, declared.name->span,
                               fmt::format("`{}` is defined by itself", declared.name->text));
  found.label(fmt::format("{} may not read itself", noun(declared.kind)));
  for (const Declared* member : members) {
    if (member->decl != declared.decl) found.also(member->name->span, "reads on");
  }
  found.note(chain + "`" + declared.name->text + "`");
}

bool chain_too_long(Context& context, const Declared& declared, size_t length) {
  if (length <= kSignalChainMax) return false;
  context
      .report(Code::kE0501, declared.name->span,
              fmt::format("{0}s inside {0}s, more than {1} deep",
                          declared.kind == NameKind::kTrait ? "computed trait" : "signal",
                          kSignalChainMax))
      .label("reads one too many");
  return true;
}

Signal declared_signal(Context& context, const Declared& declared, const Argument* argument) {
  if (context.broken_signals.contains(declared.decl)) return {};
  const auto [entry, added] = context.signals.try_emplace({declared.decl, argument_key(argument)});
  SignalMemo& memo = entry->second;
  if (!added && !memo.pending) {
    context.deepest_chain = std::max(context.deepest_chain, memo.signal.chain);
    return memo.signal;
  }
  // A signal that reads itself with ever new arguments is never the same entry: so look by
  // declaration.
  for (const Declared* open : context.open_signals) {
    if (open->decl != declared.decl) continue;
    report_cycle(context, declared);
    memo.pending = false;
    return memo.signal;
  }
  if (chain_too_long(context, declared, context.open_signals.size() + 1)) {
    memo.pending = false;
    return memo.signal;
  }
  const uint32_t outer = context.deepest_chain;
  context.deepest_chain = 0;
  context.open_signals.push_back(&declared);
  const size_t streams = context.nodes.streams().size();
  Scope scope = context.scope_of(declared.file);
  scope.argument = argument;
  const auto* decl = declared.decl->as<ast::SignalDecl>();
  Signal result = decl != nullptr
                      ? filtered_signal(context, scope, decl->signal)
                      : funnel(context, scope, *declared.decl->as<ast::FunnelDecl>()->sequence);
  context.open_signals.pop_back();
  result.name = declared.name->text;
  // A second name of a derived signal leaves it the first.
  const bool made_here = result.derived && result.derived->index >= streams;
  if (made_here) context.nodes.streams()[result.derived->index].name = result.name;
  result.chain = context.deepest_chain + 1;
  if (result.ok() && chain_too_long(context, declared, result.chain)) result = {};
  context.deepest_chain = std::max(outer, result.chain);
  memo.signal = result;
  memo.pending = false;
  return result;
}

void report_unknown(Context& context, const Scope& scope, const ast::Name& name,
                    std::string_view sort) {
  if (context.left_out(scope.file)) return;
  auto& found =
      context.report(Code::kE0207, name.span, fmt::format("unknown {} `{}`", sort, name.text));
  found.label("not declared");
  if (const Declared* other = context.names.find_elsewhere(Space::kOperands, name.text)) {
    found.also(other->name->span, "declared in a file that this one does not use");
    found.help("name that file with `use` at the top of this one");
    return;
  }
  if (name.text == "user") {
    found.help("of a user only the id can be asked for: `user in (\"ann\", \"bob\")`");
    return;
  }
  if (context.names.find(scope.file, Space::kSegments, name.text) != nullptr) {
    found.help(fmt::format("a segment is asked for with `in {}`", name.text));
    return;
  }
  if (context.names.find(scope.file, Space::kParams, name.text) != nullptr) {
    found.help(fmt::format("a parameter is written `${}`", name.text));
    return;
  }
  if (name.text == "null") {
    found.help("what is not there is asked for with `x exists` or `x is missing`");
    return;
  }
  if (name.text == "hour" || name.text == "weekday" || name.text == "date") {
    found.help(
        fmt::format("the local time of an occurrence is asked for in its filter: "
                    "`(login where {} = …)`; of an instant: `{}(created_at)`",
                    name.text, name.text));
    return;
  }
  const auto near = context.names.near(scope.file, Space::kOperands, name.text);
  if (near.empty() && sort == "name") {
    found.help(
        fmt::format("declare it: `event {0}` or `trait {0}`; undeclared, a trait is written "
                    "`traits.{0}`, an event \"{0}\"",
                    name.text));
  } else if (near.empty() && sort == "event") {
    found.help(
        fmt::format("declare it: `event {0}`; or quote its name on the wire: \"{0}\"", name.text));
  } else if (near.empty() && sort == "trait") {
    found.help(fmt::format("declare it: `trait {0}: text`; undeclared, it is written `traits.{0}`",
                           name.text));
  } else if (near.empty()) {
    found.help(fmt::format("declare it: `signal {}($x) = …`", name.text));
  }
  found.suggest(near);
}

void report_no_signal(Context& context, const Declared& declared, Span span) {
  const std::string& name = declared.name->text;
  auto& found = context.report(
      Code::kE0302, span,
      fmt::format("`{}` is {}, where something that happens is needed", name, noun(declared.kind)));
  found.label("not an event or a signal").also(declared.name->span, "declared here");
}

}  // namespace segue::sema
