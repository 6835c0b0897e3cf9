#include "compiler/sema/print_tests.h"

#include <fmt/format.h>

#include "compiler/sema/check.h"
#include "runtime/base/text.h"

namespace segue {
namespace {

using hir::Rules;
using hir::Test;
using hir::TestValue;

void write_value(const TestValue& value, std::string& out) {
  switch (value.kind) {
    case TestValue::Kind::kMissing:
      out += "null";
      return;
    case TestValue::Kind::kTruth:
      out += value.truth ? "true" : "false";
      return;
    case TestValue::Kind::kNumber:
      out += value.text;
      return;
    case TestValue::Kind::kText:
      out += '"' + value.text + '"';
      return;
    case TestValue::Kind::kList:
      out += '[';
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ", ";
        write_value(value.items[i], out);
      }
      out += ']';
      return;
    case TestValue::Kind::kRecord:
      out += '{';
      for (size_t i = 0; i < value.fields.size(); ++i) {
        out += (i > 0 ? ", " : "") + value.fields[i].first + ": ";
        write_value(value.fields[i].second, out);
      }
      out += '}';
      return;
  }
}

void write_event(const Test::Event& event, std::string& out) {
  out += fmt::format("\n    ({} ", instant_text(event.at));
  switch (event.kind) {
    case Test::Event::Kind::kTrack:
      out += '"' + event.name + "\" ";
      write_value(event.body, out);
      break;
    case Test::Event::Kind::kIdentify:
      out += "set ";
      write_value(event.body, out);
      break;
    case Test::Event::Kind::kAlias:
      out += "alias " + event.name;
      break;
    case Test::Event::Kind::kDelete:
      out += "delete";
      break;
  }
  out += ")";
}

void write_expectation(const Rules& rules, const Test::Expectation& expected, std::string& out) {
  using Kind = Test::Expectation::Kind;
  const auto segment = [&](const char* verb) {
    out += fmt::format("\n  (expect {} {} {} {})", expected.user, verb,
                       rules.segments[expected.segment.index].name, instant_text(expected.at));
  };
  switch (expected.kind) {
    case Kind::kEnters:
      return segment("enters");
    case Kind::kLeaves:
      return segment("leaves");
    case Kind::kIn:
      return segment("in");
    case Kind::kNotIn:
      return segment("not-in");
    case Kind::kScore:
      out += fmt::format("\n  (expect {} {} = {} {})", expected.user,
                         rules.scores[expected.score.index].name, expected.value,
                         instant_text(expected.at));
      return;
    case Kind::kNoOtherChanges:
      out += "\n  (expect no-other-changes)";
      return;
  }
}

}  // namespace

void print_tests(const Rules& rules, std::string& out) {
  for (const Test& test : rules.tests) {
    out += "(test \"" + test.name + "\"";
    for (const auto& [name, value] : test.params) {
      out += fmt::format("\n  (with {} {})", name, param_text(value));
    }
    for (const Test::User& user : test.users) {
      out += "\n  (user " + user.name;
      for (const Test::Event& event : user.events) {
        write_event(event, out);
      }
      out += ")";
    }
    for (const Test::Expectation& expected : test.expectations) {
      write_expectation(rules, expected, out);
    }
    out += ")\n";
  }
}

}  // namespace segue
