#include "compiler/sema/segments.h"

#include <fmt/format.h>

#include "compiler/sema/conditions.h"
#include "compiler/sema/unsupported.h"

namespace segue::sema {

namespace {

using Clause = ast::SegmentClause;

void add_metadata(Context& context, hir::Segment& segment, const std::string& key,
                  const std::string& text, Span span) {
  for (const auto& [known, value] : segment.metadata) {
    if (known != key) continue;
    context.report(Code::kE0313, span, fmt::format("`{}` is said twice", key))
        .label("once is enough");
    return;
  }
  segment.metadata.emplace_back(key, text);
}

void check_clauses(Context& context, const Scope& scope, const ast::SegmentDecl& decl,
                   hir::Segment& segment) {
  const Clause* when = nullptr;
  for (const Clause& clause : decl.clauses) {
    switch (clause.kind) {
      case Clause::Kind::kStage:
        add_metadata(context, segment, "stage", clause.key.text, clause.span);
        break;
      case Clause::Kind::kGoal:
        add_metadata(context, segment, "goal", clause.text.value, clause.span);
        break;
      case Clause::Kind::kMeta:
        add_metadata(context, segment, clause.key.text, clause.text.value, clause.span);
        break;
      case Clause::Kind::kWhen:
        if (when != nullptr) {
          context.report(Code::kE0313, clause.keyword, "a second `when`")
              .label("a segment has one")
              .also(when->keyword, "the first")
              .help("join the conditions by `and` or `or`");
          break;
        }
        when = &clause;
        segment.when = condition(context, scope, *clause.condition);
        break;
      case Clause::Kind::kUntil:
        unsupported_clause(context, clause.keyword, "`until`");
        break;
      case Clause::Kind::kStay:
        unsupported_clause(context, clause.keyword, "`stay at least`");
        break;
      case Clause::Kind::kCooldown:
        unsupported_clause(context, clause.keyword, "`cooldown`");
        break;
    }
  }
  if (when == nullptr) {
    context
        .report(Code::kE0313, decl.name.span,
                fmt::format("segment `{}` does not say who is in it", decl.name.text))
        .label("no `when`")
        .help("`when` and a condition");
  }
}

}  // namespace

void check_segments(Context& context) {
  for (const Declared& declared : context.names.of(NameKind::kSegment)) {
    const auto& decl = *declared.decl->as<ast::SegmentDecl>();
    const Scope scope = context.scope_of(declared.file);
    hir::Segment& segment = context.rules.segments[declared.index];
    segment.name = decl.name.text;
    segment.label = decl.title ? decl.title->value : "";
    segment.doc = declared.decl->docs;
    segment.span = decl.name.span;
    if (decl.condition != nullptr) {
      segment.when = condition(context, scope, *decl.condition);
    } else {
      check_clauses(context, scope, decl, segment);
    }
  }
}

}  // namespace segue::sema
