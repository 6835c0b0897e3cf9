#include "compiler/sema/segments.h"

#include <fmt/format.h>

#include "compiler/sema/conditions.h"
#include "compiler/sema/literals.h"

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

/// The clauses that say who is in it, each at most once.
struct Membership {
  const Clause* when = nullptr;
  const Clause* until = nullptr;
  const Clause* stay = nullptr;
  const Clause* cooldown = nullptr;

  bool remembers() const { return until != nullptr || stay != nullptr || cooldown != nullptr; }
};

void place(Context& context, const Clause& clause, const Clause*& where, std::string_view word,
           std::string_view help) {
  if (where == nullptr) {
    where = &clause;
    return;
  }
  context.report(Code::kE0313, clause.keyword, fmt::format("a second `{}`", word))
      .label("a segment has one")
      .also(where->keyword, "the first")
      .help(std::string(help));
}

Membership read_clauses(Context& context, const ast::SegmentDecl& decl, hir::Segment& segment) {
  Membership found;
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
        place(context, clause, found.when, "when", "join the conditions by `and` or `or`");
        break;
      case Clause::Kind::kUntil:
        place(context, clause, found.until, "until", "join the conditions by `or`");
        break;
      case Clause::Kind::kStay:
        place(context, clause, found.stay, "stay at least", "one duration, the longer one");
        break;
      case Clause::Kind::kCooldown:
        place(context, clause, found.cooldown, "cooldown", "one duration, the longer one");
        break;
    }
  }
  return found;
}

/// In from when `when` holds and `until` does not, out when `until` holds, or `when` no more.
hir::ExprPtr latched(Context& context, const Scope& scope, const Membership& clauses,
                     hir::ExprPtr when, Span span) {
  Nodes& nodes = context.nodes;
  hir::Expr expr;
  expr.op = hir::Op::kLatched;
  expr.span = span;
  bool ok = true;
  const auto read = [&](const Clause* clause, Duration& into) {
    if (clause == nullptr) return;
    const auto length = duration(context, scope, *clause->length);
    if (length) into = *length;
    ok = ok && length.has_value();
  };
  read(clauses.stay, expr.duration);
  read(clauses.cooldown, expr.cooldown);
  hir::ExprPtr leave;
  if (clauses.until != nullptr) {
    leave = condition(context, scope, *clauses.until->condition);
    hir::ExprPtr stays = nodes.negate(leave, clauses.until->span);
    when = nodes.all_of({std::move(when), std::move(stays)}, span);
  } else {
    leave = nodes.negate(when, clauses.when->span);
  }
  if (!ok) return nullptr;
  expr.children = {std::move(when), std::move(leave)};
  return nodes.make(std::move(expr));
}

void check_clauses(Context& context, const Scope& scope, const ast::SegmentDecl& decl,
                   hir::Segment& segment) {
  const Membership clauses = read_clauses(context, decl, segment);
  if (clauses.when != nullptr) {
    segment.when = condition(context, scope, *clauses.when->condition);
    if (clauses.remembers()) {
      segment.when = latched(context, scope, clauses, std::move(segment.when), clauses.when->span);
    }
    return;
  }
  context
      .report(Code::kE0313, decl.name.span,
              fmt::format("segment `{}` does not say who is in it", decl.name.text))
      .label("no `when`")
      .help("`when` and a condition");
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
