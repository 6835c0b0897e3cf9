#include "compiler/syntax/ast_printer.h"
#include "compiler/syntax/spell.h"

namespace segue {

namespace {

std::string_view word(bool yes, std::string_view spelling) { return yes ? spelling : ""; }

std::string_view spelling(ast::Window::Kind kind) {
  switch (kind) {
    case ast::Window::Kind::kWithin:
      return "within";
    case ast::Window::Kind::kWithinBefore:
      return "within-before";
    case ast::Window::Kind::kWithinAfter:
      return "within-after";
    case ast::Window::Kind::kBetween:
      return "between";
    case ast::Window::Kind::kInTheLast:
      return "in-the-last";
    case ast::Window::Kind::kThis:
      return "this";
    case ast::Window::Kind::kLast:
      return "last";
    case ast::Window::Kind::kToday:
      return "today";
    case ast::Window::Kind::kYesterday:
      return "yesterday";
    case ast::Window::Kind::kEver:
      return "ever";
    case ast::Window::Kind::kSince:
      return "since";
    case ast::Window::Kind::kBefore:
      return "before";
    case ast::Window::Kind::kAfter:
      return "after";
    case ast::Window::Kind::kFromTo:
      return "from-to";
  }
  return {};
}

bool has_unit(const ast::Window& window) {
  using Kind = ast::Window::Kind;
  return window.kind == Kind::kInTheLast || window.kind == Kind::kThis ||
         window.kind == Kind::kLast;
}

template <class T>
std::string spell_optional(const std::optional<T>& one) {
  return one ? spell(*one) : "";
}

}  // namespace

void AstPrinter::expr(const ast::Expr& expr) {
  out_.append(2 * depth_, ' ');
  out_ += ast::spelling(expr.kind());
  std::visit([this](const auto& one) { details(one); }, expr.node);
}

void AstPrinter::optional(const ast::ExprPtr& expr, std::string_view head) {
  if (expr == nullptr) return;
  line({head});
  const Indent indent(*this);
  this->expr(*expr);
}

void AstPrinter::filtered(const ast::Filtered& filtered) {
  expr(*filtered.value);
  optional(filtered.where, "where");
}

void AstPrinter::anchor(const ast::Anchor& anchor, std::string_view head) {
  switch (anchor.kind) {
    case ast::Anchor::Kind::kFirst:
    case ast::Anchor::Kind::kLast: {
      line({head, anchor.kind == ast::Anchor::Kind::kFirst ? "first" : "last"});
      const Indent indent(*this);
      return expr(*anchor.step);
    }
    case ast::Anchor::Kind::kMoment:
      return line({head, "moment", spell(anchor.moment)});
    case ast::Anchor::Kind::kPath:
      return line({head, "name", spell(anchor.path)});
    case ast::Anchor::Kind::kParam:
      return line({head, spell(anchor.param)});
  }
}

void AstPrinter::window(const std::optional<ast::Window>& window) {
  if (!window) return;
  line({"window", spelling(window->kind), word(window->next, "next"), spell_optional(window->far),
        spell_optional(window->near), spell_optional(window->count), word(window->full, "full"),
        has_unit(*window) ? spell(window->unit) : ""});
  const Indent indent(*this);
  if (window->anchor) anchor(*window->anchor, "anchor");
  if (window->until) anchor(*window->until, "until");
}

void AstPrinter::periods(const std::unique_ptr<ast::Periods>& periods) {
  if (!periods) return;
  line({"periods", periods->each ? "each" : ast::spelling(periods->compare.op),
        spell_optional(periods->at_least), "of", spell(periods->count), "of",
        spell(periods->length)});
}

void AstPrinter::details(const ast::Unless& one) {
  rest({});
  const Indent indent(*this);
  expr(*one.condition);
  expr(*one.exception);
}

void AstPrinter::details(const ast::Or& one) {
  rest({});
  const Indent indent(*this);
  for (const ast::ExprPtr& operand : one.operands) expr(*operand);
}

void AstPrinter::details(const ast::And& one) {
  rest({});
  const Indent indent(*this);
  for (const ast::ExprPtr& operand : one.operands) expr(*operand);
}

void AstPrinter::details(const ast::Not& one) {
  rest({});
  const Indent indent(*this);
  expr(*one.operand);
}

void AstPrinter::details(const ast::Held& one) {
  rest({word(one.at_least, "at least"), spell(one.length)});
  const Indent indent(*this);
  expr(*one.condition);
}

void AstPrinter::details(const ast::Never& one) {
  rest({});
  const Indent indent(*this);
  expr(*one.step);
}

void AstPrinter::details(const ast::No& one) {
  rest({});
  const Indent indent(*this);
  expr(*one.step);
  window(one.window);
}

void AstPrinter::details(const ast::Member& one) {
  std::string segments;
  for (const ast::Path& segment : one.segments) {
    segments += (segments.empty() ? "" : " ") + spell(segment);
  }
  rest({word(one.any_of, "any of"), segments});
}

void AstPrinter::details(const ast::Quantified& one) {
  constexpr std::string_view kWords[] = {"all", "any", "none", "at least"};
  rest({kWords[static_cast<size_t>(one.kind)], spell_optional(one.count)});
  const Indent indent(*this);
  for (const ast::ExprPtr& operand : one.operands) expr(*operand);
}

void AstPrinter::details(const ast::Reached& one) {
  rest({ast::spelling(one.compare.op), spell(one.steps), word(one.postfix, "postfix"),
        word(one.all_within.has_value(), "all within"), spell_optional(one.all_within)});
  const Indent indent(*this);
  expr(*one.sequence);
  window(one.window);
}

void AstPrinter::details(const ast::Comparison& one) {
  rest({ast::spelling(one.compare.op), word(one.ignoring_case, "ignoring case")});
  const Indent indent(*this);
  expr(*one.left);
  expr(*one.right);
  window(one.window);
  periods(one.periods);
}

void AstPrinter::details(const ast::InSet& one) {
  rest({word(one.negated, "not"), spell(one.set), word(one.ignoring_case, "ignoring case")});
  const Indent indent(*this);
  expr(*one.value);
  window(one.window);
  periods(one.periods);
}

void AstPrinter::details(const ast::Windowed& one) {
  rest({});
  const Indent indent(*this);
  expr(*one.value);
  window(one.window);
  periods(one.periods);
}

void AstPrinter::details(const ast::Is& one) {
  constexpr std::string_view kWords[] = {"missing", "today", "yesterday", "tomorrow", "this",
                                         "last",    "next",  "ago",       "from-now", "band"};
  using Kind = ast::Is::Kind;
  const bool with_unit = one.kind >= Kind::kThis && one.kind <= Kind::kFromNow;
  rest({word(one.negated, "not"), kWords[static_cast<size_t>(one.kind)], spell_optional(one.count),
        with_unit ? spell(one.unit) : "", one.kind == Kind::kBand ? spell(one.band) : ""});
  const Indent indent(*this);
  expr(*one.value);
}

void AstPrinter::details(const ast::Exists& one) {
  rest({});
  const Indent indent(*this);
  expr(*one.value);
}

void AstPrinter::details(const ast::Has& one) {
  constexpr std::string_view kWords[] = {"one", "any", "all", "none"};
  rest({kWords[static_cast<size_t>(one.kind)], one.item ? "" : spell(one.items),
        word(one.ignoring_case, "ignoring case")});
  const Indent indent(*this);
  expr(*one.value);
  if (one.item != nullptr) expr(*one.item);
}

void AstPrinter::details(const ast::TextTest& one) {
  constexpr std::string_view kWords[] = {"contains", "starts with", "ends with", "matches"};
  rest({kWords[static_cast<size_t>(one.kind)], word(one.ignoring_case, "ignoring case")});
  const Indent indent(*this);
  expr(*one.value);
  expr(*one.text);
}

void AstPrinter::details(const ast::Was& one) {
  rest({word(one.negated, "not")});
  const Indent indent(*this);
  expr(*one.value);
  filtered(one.filter);
  window(one.window);
}

void AstPrinter::details(const ast::OnDays& one) {
  rest({ast::spelling(one.compare.op), spell(one.days), word(one.of_last.has_value(), "of last"),
        spell_optional(one.of_last), word(one.full, "full"), spell(one.unit)});
  const Indent indent(*this);
  expr(*one.value);
  window(one.window);
}

void AstPrinter::details(const ast::Streak& one) {
  rest({ast::spelling(one.compare.op), spell(one.length), spell(one.unit)});
  const Indent indent(*this);
  expr(*one.value);
}

void AstPrinter::details(const ast::Sequence& one) {
  constexpr std::string_view kWords[] = {"then", "then-next", "then-later", "then-no",
                                         "then-no-later"};
  rest({});
  const Indent indent(*this);
  expr(*one.first);
  for (const ast::ThenStep& step : one.steps) {
    line({kWords[static_cast<size_t>(step.kind)], word(step.after.has_value(), "after"),
          spell_optional(step.after), word(step.within.has_value(), "within"),
          spell_optional(step.within)});
    const Indent deeper(*this);
    expr(*step.step);
    optional(step.without, "without");
  }
  for (const ast::SequenceSuffix& suffix : one.suffixes) {
    const bool by = suffix.kind == ast::SequenceSuffix::Kind::kBy;
    line({by ? "by" : "all-within", by ? spell(suffix.key) : spell(*suffix.length)});
  }
  if (!one.has_among) return;
  line({"among"});
  const Indent deeper(*this);
  for (const ast::Filtered& signal : one.among) filtered(signal);
}

void AstPrinter::details(const ast::Arithmetic& one) {
  std::string operators;
  for (const auto& term : one.rest) operators += ast::spelling(term.op);
  rest({operators});
  const Indent indent(*this);
  expr(*one.first);
  for (const auto& term : one.rest) expr(*term.operand);
}

void AstPrinter::details(const ast::Negate& one) {
  rest({});
  const Indent indent(*this);
  expr(*one.operand);
}

void AstPrinter::details(const ast::Group& one) {
  rest({});
  const Indent indent(*this);
  filtered(one.inner);
}

void AstPrinter::details(const ast::Except& one) {
  rest({});
  const Indent indent(*this);
  expr(*one.value);
  expr(*one.excluded);
}

void AstPrinter::details(const ast::Call& one) {
  rest({spell(one.callee)});
  const Indent indent(*this);
  for (const ast::Filtered& argument : one.arguments) {
    line({"argument"});
    const Indent deeper(*this);
    filtered(argument);
  }
}

void AstPrinter::details(const ast::Ordinal& one) {
  rest({one.last ? "last" : "first"});
  const Indent indent(*this);
  expr(*one.step);
}

void AstPrinter::details(const ast::Elapsed& one) {
  rest({});
  const Indent indent(*this);
  anchor(one.anchor, "anchor");
}

void AstPrinter::details(const ast::AnyItem& one) {
  rest({spell(one.list)});
  const Indent indent(*this);
  filtered(one.filter);
}

void AstPrinter::details(const ast::Sessions& one) {
  rest({"gap", spell(one.gap)});
  const Indent indent(*this);
  expr(*one.step);
}

void AstPrinter::details(const ast::Crossing& one) {
  rest({one.left ? "left" : "entered", spell(one.segment)});
}

void AstPrinter::details(const ast::Change& one) {
  rest({spell(one.trait), word(one.from.has_value(), "from"), spell_optional(one.from),
        word(one.to.has_value(), "to"), spell_optional(one.to)});
}

void AstPrinter::details(const ast::Applied& one) {
  rest({spell(one.signal), spell(one.argument)});
}

void AstPrinter::details(const ast::NameRef& one) { rest({spell(one.path)}); }
void AstPrinter::details(const ast::MomentRef& one) { rest({spell(one.moment)}); }
void AstPrinter::details(const ast::Literal& one) { rest({spell(one.value)}); }

}  // namespace segue
