#include "compiler/sema/tests.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/conditions.h"
#include "compiler/sema/declarations.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/test_values.h"

namespace segue::sema {

using hir::Test;

namespace {

bool in_range(Context& context, Instant at, Span span) {
  if (at >= kInstantMin && at < kInstantEnd) return true;
  context.report(Code::kE0314, span, "an instant outside of event time")
      .label("must lie from 1970 to 2099");
  return false;
}

void check_setup(Context& context, const Scope& scope, const ast::TestSetup& setup, Test& test) {
  const Declared* declared = context.names.find(scope.file, Space::kParams, setup.param.name);
  if (declared == nullptr) {
    constant(context, scope, setup.param);  // reports the unknown name
    return;
  }
  for (const auto& [name, value] : test.params) {
    if (name != setup.param.name) continue;
    context.report(Code::kE0314, setup.span, fmt::format("`${}` is set twice", name))
        .label("once is enough");
    return;
  }
  const Constant value = constant(context, scope, setup.value);
  const Constant& declared_value = context.params[declared->index];
  if (value.failed || declared_value.failed) return;
  if (value.literal.type != declared_value.literal.type ||
      value.day.has_value() != declared_value.day.has_value()) {
    context
        .report(
            Code::kE0309, value.span,
            fmt::format("`${}` is {}, not {}", setup.param.name, noun(declared_value), noun(value)))
        .label("of another type")
        .also(declared->name->span, "declared here");
    return;
  }
  const auto& decl = *declared->decl->as<ast::ParamDecl>();
  if (!within_limit(context, context.scope_of(declared->file), decl, value)) return;
  test.params.emplace_back(setup.param.name, value.literal);
}

using Users = std::vector<std::string>;  // names of those whom a test describes

/// The wire name of the event of a line, and its fields if it is declared with some.
struct EventKind {
  std::string wire_name;
  const std::vector<ast::Field>* fields = nullptr;
};

std::optional<EventKind> kind_of(Context& context, const Scope& scope, const ast::Name& name) {
  const Declared* declared = name.quoted
                                 ? context.names.find_event(scope.file, name.text)
                                 : context.names.find(scope.file, Space::kOperands, name.text);
  if (declared == nullptr) {
    if (name.quoted) return EventKind{name.text, nullptr};
    report_unknown(context, scope, name, "event");
    return std::nullopt;
  }
  const auto* decl = declared->decl->as<ast::EventDecl>();
  if (decl == nullptr) {
    context
        .report(Code::kE0314, name.span,
                fmt::format("`{}` is {}, and only an event can be sent", name.text,
                            noun(declared->kind)))
        .label("not an event")
        .also(declared->name->span, "declared here");
    return std::nullopt;
  }
  EventKind kind{decl->wire_names.empty() ? decl->name.text : decl->wire_names[0].value, nullptr};
  if (name.quoted) kind.wire_name = name.text;
  if (decl->has_body) kind.fields = &decl->fields;
  return kind;
}

void report_no_user(Context& context, const ast::Name& name,
                    const std::vector<std::string>& users) {
  context.report(Code::kE0210, name.span, fmt::format("this test has no user `{}`", name.text))
      .label("not described")
      .suggest(nearest_names(name.text, users));
}

/// `alias anon`: of another user whom the test describes.
bool fill_alias(Context& context, const ast::Happening& line, const Users& users,
                Test::Event& event) {
  event.kind = Test::Event::Kind::kAlias;
  if (!line.alias) {
    context.report(Code::kE0314, line.span, "an alias without a name")
        .label("whose events are this user's too, from here on?")
        .help("name another user of the test: `alias anon`");
    return false;
  }
  event.name = line.alias->text;
  if (std::find(users.begin(), users.end(), event.name) != users.end()) return true;
  report_no_user(context, *line.alias, users);
  return false;
}

/// All but its instant; false if it was reported.
bool fill_event(Context& context, const Scope& scope, const ast::Happening& line,
                const Users& users, Test::Event& event) {
  using Kind = ast::Happening::Kind;
  if (line.alias && line.kind != Kind::kAlias) {
    context.report(Code::kE0314, line.alias->span, "a second name")
        .label("only `alias` takes one")
        .help("each line is one event: `+1h " + line.alias->text + "`");
    return false;
  }
  switch (line.kind) {
    case Kind::kSet:
      event.kind = Test::Event::Kind::kIdentify;
      if (line.properties) event.body = trait_values(context, scope, *line.properties);
      return true;
    case Kind::kAlias:
      return fill_alias(context, line, users, event);
    case Kind::kDelete:
      event.kind = Test::Event::Kind::kDelete;
      return true;
    case Kind::kEvent:
      break;
  }
  const std::optional<EventKind> kind = kind_of(context, scope, line.event);
  if (!kind) return false;
  event.name = kind->wire_name;
  if (line.properties) {
    event.body = property_values(context, scope, *line.properties, kind->fields);
  }
  return true;
}

void check_line(Context& context, const Scope& scope, const ast::Happening& line,
                const Users& users, std::optional<Instant>& clock, Test::User& user) {
  if (const auto* at = std::get_if<ast::Instant>(&line.at)) {
    clock = instant(scope, *at);
  } else if (clock) {
    clock = *clock + Duration{std::get<ast::Duration>(line.at).ms};
  } else {
    context.report(Code::kE0314, line.span, "a history that begins with a distance")
        .label("counts from the line before, and there is none")
        .help("begin with an instant: `2025-06-01T10:00Z`");
    return;
  }
  if (!in_range(context, *clock, line.span)) return;
  Test::Event event;
  event.at = *clock;
  event.span = line.span;
  event.body.kind = hir::TestValue::Kind::kRecord;
  if (fill_event(context, scope, line, users, event)) user.events.push_back(std::move(event));
}

void check_user(Context& context, const Scope& scope, const ast::TestUser& decl, const Users& users,
                Test& test) {
  for (const Test::User& known : test.users) {
    if (known.name != decl.name.text) continue;
    context.report(Code::kE0314, decl.name.span, fmt::format("user `{}` twice", known.name))
        .label("one history each");
  }
  Test::User user;
  user.name = decl.name.text;
  std::optional<Instant> clock;
  for (const ast::Happening& line : decl.happenings) {
    check_line(context, scope, line, users, clock, user);
  }
  test.users.push_back(std::move(user));
}

const Declared* find_target(Context& context, const Scope& scope, const ast::Expectation& decl) {
  const std::string& name = decl.target.text;
  if (decl.kind != ast::Expectation::Kind::kScore) {
    const Declared* segment = context.names.find(scope.file, Space::kSegments, name);
    if (segment == nullptr) report_unknown_segment(context, scope, decl.target.span, name);
    return segment;
  }
  const Declared* score = context.names.find(scope.file, Space::kOperands, name);
  if (score != nullptr && score->kind == NameKind::kScore) return score;
  if (score == nullptr && context.left_out(scope.file)) return nullptr;
  auto& found =
      context.report(Code::kE0205, decl.target.span, fmt::format("unknown score `{}`", name));
  found.label(score == nullptr ? "not declared" : fmt::format("is {}", noun(score->kind)));
  if (score == nullptr) found.suggest(context.names.near(scope.file, Space::kOperands, name));
  return nullptr;
}

void check_expectation(Context& context, const Scope& scope, const ast::Expectation& decl,
                       const Users& users, Test& test) {
  Test::Expectation expected;
  expected.kind = static_cast<Test::Expectation::Kind>(decl.kind);
  expected.span = decl.span;
  if (decl.kind == ast::Expectation::Kind::kNoOtherChanges) {
    test.expectations.push_back(std::move(expected));
    return;
  }
  expected.user = decl.user.text;
  if (std::find(users.begin(), users.end(), decl.user.text) == users.end()) {
    report_no_user(context, decl.user, users);
  }
  const Declared* target = find_target(context, scope, decl);
  expected.at = instant(scope, decl.at);
  in_range(context, expected.at, decl.at.span);
  if (target == nullptr) return;
  if (decl.kind == ast::Expectation::Kind::kScore) {
    expected.score = {target->index};
    expected.value = decl.value.value;
  } else {
    expected.segment = {target->index};
  }
  test.expectations.push_back(std::move(expected));
}

static_assert(static_cast<int>(ast::Expectation::Kind::kEnters) ==
                  static_cast<int>(Test::Expectation::Kind::kEnters) &&
              static_cast<int>(ast::Expectation::Kind::kNoOtherChanges) ==
                  static_cast<int>(Test::Expectation::Kind::kNoOtherChanges));

void check_test(Context& context, const Scope& scope, const ast::TestDecl& decl) {
  const size_t before = context.diagnostics.error_count();
  Test test;
  test.name = decl.name.value;
  test.span = decl.name.span;
  for (const ast::TestSetup& setup : decl.setups) check_setup(context, scope, setup, test);
  Users users;
  for (const ast::TestUser& user : decl.users) users.push_back(user.name.text);
  for (const ast::TestUser& user : decl.users) check_user(context, scope, user, users, test);
  for (const ast::Expectation& expected : decl.expectations) {
    check_expectation(context, scope, expected, users, test);
  }
  if (context.diagnostics.error_count() == before) context.rules.tests.push_back(std::move(test));
}

}  // namespace

void check_tests(Context& context) {
  for (uint32_t file = 0; file < context.files.size(); ++file) {
    if (context.is_library(file)) continue;
    const Scope scope = context.scope_of(file);
    for (const ast::Decl& decl : context.files[file].declarations) {
      if (const auto* test = decl.as<ast::TestDecl>()) check_test(context, scope, *test);
    }
  }
}

}  // namespace segue::sema
