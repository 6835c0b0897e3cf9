// Signals that are derived from others, from segments and from traits.
#include <fmt/format.h>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/conditions.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/signals.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Stream;
using hir::Type;

namespace {

Signal begin_signal(Context& context, Span span, std::string_view otherwise) {
  Signal result;
  result.span = span;
  result.name = context.quote(span, otherwise);
  return result;
}

Stream begin_stream(const Signal& signal, Stream::Kind kind) {
  Stream stream;
  stream.kind = kind;
  stream.name = signal.name;
  stream.span = signal.span;
  return stream;
}

/// A value between which a trait changes. Empty and no failure: none is said.
struct Side {
  std::optional<hir::Literal> literal;
  bool failed = false;
};

Side side(Context& context, const Scope& scope, const std::optional<ast::Scalar>& written,
          const Operand& trait) {
  Side result;
  if (!written) return result;
  const Constant value = constant(context, scope, *written);
  result.failed = value.failed;
  if (value.failed) return result;
  const Type type = trait.type();
  if (type != Type::kAny && type != value.literal.type) {
    auto& found =
        context.report(Code::kE0304, value.span,
                       fmt::format("a trait that is {} never becomes {}", noun(type), noun(value)));
    found.label(bare(noun(value))).also(trait.span, bare(noun(type)));
    result.failed = true;
    return result;
  }
  warn_outside_limit(context, scope, trait, value.literal, value.span);
  result.literal = value.literal;
  return result;
}

bool is_computed(const Context& context, const Scope& scope, const ast::Path& path) {
  const size_t first =
      path.parts.size() > 1 && !path.parts[0].quoted && path.parts[0].text == "traits" ? 1 : 0;
  const Declared* declared = find_trait(context, scope, path.parts[first]);
  const auto* decl = declared != nullptr ? declared->decl->as<ast::TraitDecl>() : nullptr;
  return decl != nullptr && decl->computed != nullptr;
}

/// The trait of `changed plan`, `changed traits.plan`.
Operand changed_trait(Context& context, const Scope& scope, const ast::Path& path) {
  const Operand failed{nullptr, std::nullopt, path.span};
  const std::span<const ast::Name> parts(path.parts);
  const ast::Name& first = parts[0];
  if (is_computed(context, scope, path)) {
    context.report(Code::kE0302, path.span, fmt::format("`{}` is a computed trait", path.dotted()))
        .label("no call sets it")
        .help("a segment of it can be entered: `segment high = …`, then `entered high`");
    return failed;
  }
  if (parts.size() > 1 && !first.quoted && first.text == "traits") {
    return trait(context, scope, parts.subspan(1), path.span);
  }
  const Declared* declared =
      first.quoted ? nullptr : context.names.find(scope.file, Space::kOperands, first.text);
  if (declared == nullptr) {
    report_unknown(context, scope, first, "trait");
    return failed;
  }
  if (declared->kind != NameKind::kTrait) {
    context
        .report(
            Code::kE0302, path.span,
            fmt::format("`{}` is {}, and only a trait changes", first.text, noun(declared->kind)))
        .label("no trait")
        .also(declared->name->span, "declared here");
    return failed;
  }
  return trait(context, scope, parts, path.span);
}

}  // namespace

Signal sessions(Context& context, const Scope& scope, const ast::Sessions& sessions, Span span) {
  Signal result = begin_signal(context, span, "sessions");
  Scope inside = scope;
  inside.window = nullptr;
  const Signal what = signal(context, inside, *sessions.step);
  const auto gap = duration(context, scope, sessions.gap);
  if (!what.ok() || !gap) return result;
  Stream stream = begin_stream(result, Stream::Kind::kSessions);
  stream.sources = {stream_of(context, what)};
  stream.gap = *gap;
  result.derived = context.nodes.add(std::move(stream));
  return result;
}

Signal crossing(Context& context, const Scope& scope, const ast::Crossing& crossing, Span span) {
  Signal result = begin_signal(context, span, crossing.left ? "left" : "entered");
  const ast::Path path{{crossing.segment}, crossing.segment.span};
  ExprPtr inside = segment_member(context, scope, path);
  if (inside == nullptr) return result;
  Stream stream = begin_stream(result, Stream::Kind::kCrossing);
  stream.condition = std::move(inside);
  stream.leaving = crossing.left;
  result.derived = context.nodes.add(std::move(stream));
  return result;
}

Signal change(Context& context, const Scope& scope, const ast::Change& change, Span span) {
  Signal result = begin_signal(context, span, "changed");
  const Operand trait = changed_trait(context, scope, change.trait);
  if (!trait.ok()) return result;
  const Side from = side(context, scope, change.from, trait);
  const Side to = side(context, scope, change.to, trait);
  if (from.failed || to.failed) return result;
  if (from.literal && to.literal && *from.literal == *to.literal) {
    warn_constant(context, span, false, "a change is to another value");
  }
  Stream stream = begin_stream(result, Stream::Kind::kChange);
  stream.slot = trait.expr->op == Op::kTrait ? trait.expr->slot : trait.expr->children[0]->slot;
  stream.from = from.literal;
  stream.to = to.literal;
  result.derived = context.nodes.add(std::move(stream));
  return result;
}

hir::StreamId derived_union(Context& context, const Signal& arms) {
  if (arms.union_events == nullptr && arms.union_sources.size() == 1) return arms.union_sources[0];
  Stream stream = begin_stream(arms, Stream::Kind::kUnion);
  if (arms.union_events != nullptr) {
    stream.sources.push_back(context.nodes.stream_of(arms.union_events, arms.name, arms.span));
  }
  stream.sources.insert(stream.sources.end(), arms.union_sources.begin(), arms.union_sources.end());
  return context.nodes.add(std::move(stream));
}

void report_no_properties(Context& context, Span span, std::string_view what) {
  context.report(Code::kE0320, span, fmt::format("{} a sequence or another derived signal", what))
      .label("its occurrences are instants, without properties")
      .help("filter its steps: `(a where x = 1) then b`; what must not come is `without c`");
}

}  // namespace segue::sema
