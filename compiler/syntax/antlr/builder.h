// The AST of one declaration, from ANTLR's tree of it.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/syntax/antlr/lexemes.h"
#include "compiler/syntax/ast.h"
#include "grammar/SegParser.h"

namespace segue {

/// One function a rule of the grammar, of the rule's name. Literals that cannot be were reported
/// before (check_literals); here they become something near, so that nothing is null.
class AstBuilder {
 public:
  using P = segue_grammar::SegParser;
  using Node = antlr4::tree::TerminalNode;

  explicit AstBuilder(const Lexemes& lexemes) : lexemes_(lexemes) {}

  ast::Decl declaration(P::DeclarationContext* tree);

 private:
  // build_literals.cc
  Span span(const antlr4::ParserRuleContext* tree) const;
  Span span(Node* token) const;
  Span span(const antlr4::Token* token) const;
  const Lexeme& lexeme(const antlr4::Token* token) const;
  std::string_view spelling(const antlr4::Token* token) const;
  ast::Name name(const antlr4::Token* token) const;
  /// Of a rule that is one word: ownName, word, key, plainWord.
  ast::Name name(const antlr4::ParserRuleContext* tree) const { return name(tree->start); }
  ast::Path path(const antlr4::ParserRuleContext* tree) const;
  ast::Text text(const antlr4::Token* token) const;
  ast::Text text(Node* token) const { return text(token->getSymbol()); }
  std::optional<ast::Text> optional_text(Node* token) const;
  ast::Param param(const antlr4::Token* token) const;
  ast::Number number_literal(const antlr4::Token* token, bool negative) const;
  ast::Duration duration_literal(const antlr4::Token* token) const;
  ast::Date date_literal(const antlr4::Token* token) const;
  ast::Instant instant_literal(const antlr4::Token* token) const;
  ast::Scalar literal(const antlr4::Token* token) const;
  ast::NumberArg number(P::NumberContext* tree) const;
  ast::DurationArg duration(P::DurationContext* tree) const;
  ast::Number signed_number(P::SignedNumberContext* tree) const;
  ast::Scalar scalar(P::ScalarContext* tree) const;
  ast::Scalars scalars(P::ScalarsContext* tree) const;
  ast::Range range(P::RangeContext* tree) const;
  std::pair<ast::Scalar, bool> bound(P::BoundContext* tree) const;
  ast::Compare compare(P::CompareContext* tree) const;
  ast::Unit unit(Node* token) const;
  ast::Moment moment(P::InstantContext* tree) const;

  /// The child of a rule that only passes on, as nine of ten levels of an expression do. ANTLR's
  /// own accessors cast each child dynamically, which was a fifth of the time.
  template <class Child>
  static Child* only_child(const antlr4::ParserRuleContext* tree) {
    return tree->children.size() == 1 ? static_cast<Child*>(tree->children[0]) : nullptr;
  }

  // build_window.cc
  ast::Window window(P::WindowContext* tree);
  void window_kind(P::WindowContext* tree, ast::Window& out);
  std::optional<ast::Window> optional_window(P::WindowContext* tree);
  ast::Periods periods(P::PeriodsContext* tree);
  std::unique_ptr<ast::Periods> optional_periods(P::PeriodsContext* tree);
  ast::Anchor anchor(P::AnchorContext* tree);

  // build_condition.cc
  ast::Filtered filtered(P::FilteredContext* tree);
  std::vector<ast::Filtered> all_filtered(const std::vector<P::FilteredContext*>& trees);
  ast::ExprPtr condition(P::ConditionContext* tree);
  ast::ExprPtr disjunction(P::DisjunctionContext* tree);
  ast::ExprPtr conjunction(P::ConjunctionContext* tree);
  ast::ExprPtr negation(P::NegationContext* tree);
  ast::ExprPtr held(P::HeldContext* tree);
  ast::ExprPtr predicate(P::PredicateContext* tree);
  ast::ExprPtr member(P::MemberContext* tree);
  ast::ExprPtr quantified(P::QuantifiedContext* tree);
  ast::ExprPtr depth(P::DepthContext* tree);

  // build_tail.cc: `value` is what stands before it
  ast::ExprPtr tail(P::TailContext* tree, ast::ExprPtr value);
  ast::ExprPtr in_set(P::TailContext* tree, ast::ExprPtr value, Span all);
  ast::ExprPtr is(P::TailContext* tree, ast::ExprPtr value, Span all);
  ast::ExprPtr has(P::TailContext* tree, ast::ExprPtr value, Span all);
  ast::ExprPtr text_test(P::TailContext* tree, ast::ExprPtr value, Span all);
  ast::ExprPtr was(P::TailContext* tree, ast::ExprPtr value, Span all);
  ast::ExprPtr on_days(P::TailContext* tree, ast::ExprPtr value, Span all);
  void calendar_day(P::CalendarDayContext* tree, ast::Is& out);

  // build_signal.cc
  ast::ExprPtr sequence(P::SequenceTailContext* tree, ast::ExprPtr first);
  ast::ThenStep then_step(P::ThenStepContext* tree);
  ast::SequenceSuffix suffix(P::SequenceSuffixContext* tree);
  ast::ExprPtr step(P::StepContext* tree);
  ast::ExprPtr step1(P::Step1Context* tree);
  ast::ExprPtr excluded(P::ExcludedContext* tree);
  ast::ExprPtr except(ast::ExprPtr value, P::ExcludedContext* tree);
  ast::ExprPtr named(const antlr4::Token* token, P::ArgumentContext* argument);
  ast::ExprPtr crossing(Node* left, P::OwnNameContext* segment, Span all);
  ast::ExprPtr change(P::OwnPathContext* trait, P::ChangeToContext* to, Span all);
  std::optional<ast::Scalar> change_value(P::ChangeValueContext* tree);

  // build_operand.cc
  ast::ExprPtr sum(P::SumContext* tree);
  ast::ExprPtr product(P::ProductContext* tree);
  ast::ExprPtr unary(P::UnaryContext* tree);
  ast::ExprPtr primary(P::PrimaryContext* tree);
  ast::ExprPtr grouped(P::GroupedContext* tree);
  ast::ExprPtr group(P::GroupContext* tree);

  // build_declaration.cc
  ast::Decl::Node declaration_node(P::DeclarationContext* tree);
  ast::UseDecl use(P::UseDeclContext* tree);
  ast::ZoneDecl zone(P::ZoneDeclContext* tree);
  ast::EventDecl event(P::EventDeclContext* tree);
  ast::TraitDecl trait(P::TraitDeclContext* tree);
  ast::ParamDecl param_decl(P::ParamDeclContext* tree);
  ast::ListDecl list(P::ListDeclContext* tree);
  ast::SignalDecl signal(P::SignalDeclContext* tree);
  ast::LaterDecl later(P::LaterDeclContext* tree);
  std::vector<ast::Field> fields(P::FieldsContext* tree);
  ast::Type type(P::TypeContext* tree);
  ast::TypeName type_name(P::TypeNameContext* tree);
  ast::Limit limit(P::LimitContext* tree);

  // build_segment.cc
  ast::SegmentDecl segment(P::SegmentDeclContext* tree);
  ast::SegmentClause segment_clause(P::SegmentClauseContext* tree);
  ast::ScoreDecl score(P::ScoreDeclContext* tree);
  ast::ScoreHeader score_header(P::ScoreHeaderContext* tree);
  ast::ScoreTerm score_term(P::ScoreTermContext* tree);
  ast::ExprPtr occurrences(P::OccurrencesContext* tree);
  ast::Band band(P::BandContext* tree);

  // build_scenario.cc
  ast::TestDecl test(P::TestDeclContext* tree);
  ast::Happening happening(P::HappeningContext* tree);
  ast::Expectation expectation(P::ExpectationContext* tree);
  ast::Record record(P::RecordContext* tree);
  ast::Value value(P::ValueContext* tree);

  const Lexemes& lexemes_;
};

}  // namespace segue
