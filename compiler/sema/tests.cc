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

/// The wire name of the event of a line, and its fields if it is declared with some.
struct Kind {
  std::string wire_name;
  const std::vector<ast::Field>* fields = nullptr;
};

std::optional<Kind> kind_of(Context& context, const Scope& scope, const ast::Name& name) {
  const Declared* declared = name.quoted
                                 ? context.names.find_event(scope.file, name.text)
                                 : context.names.find(scope.file, Space::kOperands, name.text);
  if (declared == nullptr) {
    if (name.quoted) return Kind{name.text, nullptr};
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
  Kind kind{decl->wire_names.empty() ? decl->name.text : decl->wire_names[0].value, nullptr};
  if (name.quoted) kind.wire_name = name.text;
  if (decl->has_body) kind.fields = &decl->fields;
  return kind;
}

void check_line(Context& context, const Scope& scope, const ast::Happening& line,
                std::optional<Instant>& clock, Test::User& user) {
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
  event.identify = line.set;
  event.span = line.span;
  event.body.kind = hir::TestValue::Kind::kRecord;
  if (line.set) {
    if (line.properties) event.body = trait_values(context, scope, *line.properties);
  } else {
    const std::optional<Kind> kind = kind_of(context, scope, line.event);
    if (!kind) return;
    event.wire_name = kind->wire_name;
    if (line.properties)
      event.body = property_values(context, scope, *line.properties, kind->fields);
  }
  user.events.push_back(std::move(event));
}

void check_user(Context& context, const Scope& scope, const ast::TestUser& decl, Test& test) {
  for (const Test::User& known : test.users) {
    if (known.name != decl.name.text) continue;
    context.report(Code::kE0314, decl.name.span, fmt::format("user `{}` twice", known.name))
        .label("one history each");
  }
  Test::User user;
  user.name = decl.name.text;
  std::optional<Instant> clock;
  for (const ast::Happening& line : decl.happenings) check_line(context, scope, line, clock, user);
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
                       Test& test) {
  Test::Expectation expected;
  expected.kind = static_cast<Test::Expectation::Kind>(decl.kind);
  expected.span = decl.span;
  if (decl.kind == ast::Expectation::Kind::kNoOtherChanges) {
    test.expectations.push_back(std::move(expected));
    return;
  }
  expected.user = decl.user.text;
  std::vector<std::string> names;
  for (const Test::User& user : test.users) names.push_back(user.name);
  if (std::find(names.begin(), names.end(), decl.user.text) == names.end()) {
    context
        .report(Code::kE0210, decl.user.span,
                fmt::format("this test has no user `{}`", decl.user.text))
        .label("not described")
        .suggest(nearest_names(decl.user.text, names));
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
  for (const ast::TestUser& user : decl.users) check_user(context, scope, user, test);
  for (const ast::Expectation& expected : decl.expectations) {
    check_expectation(context, scope, expected, test);
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
