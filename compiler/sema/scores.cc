#include "compiler/sema/scores.h"

#include <fmt/format.h>

#include <cmath>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/conditions.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/periods.h"
#include "compiler/sema/points.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

using Header = ast::ScoreHeader;

struct Headers {
  std::optional<Duration> within;
  std::optional<Duration> half_life;
  const Header* min = nullptr;
  const Header* max = nullptr;
};

void report_again(Context& context, const Header& header, std::string_view word) {
  context.report(Code::kE0311, header.span, fmt::format("`{}` is said twice", word))
      .label("once is enough");
}

void add_metadata(Context& context, hir::Score& score, const Header& header, const std::string& key,
                  const std::string& text) {
  for (const auto& [known, value] : score.metadata) {
    if (known == key) report_again(context, header, key);
  }
  score.metadata.emplace_back(key, text);
}

Headers read_headers(Context& context, const Scope& scope, const ast::ScoreDecl& decl,
                     hir::Score& score) {
  Headers headers;
  const Header* within = nullptr;
  const Header* half_life = nullptr;
  for (const Header& header : decl.headers) {
    switch (header.kind) {
      case Header::Kind::kWithin:
        if (within != nullptr) report_again(context, header, "within");
        within = &header;
        headers.within = duration(context, scope, *header.length);
        break;
      case Header::Kind::kHalfLife:
        if (half_life != nullptr) report_again(context, header, "half_life");
        half_life = &header;
        headers.half_life = duration(context, scope, *header.length);
        break;
      case Header::Kind::kMin:
        if (headers.min != nullptr) report_again(context, header, "min");
        headers.min = &header;
        break;
      case Header::Kind::kMax:
        if (headers.max != nullptr) report_again(context, header, "max");
        headers.max = &header;
        break;
      case Header::Kind::kStage:
        add_metadata(context, score, header, "stage", header.key.text);
        break;
      case Header::Kind::kGoal:
        add_metadata(context, score, header, "goal", header.text.value);
        break;
      case Header::Kind::kMeta:
        add_metadata(context, score, header, header.key.text, header.text.value);
        break;
    }
  }
  if (within != nullptr && half_life != nullptr) {
    context.report(Code::kE0311, half_life->span, "a score with both a window and a half-life")
        .label("an occurrence either ends to count or fades")
        .also(within->span, "the window")
        .help("`half_life` alone: what is old counts less and less");
  }
  if (headers.min != nullptr && headers.max != nullptr &&
      headers.min->bound.value > headers.max->bound.value) {
    context.report(Code::kE0311, headers.max->span, "a score's `max` below its `min`")
        .label("must not be less")
        .also(headers.min->span, "the least");
  }
  return headers;
}

/// `max n times`, `once`: how many of the newest count; 0: all. Empty if it was reported.
std::optional<uint32_t> most_times(Context& context, const Scope& scope,
                                   const ast::ScoreTerm& term) {
  if (term.once) return 1;
  if (!term.max_times) return 0;
  return whole_number(context, scope, *term.max_times, 1, kWindowCap, "how often a term counts");
}

/// Of a score with a half-life: each occurrence counts from its own time on.
ExprPtr decayed(Context& context, const Signal& what, Duration half_life, uint32_t most,
                Span span) {
  if (!what.ok()) return nullptr;
  Expr expr;
  expr.op = Op::kDecayed;
  expr.type = Type::kNumber;
  expr.span = span;
  expr.stream = stream_of(context, what);
  expr.duration = half_life;
  expr.cap = most;
  return context.nodes.make(std::move(expr));
}

/// A window behind a term: none if there is none, nothing at all if it was reported.
struct TermWindow {
  std::optional<OccurrenceWindow> window;
  bool failed = false;
};

TermWindow term_window(Context& context, const Scope& scope, const ast::Windowed& windowed,
                       const Headers& headers) {
  TermWindow result;
  if (windowed.periods) {
    report_periods(context, *windowed.periods);
  } else if (headers.half_life) {
    context.report(Code::kE0402, windowed.window->span, "`half_life` has no windows")
        .label("what is old counts less and less, and never ends to count")
        .help("a score without `half_life` has windows; so has an `if`: `+5 if login within 7d`");
  } else {
    result.window = occurrence_window(context, scope, *windowed.window);
  }
  result.failed = !result.window;
  return result;
}

/// How often a term's signal counts. A term's own window replaces the score's; a sequence's own
/// `within` is its gap.
ExprPtr times(Context& context, const Scope& scope, const ast::ScoreTerm& term,
              const Headers& headers) {
  const ast::Expr* occurrences = term.occurrences.get();
  OccurrenceWindow window;
  if (headers.within) {
    window.kind = hir::Window::Kind::kRolling;
    window.from = *headers.within;
  }
  bool failed = false;
  if (const auto* windowed = occurrences->as<ast::Windowed>()) {
    const TermWindow own = term_window(context, scope, *windowed, headers);
    occurrences = windowed->value.get();
    failed = own.failed;
    if (!failed) window = *own.window;
  }
  const Signal what = signal(context, scope, *occurrences);
  const auto most = most_times(context, scope, term);
  if (failed || !most) return nullptr;
  const Span span = term.occurrences->span;
  if (headers.half_life) return decayed(context, what, *headers.half_life, *most, span);
  ExprPtr counted = count(context, what, window, span);
  if (*most == 0) return counted;
  std::vector<ExprPtr> sides{std::move(counted), context.nodes.number(*most, term.span)};
  return context.nodes.make(Op::kMin, Type::kNumber, term.span, std::move(sides));
}

ExprPtr term_value(Context& context, const Scope& scope, const ast::ScoreTerm& term,
                   const Headers& headers, int64_t units) {
  Nodes& nodes = context.nodes;
  if (term.condition != nullptr) {
    ExprPtr holds = condition(context, scope, *term.condition);
    std::vector<ExprPtr> parts{std::move(holds), nodes.number(units, term.span),
                               nodes.number(0, term.span)};
    return nodes.make(Op::kSelect, Type::kNumber, term.span, std::move(parts));
  }
  std::vector<ExprPtr> sides{nodes.number(units, term.span), times(context, scope, term, headers)};
  return nodes.make(Op::kMultiply, Type::kNumber, term.span, std::move(sides));
}

/// A balanced tree: a chain of a thousand sums would be a thousand levels deep. All summands are
/// whole and small enough to be exact in a double, so the order does not matter.
ExprPtr sum(Context& context, std::span<const ExprPtr> terms, Span span) {
  if (terms.size() == 1) return terms.front();
  const size_t half = terms.size() / 2;
  std::vector<ExprPtr> sides{sum(context, terms.first(half), span),
                             sum(context, terms.subspan(half), span)};
  return context.nodes.make(Op::kAdd, Type::kNumber, span, std::move(sides));
}

ExprPtr clamped(Context& context, ExprPtr value, const Headers& headers, Span span) {
  Nodes& nodes = context.nodes;
  const auto bound = [&](const Header& header) {
    return nodes.literal(number_constant(header.bound).literal, header.span);
  };
  if (headers.min != nullptr) {
    value = nodes.make(Op::kMax, Type::kNumber, span, {std::move(value), bound(*headers.min)});
  }
  if (headers.max != nullptr) {
    value = nodes.make(Op::kMin, Type::kNumber, span, {std::move(value), bound(*headers.max)});
  }
  return value;
}

ExprPtr in_points(Context& context, ExprPtr value, int64_t one, Span span) {
  if (one == 1) return value;
  std::vector<ExprPtr> sides{std::move(value), context.nodes.number(one, span)};
  return context.nodes.make(Op::kDivide, Type::kNumber, span, std::move(sides));
}

/// What decays is summed in doubles, whose noise must turn nothing: +5 that has halved and -2.5 are
/// nothing. So the sum is rounded to ten decimals.
ExprPtr settled(Context& context, ExprPtr value, const Points& points, Span span) {
  Nodes& nodes = context.nodes;
  int64_t one = points.one;
  int64_t finer = 1;
  for (uint32_t decimals = points.decimals; decimals < kDecayedDecimals; ++decimals) {
    one *= 10;
    finer *= 10;
  }
  if (finer != 1) {
    value = nodes.make(Op::kMultiply, Type::kNumber, span,
                       {std::move(value), nodes.number(finer, span)});
  }
  value = nodes.make(Op::kRound, Type::kNumber, span, {std::move(value)});
  return in_points(context, std::move(value), one, span);
}

/// Points are counted in units of their last decimal, so that their sum is exact; one division at
/// the end makes them points again.
ExprPtr score_value(Context& context, const Scope& scope, const ast::ScoreDecl& decl,
                    const Headers& headers) {
  const Span span = decl.name.span;
  if (decl.terms.empty()) {
    context.report(Code::kE0311, span, fmt::format("score `{}` has no terms", decl.name.text))
        .label("nothing to add up")
        .help("a term is points and what they are for: `+5 pricing_view`");
    return nullptr;
  }
  if (decl.terms.size() > kScoreTermsMax) {
    context.report(Code::kE0501, span, fmt::format("a score of {} terms", decl.terms.size()))
        .label(fmt::format("the limit is {}", kScoreTermsMax));
    return nullptr;
  }
  const std::optional<Points> points = points_of(context, scope, decl);
  std::vector<ExprPtr> terms;
  for (size_t i = 0; i < decl.terms.size(); ++i) {
    const int64_t units = points ? points->units[i] : 0;
    terms.push_back(term_value(context, scope, decl.terms[i], headers, units));
  }
  if (!points) return nullptr;
  ExprPtr value = sum(context, terms, span);
  value = headers.half_life ? settled(context, std::move(value), *points, span)
                            : in_points(context, std::move(value), points->one, span);
  return clamped(context, std::move(value), headers, span);
}

void read_bands(Context& context, const ast::ScoreDecl& decl, hir::Score& score) {
  const ast::Band* above = nullptr;
  for (const ast::Band& band : decl.bands) {
    for (const hir::Score::Band& known : score.bands) {
      if (known.name != band.name.text) continue;
      context.report(Code::kE0312, band.name.span, fmt::format("two bands `{}`", known.name))
          .label("bands of a score have different names");
      break;
    }
    if (band.compare && band.compare->op != ast::CompareOp::kGreaterEqual) {
      context.report(Code::kE0312, band.compare->span, "a band that does not say where it begins")
          .label("must be `>=`")
          .help(fmt::format("`band {} >= {}`", band.name.text, band.bound.decimal));
    }
    if (above != nullptr && !above->compare) {
      context.report(Code::kE0312, band.span, "a band below the one that is all the rest")
          .label("never reached")
          .also(above->span, "says no number, so nothing is below it");
    } else if (above != nullptr && band.compare && band.bound.value >= above->bound.value) {
      context.report(Code::kW0304, band.span, fmt::format("nobody is ever `{}`", band.name.text))
          .label("begins no lower than the one above it")
          .also(above->span, "reached first");
    }
    above = &band;
    std::optional<double> at_least;
    if (band.compare) at_least = band.bound.value;
    score.bands.push_back({band.name.text, at_least});
  }
}

}  // namespace

void check_scores(Context& context) {
  for (const Declared& declared : context.names.of(NameKind::kScore)) {
    const auto& decl = *declared.decl->as<ast::ScoreDecl>();
    const Scope scope = context.scope_of(declared.file);
    hir::Score& score = context.rules.scores[declared.index];
    score.name = decl.name.text;
    score.label = decl.title ? decl.title->value : "";
    score.doc = declared.decl->docs;
    score.span = decl.name.span;
    const Headers headers = read_headers(context, scope, decl, score);
    score.value = score_value(context, scope, decl, headers);
    read_bands(context, decl, score);
  }
}

}  // namespace segue::sema
