#include "compiler/sema/check.h"

#include <fmt/format.h>

#include "compiler/sema/caps.h"
#include "compiler/sema/context.h"
#include "compiler/sema/declarations.h"
#include "compiler/sema/growth.h"
#include "compiler/sema/order.h"
#include "compiler/sema/required.h"
#include "compiler/sema/schema.h"
#include "compiler/sema/scores.h"
#include "compiler/sema/segments.h"
#include "compiler/sema/tests.h"
#include "compiler/source/source.h"
#include "runtime/base/check.h"

namespace segue {

namespace sema {

Diagnostic& Context::report(Code code, Span span, std::string message) {
  if (repeated > 0) {
    unsaid = {};
    return unsaid;
  }
  const bool parametrised = argument_unknown || !said.empty();
  if (parametrised && info(code).level == Level::kWarning && !warned.emplace(code, span).second) {
    unsaid = {};
    return unsaid;
  }
  Diagnostic& found = diagnostics.add(code, span, std::move(message));
  if (!said.empty() && said.back().begin != span.begin) found.also(said.back(), "said here");
  return found;
}

std::string Context::quote(Span span, std::string_view otherwise) const {
  constexpr size_t kQuoteMax = 80;
  if (options.sources == nullptr || !span.file.valid()) return std::string(otherwise);
  std::string words;
  bool blank = false;
  for (const char c : options.sources->text(span)) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      blank = true;
      continue;
    }
    if (c == '#') return std::string(otherwise);  // a comment inside, or a text with one
    if (blank && !words.empty()) words += ' ';
    blank = false;
    words += c;
    if (words.size() > kQuoteMax) return std::string(otherwise);
  }
  return words;
}

namespace {

void find_incomplete(Context& context) {
  const size_t count = context.files.size();
  context.sees_incomplete.assign(count, false);
  for (uint32_t other = 0; other < count; ++other) {
    if (context.files[other].complete) continue;
    for (uint32_t file = 0; file < count; ++file) {
      if (context.names.visible(file, other)) context.sees_incomplete[file] = true;
    }
  }
}

/// A part that was reported is a truth that is false: the result is well formed, though of no use.
void fill_failed(Context& context) {
  hir::Expr nothing;
  const auto expr = std::make_shared<const hir::Expr>(nothing);
  hir::Expr zero;
  zero.type = hir::Type::kNumber;
  zero.literal.type = hir::Type::kNumber;
  zero.literal.text = "0";
  const auto number = std::make_shared<const hir::Expr>(zero);
  for (hir::Segment& segment : context.rules.segments) {
    if (segment.when == nullptr) segment.when = expr;
  }
  for (hir::Score& score : context.rules.scores) {
    if (score.value == nullptr) score.value = number;
  }
}

}  // namespace
}  // namespace sema

hir::Rules check(std::span<const ast::File> files, const CheckOptions& options,
                 Diagnostics& diagnostics) noexcept {
  SEGUE_CHECK(options.uses.empty() || options.uses.size() == files.size(), "one row a file");
  sema::Context context(files, options, diagnostics);
  context.names.collect(files, options, diagnostics);
  sema::find_incomplete(context);
  context.rules.segments.resize(context.names.of(sema::NameKind::kSegment).size());
  context.rules.scores.resize(context.names.of(sema::NameKind::kScore).size());
  sema::check_declarations(context);
  sema::check_scores(context);
  sema::check_segments(context);
  sema::check_required(context);
  sema::check_tests(context);
  sema::order_rules(context);
  sema::fill_failed(context);
  if (!diagnostics.has_errors()) sema::drop_caps(context);
  sema::renumber(context);
  if (!diagnostics.has_errors()) sema::warn_growth(context);
  return std::move(context.rules);
}

}  // namespace segue
