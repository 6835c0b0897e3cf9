// For tests: rule text in, printed HIR or findings out.
#pragma once

#include <fmt/format.h>

#include <string>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/sema/check.h"
#include "compiler/sema/print.h"
#include "compiler/sema/verify.h"
#include "compiler/source/source.h"
#include "compiler/syntax/parse.h"

namespace segue {

/// What most tests speak of. Lines of a test's own text are counted from 1 all the same.
inline constexpr const char* kWorld = R"(
event view "Page Viewed" { path: text  seconds: number?  at: instant?  tags: list of text }
event order "Order Completed" or "purchase" {
  revenue: number >= 0  coupon: text?  unit_price "unit price": number
  products: list of { price: number }  ship: { city "City": text }
}
event login
event signup
event mail { campaign: text  url: text }
event click
trait plan: text in ("free", "pro", "team")
trait age: number
trait is_admin: truth
trait tags: list of text
trait born: date
trait created_at: instant
trait company: { size: number  title "Title": text }
trait first_name "First Name": text
param n = 3 in 1..10
param span = 7d
param start = 2025-01-01
list eu = ("DE", "FR")
list vips = ("u1", "u2")
signal opened($campaign) = mail where campaign = $campaign
signal pricing = view where path starts with "/pricing"
signal lost = order then no click within 3d
score intent { +5 login  band hot >= 20  band warm >= 5  band cold }
segment trial = plan = "free"
)";

struct Checked {
  SourceManager sources;
  Diagnostics diagnostics;
  hir::Rules rules;

  explicit Checked(const std::string& text, CheckOptions options = {}, bool world = true) {
    std::vector<ast::File> files;
    if (world) files.push_back(parse(sources, sources.add_text("world.seg", kWorld), diagnostics));
    files.push_back(parse(sources, sources.add_text("test.seg", text), diagnostics));
    options.sources = &sources;
    rules = check(files, options, diagnostics);
    if (diagnostics.has_errors()) return;
    for (const std::string& fault : verify_hir(rules)) faults += "verify: " + fault + "\n";
  }

  /// A finding: where, code and message, then a line each for label, other places, notes, help.
  std::string findings() const {
    std::string out;
    for (const Diagnostic* found : diagnostics.sorted()) {
      const SourceFile& file = sources.file(found->span.file);
      const LineColumn at = file.locate(found->span.begin);
      const std::string place = file.path() == "test.seg" ? "" : file.path() + ":";
      out += fmt::format("{} {}{}:{} `{}`: {}\n", info(found->code).name, place, at.line, at.column,
                         sources.text(found->span), found->message);
      if (!found->text.empty()) out += fmt::format("  {}\n", found->text);
      for (const Label& also : found->secondary) {
        out += fmt::format("  at `{}`: {}\n", sources.text(also.span), also.text);
      }
      for (const std::string& note : found->notes) out += fmt::format("  note: {}\n", note);
      for (const std::string& help : found->helps) out += fmt::format("  help: {}\n", help);
    }
    return out;
  }

  std::string faults;
};

/// `condition` as that of a segment: printed, or what was found.
inline std::string when(const std::string& condition) {
  const Checked checked("segment it = " + condition);
  if (!checked.diagnostics.empty()) return checked.findings();
  if (!checked.faults.empty()) return checked.faults;
  return print_hir(checked.rules, *checked.rules.segments.back().when) + "\n";
}

/// Findings only; "verify: …" if there were none but the result is wrong.
inline std::string found(const std::string& text) {
  const Checked checked(text);
  return checked.findings() + checked.faults;
}

/// One part of the printed rules (all if empty) and what was found. Without the usual world.
inline std::string rules(const std::string& text, std::string_view part) {
  const Checked checked(text, {}, false);
  const std::string found = checked.findings() + checked.faults;
  return checked.diagnostics.has_errors() ? found : found + print_hir(checked.rules, part);
}

}  // namespace segue
